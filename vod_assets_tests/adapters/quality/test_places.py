"""Reading begins with the very frame that is meant, also where no index leads to the key frame before it."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import source_input
from vod_assets.adapters.ffmpeg.programme import chained
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.quality.places import place_of
from vod_assets.domain.filters import Filter
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.counted import counted, numbers

FRAMES = 200
CODING: dict[str, Any] = {"g": 150, "sc_threshold": 0, "bf": 2, "c:a": "mp2"}
FIELDS: dict[str, Any] = {
    "c:v": "mpeg2video",
    "qscale:v": 2,
    "bf": 2,
    "g": 60,
    "sc_threshold": 1_000_000_000,
    "c:a": "mp2",
}
FROM_ZERO = (
    Filter(name="setpts", arguments={"expr": "PTS-STARTPTS"}),
    Filter(name="fps", arguments={"fps": "25", "start_time": "0"}),
    Filter(name="trim", arguments={"end_frame": "10"}),
)


@pytest.mark.media
@pytest.mark.parametrize("first", [0, 1, 60, 149, 155])
@pytest.mark.parametrize("name", ["clip.ts", "clip.mpg", "clip.mp4", "clip.mkv"])
def test_a_sample_begins_with_its_first_frame(name: str, first: int, tmp_path: Path) -> None:
    clip = counted(tmp_path / name, FRAMES, **(FIELDS if name.endswith("mpg") else CODING))
    info = FfprobeProber(tools(), SupervisedRunner()).inspect(clip)
    place = place_of(clip, info, Fraction(first, 25), Fraction(10, 25))
    picture = chained(source_input(place.file, **place.options)[str(place.stream)], (*place.shown, *FROM_ZERO))
    lossless = {"c:v": "ffv1", "fps_mode": "passthrough"}
    assert numbers(make(tmp_path / "read.mkv", picture, **lossless)) == list(range(first, first + 10))
