"""Previews say what they are in every picture, and downloads hold the very packets that were encoded."""

import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, ffprobe_command, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.transcode.movies import FfmpegMovieMaker, has_letters
from vod_assets.domain.movies import BurntIn
from vod_assets_tests.adapters.transcode.clips import make, tools

pytestmark = pytest.mark.media
SECONDS = 2
TEXT = BurntIn(
    title="%{n}: “It's” \\ [a];,100 %",
    instead="film",
    notice="PREVIEW – not for distribution",
    width=320,
    height=180,
    frame_rate=Fraction(25),
    crf=20,
    timecode="09:59:59:20",
)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A rendition with B-frames, and sound with an encoder's priming, as the transcoder leaves them."""
    folder = tmp_path_factory.mktemp("encoded")
    video = {"c:v": "libx264", "preset": "fast", "g": 50, "bf": 3, "pix_fmt": "yuv420p", "threads": 1}
    grey = generated_input(f"color=0x606060:s=320x180:r=25:d={SECONDS}")
    return (
        make(folder / "video.mp4", grey, **video),
        make(folder / "audio.mp4", generated_input(f"sine=440:d={SECONDS}"), **{"c:a": "aac"}),
    )


def maker() -> FfmpegMovieMaker:
    return FfmpegMovieMaker(tools(), SupervisedRunner())


def packets(path: Path, kind: str) -> str:
    """Return the digest of a stream's packets, as they lie in a file."""
    stream = artifact_input(path)[f"{kind}:0"].output("pipe:", f="streamhash", c="copy")
    return SupervisedRunner().run(compile_ffmpeg(tools().ffmpeg, [stream])).stdout.decode().rpartition("=")[2]


def times(path: Path, kind: str) -> list[str]:
    """Return the times of a stream's packets, by which priming is left out and pictures are shown."""
    entries = ("-select_streams", kind, "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0")
    argv = ffprobe_command(tools().ffprobe, path, *entries)
    return [
        line.rstrip(",") for line in subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    ]


def picture(path: Path, at: str, target: Path) -> Image.Image:
    make(target, artifact_input(path, ss=at), **{"frames:v": 1, "update": 1, "f": "image2"})
    with Image.open(target) as opened:
        return opened.convert("L")


def test_a_download_holds_the_packets_of_its_rendition_in_sync(encoded: tuple[Path, Path], tmp_path: Path) -> None:
    video, sound = encoded
    joined, again = tmp_path / "joined.mp4", tmp_path / "again.mp4"
    maker().join(video, sound, joined)
    maker().join(video, sound, again)
    assert joined.read_bytes() == again.read_bytes()
    assert (packets(joined, "v"), packets(joined, "a")) == (packets(video, "v"), packets(sound, "a"))
    assert (times(joined, "v"), times(joined, "a")) == (times(video, "v"), times(sound, "a"))
    data = joined.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # it plays before it is there


def test_a_preview_says_title_time_and_notice_in_every_picture(encoded: tuple[Path, Path], tmp_path: Path) -> None:
    """What a title says means nothing to FFmpeg: ``%{n}`` would be the number of the frame."""
    video, sound = encoded
    target = tmp_path / "attempt" / "movie.mp4"
    target.parent.mkdir()
    maker().preview(video, sound, TEXT, target, lambda _: None)
    first, last = (picture(target, at, tmp_path / f"{at}.png") for at in ("0", "1.5"))
    size, width, height = TEXT.font_pixels, *first.size
    title, notice = (0, 0, width, size * 3 // 2), (0, height - 2 * size, width, height)
    clock = (0, 2 * size - 2, width, 4 * size - 2)
    label = (0, 4 * size - 2, width, 6 * size)
    for place in (title, notice, clock, label):
        assert first.crop(place).getextrema()[1] > 200, place  # white letters on grey
    assert max(ImageChops.difference(first.crop(title), last.crop(title)).getextrema()) < 40
    assert max(ImageChops.difference(first.crop(clock), last.crop(clock)).getextrema()) > 100
    assert max(ImageChops.difference(first.crop(label), last.crop(label)).getextrema()) > 100
    assert packets(target, "a") == packets(sound, "a")
    assert list(tmp_path.glob(".scratch-*")) == []


def test_a_silent_title_has_a_preview_and_downloads(encoded: tuple[Path, Path], tmp_path: Path) -> None:
    maker().join(encoded[0], None, tmp_path / "silent.mp4")
    assert times(tmp_path / "silent.mp4", "a") == []
    assert packets(tmp_path / "silent.mp4", "v") == packets(encoded[0], "v")


@pytest.mark.parametrize(
    ("text", "has_all"), [("Čtyři – Σοφία – Чайка", True), ("東京物語", False), ("فيلم", False), ("film 🎬", False)]
)
def test_letters_that_the_font_lacks_are_known(text: str, has_all: bool) -> None:
    assert has_letters(text) == has_all
