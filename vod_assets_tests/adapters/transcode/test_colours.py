"""A rendition shows the colours of its source."""

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import Colour, VideoStream
from vod_assets.domain.rendition import is_rgb, rung_filters
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import RungJob
from vod_assets_tests.adapters.transcode.clips import described, make, tools

RUNG = Rung(key="h264_64p", codec="h264", name="64p", width=64, height=64)
SMALL = RungPreset(name="64p", box=(64, 64), crf=4)
LADDER = Ladder(frame_rate=Fraction(25), gop_frames=25, segment_frames=25, rungs=(RUNG,))
RED_709 = (63, 102, 240)  # ITU-R BT.709: luma 16 + 219 x 0.2126, and so on; BT.601 would be 81, 90, 240


def encoded(source: Path, folder: Path, pixel_format: str) -> Path:
    """Encode a clip as the graph does."""
    preset = VideoPreset(preset="ultrafast", threads=1, rungs=(SMALL,))
    job = RungJob(rung=RUNG, preset=SMALL, directory=folder)
    info = described(64, 64, 1, 1, pixel_format=pixel_format)
    FfmpegTranscoder(tools(), SupervisedRunner()).encode_video(source, info, LADDER, preset, [job], lambda _: None)
    return folder / "video.mp4"


def middle(video: Path) -> tuple[int, int, int]:
    """Return the three samples in the middle of the first frame, as they are coded."""
    raw = make(video.with_suffix(".yuv"), artifact_input(video), **{"frames:v": 1, "f": "rawvideo"}).read_bytes()
    luma, quarter = 64 * 64, 32 * 32
    return raw[32 * 64 + 32], raw[luma + 16 * 32 + 16], raw[luma + quarter + 16 * 32 + 16]


def tags(video: Path) -> set[str]:
    entries = "stream=color_primaries,color_transfer,color_space"
    command = [str(tools().ffprobe), "-v", "error", "-show_entries", entries, "-of", "json", str(video)]
    stream = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"][0]
    return {stream.get(key, "") for key in ("color_primaries", "color_transfer", "color_space")}


@pytest.mark.media
@pytest.mark.parametrize(("codec", "pixel_format"), [("png", "rgb24"), ("qtrle", "argb"), ("ffv1", "bgr0")])
def test_red_of_an_rgb_source_is_the_red_of_bt709(tmp_path: Path, codec: str, pixel_format: str) -> None:
    picture = generated_input("color=red:s=64x64:r=25:d=1").filter("format", pixel_format)
    source = make(tmp_path / "c.mov" if codec != "ffv1" else tmp_path / "c.mkv", picture, **{"c:v": codec})
    video = encoded(source, tmp_path, pixel_format)
    assert middle(video) == pytest.approx(RED_709, abs=2)
    assert tags(video) == {"bt709"}


def test_only_rgb_is_converted_and_named() -> None:
    video = VideoStream(
        index=0, codec="h264", width=64, height=64, frame_rate=Fraction(25), duration_seconds=Fraction(1)
    )
    assert [one.name for one in rung_filters(video, RUNG)] == ["scale", "setsar", "format"]
    assert rung_filters(video, RUNG)[0].arguments == {"w": "64", "h": "64", "flags": "bicubic"}


def test_colours_that_an_rgb_source_names_are_kept() -> None:
    colour = Colour(primaries="bt2020", transfer="unknown", matrix="gbr", range="pc")
    video = VideoStream(
        index=0,
        codec="prores",
        width=64,
        height=64,
        frame_rate=Fraction(25),
        duration_seconds=Fraction(1),
        pixel_format="gbrp10le",
        colour=colour,
    )
    said = rung_filters(video, RUNG)[-1].arguments
    assert (said["color_primaries"], said["color_trc"], said["colorspace"]) == ("bt2020", "bt709", "bt709")


@pytest.mark.parametrize("name", ["rgb24", "bgra", "gbrp10le", "argb", "0rgb", "x2rgb10le", "pal8", "rgba64le"])
def test_formats_of_red_green_and_blue_are_known(name: str) -> None:
    assert is_rgb(name)
    assert not is_rgb("yuv422p10le")
