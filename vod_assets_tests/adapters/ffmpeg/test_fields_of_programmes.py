"""A programme that is cut out of fields has the very frames that the whole file has there."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from vod_assets.adapters.ffmpeg import programme as graph
from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input, source_input
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.quality.contact_sheet import ContactSheet
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import Colour, MediaInfo
from vod_assets.domain.quality_report import WorstFrame
from vod_assets.domain.rendition import shared_filters
from vod_assets.ports import ComparedRendition, Comparing
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.programmes import programme

pytestmark = pytest.mark.media
FILM, VIDEO = "24000/1001", "30000/1001"
MOVING = "testsrc2=s=160x120:r={rate}:d={seconds},gblur=3,format=yuv420p"
X264: dict[str, Any] = {"c:v": "libx264", "preset": "ultrafast", "qp": 10, "g": 12, "bf": 2, "threads": 1}


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of film under pulldown, of fields whose lower one is first, and of whole frames."""
    folder = tmp_path_factory.mktemp("fields")
    film = MOVING.format(rate=FILM, seconds=9) + ",telecine=pattern=23"
    make(folder / "film.mp4", generated_input(film), r=VIDEO, **X264)
    make(folder / "fields.mp4", generated_input(MOVING.format(rate=50, seconds=9) + ",interlace=scan=bff"), **X264)
    make(folder / "whole.mp4", generated_input(MOVING.format(rate=25, seconds=1)), **X264)
    return folder


def frames(source: Path, info: MediaInfo) -> list[str]:
    """Return a digest of each frame that all rungs share."""
    ladder = Ladder(frame_rate=info.video.frame_rate, gop_frames=48, segment_frames=48, rungs=())
    shared = graph.chained(graph.picture(source, info), shared_filters(info.video, ladder))
    argv = compile_ffmpeg(tools().ffmpeg, [shared.filter("format", "yuv420p").output("-", format="framemd5")])
    said = SupervisedRunner().run(argv).stdout.decode().splitlines()
    return [line.rpartition(",")[2].strip() for line in said if line and not line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "first", "end"),
    [("film.mp4", 2, 30), ("film.mp4", 167, 190), ("fields.mp4", 1, 25), ("fields.mp4", 170, 200)],
)
def test_a_cut_has_the_frames_that_the_whole_file_has_there(reels: Path, name: str, first: int, end: int) -> None:
    whole = FfprobeProber(tools(), SupervisedRunner()).inspect(reels / name)
    rate = whole.video.frame_rate
    assert (whole.video.telecine, rate) == (("3:2", Fraction(FILM)) if name == "film.mp4" else ("", 25))
    points = {"in": f"{float(first / rate):.9f}", "out": f"{float(end / rate):.9f}"}
    cut = programme(reels, {"master": points}, name)
    assert (cut.timeline is not None and cut.timeline.spans[0].jump_seconds > 0) == (first > 100)
    assert frames(reels, cut) == frames(reels / name, whole)[first:end]


def test_only_the_part_of_fields_is_deinterlaced(reels: Path) -> None:
    probe = FfprobeProber(tools(), SupervisedRunner())
    parts = [{"file": "whole.mp4", "out": "0.4"}, {"in": "1", "out": "1.4"}]
    joined = frames(reels, programme(reels, {"parts": parts}, "fields.mp4"))
    fields, whole = (frames(reels / name, probe.inspect(reels / name)) for name in ("fields.mp4", "whole.mp4"))
    assert joined == whole[:10] + fields[25:35]


def test_believed_colours_go_with_each_span(reels: Path) -> None:
    """The master says full range, which is not believed; what is joined to it says nothing."""
    said = {"idents": {"head": {"file": "whole.mp4"}}, "master": {"out": "0.4"}}
    wrongly: dict[str, Any] = {"c": "copy", "bsf:v": "h264_metadata=video_full_range_flag=1"}
    wrong = make(reels / "wrong.mp4", source_input(reels / "fields.mp4")["v"], **wrongly)
    video = FfprobeProber(tools(), SupervisedRunner()).inspect(wrong).video
    believed = video.model_copy(update={"colour": Colour(range="tv"), "declared_colour": Colour(range="pc")})
    doubted = programme(reels, said, "wrong.mp4", video=believed)
    assert frames(reels, doubted) == frames(reels, programme(reels, said, "fields.mp4"))


def test_a_contact_sheet_shows_whole_frames_of_the_programme(reels: Path, tmp_path: Path) -> None:
    """Its worst frame is the same, whether the fields are cut or not."""
    whole = FfprobeProber(tools(), SupervisedRunner()).inspect(reels / "fields.mp4")
    cut = programme(reels, {"master": {"in": "1", "out": "1.4"}}, "fields.mp4")
    made = make(tmp_path / "made.mp4", generated_input("color=s=160x120:r=25:d=2"), **X264)
    first = original_of(reels / "fields.mp4", whole, Fraction(6, 5), made)
    second = original_of(reels, cut, Fraction(1, 5), made)
    assert max(ImageStat.Stat(ImageChops.difference(first, second)).mean) < 0.5


def original_of(source: Path, info: MediaInfo, seconds: Fraction, made: Path) -> Image.Image:
    """Return the left half of the contact sheet of one frame."""
    ladder = Ladder(frame_rate=info.video.frame_rate, gop_frames=48, segment_frames=48, rungs=())
    comparing = Comparing(info.video.frame_rate, shared_filters(info.video, ladder), "vmaf", 1)
    rendition = ComparedRendition("h264_120p", made, (160, 120), (), made.parent)
    target = made.with_suffix(".webp")
    ContactSheet(tools().ffmpeg, SupervisedRunner(), source, info).paint(
        rendition, comparing, [WorstFrame(seconds=seconds, score=Fraction(1))], target
    )
    with Image.open(target) as sheet:
        return sheet.convert("RGB").crop((0, 0, sheet.width // 2, sheet.height))
