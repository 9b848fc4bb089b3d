"""One look at a small rendition finds black, stills, flashes and judder at the times where they are."""

from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.control.pictures import FfmpegPictureWatcher
from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.domain.control_limits import ControlLimits
from vod_assets.domain.intervals import Interval
from vod_assets.domain.quality_control import Pictures
from vod_assets_tests.adapters.transcode.clips import make, tools

pytestmark = pytest.mark.media
ENCODING = {"c:v": "libx264", "preset": "fast", "crf": 24, "g": 50, "pix_fmt": "yuv420p", "threads": 1}
WHITE = "drawbox=w=iw:h=ih/2:c=white:t=fill:enable='between(t,8,10)*lt(mod(t,0.2),0.1)'"
STORY = (  # two seconds of black, four of motion, two of a still, four of flashes and black: all there is to see
    "color=black:s=256x144:r=25:d=2[a];testsrc2=s=256x144:r=25:d=4[b];mandelbrot=s=256x144:r=25,trim=end_frame=1,"
    f"loop=loop=49:size=1,setpts=N/25/TB[c];color=black:s=256x144:r=25:d=4[d];[a][b][c][d]concat=n=4,{WHITE}"
)


def seen_in(path: Path, directory: Path, rate: int = 25) -> Pictures:
    from vod_assets.ports.control import Screening

    screening = Screening(path, "h264_240p", Fraction(rate), Fraction(12), ControlLimits())
    directory.mkdir()
    return FfmpegPictureWatcher(tools(), SupervisedRunner()).watch(screening, directory, lambda _: None)


def near(interval: Interval, start: float, end: float) -> bool:
    return abs(interval.start_seconds - Fraction(start)) < 0.13 and abs(interval.end_seconds - Fraction(end)) < 0.13


def test_everything_is_found_where_it_is(tmp_path: Path) -> None:
    path = make(tmp_path / "story.mp4", generated_input(STORY), **ENCODING)
    seen = seen_in(path, tmp_path / "scratch")
    assert seen.frames == 300
    first, last = seen.black[0], seen.black[-1]
    assert near(first, 0, 2), first
    assert near(last, 10, 12), last  # to the very end
    assert any(near(still, 6, 8) for still in seen.still), seen.still
    assert seen.most_flashes == 5
    assert all(near(flash, 8, 10) for flash in seen.flashing)
    assert len(seen.flashing) == 1


def test_frames_shown_twice_are_found_behind_an_encoder(tmp_path: Path) -> None:
    """A lossy encoder leaves repeated frames not quite alike, and makes others of slow motion alike."""
    shown = generated_input("testsrc2=s=256x144:r=24:d=8").filter("fps", fps=30)
    seen = seen_in(make(tmp_path / "judder.mp4", shown, **ENCODING), tmp_path / "scratch", rate=30)
    assert [(one.kind, one.frames, one.period) for one in seen.cadences] == [("repeated", 1, 5)]


def test_a_single_frame_is_looked_at_like_any_other(tmp_path: Path) -> None:
    path = make(tmp_path / "one.mp4", generated_input("color=black:s=64x64:r=25:d=0.04"), **ENCODING)
    assert seen_in(path, tmp_path / "scratch").frames == 1
