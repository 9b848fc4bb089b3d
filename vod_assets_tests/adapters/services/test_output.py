"""Files of services become ours: the picture alone, from time zero, in our own ticks."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.ffmpeg.command import ffprobe_command, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.services.output import Outputs, timescale
from vod_assets.adapters.services.work_folder import WorkFolder
from vod_assets.domain.errors import ConfigError, RemoteError
from vod_assets.ports.services import Order
from vod_assets_tests.adapters.services.doubles import SPEC
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.fakes import MemoryBlobs

pytestmark = pytest.mark.media
FOLDER = "s3://work/jobs/a/"
ORDER = Order("a", "film", "s3://films/film.mov", FOLDER, [SPEC])
TAGGED = {"vf": "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"}
ENCODING: dict[str, Any] = {"c:v": "libx264", "preset": "ultrafast", "g": 25, "pix_fmt": "yuv420p", "sc_threshold": 0}


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def outputs(blobs: MemoryBlobs) -> Outputs:
    return Outputs(tools(), SupervisedRunner(), WorkFolder(blobs, "s3://work/", str))


def delivered(blobs: MemoryBlobs, folder: Path, *sound: Any, **options: Any) -> Path:
    """Have a service leave a file of two seconds with B-frames, and return it."""
    picture = generated_input("testsrc2=s=640x360:r=25:d=2")
    file = make(folder / "theirs.mp4", picture, *sound, **{**ENCODING, "bf": 2, "flags": "+cgop", **TAGGED, **options})
    blobs.replace("jobs/a/v.mp4", file.read_bytes())
    return file


def taken(outputs: Outputs, folder: Path) -> Path:
    outputs.take(ORDER, [(SPEC, f"{FOLDER}v.mp4")], [folder])
    return folder / "video.mp4"


def streams(path: Path) -> Sequence[str]:
    entries = ("-show_entries", "stream=codec_type,time_base,start_pts", "-of", "csv=p=0")
    return SupervisedRunner().run(ffprobe_command(tools().ffprobe, path, *entries)).stdout.decode().split()


def test_sound_and_strange_ticks_and_late_starts_are_left_behind(
    outputs: Outputs, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    plain, strange = tmp_path / "plain", tmp_path / "strange"
    for folder in (plain, strange):
        folder.mkdir()
    delivered(blobs, tmp_path)
    first = taken(outputs, plain).read_bytes()
    odd = {"video_track_timescale": 90_000, "output_ts_offset": 7, "c:a": "aac", "metadata": "title=theirs"}
    file = delivered(blobs, tmp_path, generated_input("sine=d=2"), **odd)
    assert "audio,1/44100" in " ".join(streams(file))
    made = taken(outputs, strange)
    assert streams(made) == ["video,1/12800,0"]
    assert made.read_bytes() == first
    assert [path.name for path in strange.iterdir()] == ["video.mp4"]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"g": 10}, "frame 10 is a key frame"), ({"r": 30}, "30 frames a second, not 25"), ({"s": "320x180"}, "320x180")],
)
def test_what_was_not_ordered_is_refused_by_name(
    outputs: Outputs, blobs: MemoryBlobs, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    delivered(blobs, tmp_path, **options)
    with pytest.raises(RemoteError, match=words):
        taken(outputs, tmp_path)
    assert not (tmp_path / "video.mp4").exists()


@pytest.mark.parametrize(("data", "words"), [(b"", "is missing or empty"), (b"<html>" * 100, "it cannot be read")])
def test_what_is_no_picture_is_refused(
    outputs: Outputs, blobs: MemoryBlobs, tmp_path: Path, data: bytes, words: str
) -> None:
    blobs.replace("jobs/a/v.mp4", data)
    with pytest.raises(RemoteError, match=words):
        taken(outputs, tmp_path)


def test_a_file_outside_of_the_work_folder_is_not_fetched(outputs: Outputs, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not lie in the work folder"):
        outputs.take(ORDER, [(SPEC, "s3://elsewhere/v.mp4")], [tmp_path])


def test_ticks_are_those_of_ffmpeg() -> None:
    rates = [Fraction(25), Fraction(24000, 1001), Fraction(30), Fraction(60000, 1001)]
    assert [timescale(rate) for rate in rates] == [12800, 24000, 15360, 60000]
