"""IMSC1 tracks: every segment holds a whole document of what is shown in it, and another parser reads the boxes."""

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import ffprobe_command
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.domain.errors import ToolError
from vod_assets.domain.isobmff import boxes
from vod_assets.domain.text.captions import read_captions
from vod_assets.domain.track import Track
from vod_assets.ports import TrackJob
from vod_assets_tests.adapters.package.tiny_title import RUNNER, TOOLS

VTT = """WEBVTT

00:00:00.200 --> 00:00:01.800 line:0
One & <i>two</i>

00:00:01.900 --> 00:00:04.100
مرحبا over two borders

00:00:03.999 --> 00:00:04.000
short
"""
SECONDS = Fraction(6006, 1000)


def job(folder: Path, webvtt: str = VTT, layout: str = "cmaf") -> TrackJob:
    source = folder / "captions.vtt"
    source.write_text(webvtt)
    (folder / "made").mkdir(exist_ok=True)
    return TrackJob(
        name="text_ar_imsc1",
        kind="text",
        source=source,
        source_asset="captions",
        segment_seconds=Fraction(2002, 1000),
        directory=folder / "made",
        language="ar",
        duration_seconds=SECONDS,
        layout=layout,
        extra={"text_format": "imsc1"},
    )


def package(one: TrackJob) -> Track:
    return ShakaPackager(TOOLS, RUNNER).package(one)


def documents(folder: Path, track: Track) -> list[bytes]:
    found = []
    for segment in track.segments:
        start = segment.offset_bytes or 0
        data = (folder / segment.path).read_bytes()[start : start + segment.size_bytes]
        found.append(next(bytes(box.body) for box in boxes(data) if box.kind == "mdat"))
    return found


@pytest.mark.parametrize("layout", ["cmaf", "ondemand"])
def test_every_cue_is_in_each_segment_that_it_is_shown_in(tmp_path: Path, layout: str) -> None:
    track = package(job(tmp_path, layout=layout))
    assert (track.codecs, track.text_format, track.duration_seconds) == ("stpp.ttml.im1t", "imsc1", SECONDS)
    assert [segment.duration for segment in track.segments] == [2002, 2002, 2002]
    assert (track.index_range is not None) == (layout == "ondemand")
    whole = read_captions(VTT.encode(), "captions.vtt").cues
    first, second, third = documents(tmp_path / "made", track)
    assert read_captions(first, "a.ttml").cues == whole[:2]
    assert read_captions(second, "a.ttml").cues == whole[1:]
    assert read_captions(third, "a.ttml").cues == whole[1:2]


def test_equal_jobs_give_equal_bytes(tmp_path: Path) -> None:
    made = job(tmp_path)
    first = package(made), {path.name: path.read_bytes() for path in made.directory.iterdir()}
    shutil.rmtree(made.directory)
    again = job(tmp_path)
    assert (package(again), {path.name: path.read_bytes() for path in again.directory.iterdir()}) == first


def test_captions_without_a_cue_fill_the_title_with_nothing(tmp_path: Path) -> None:
    track = package(job(tmp_path, "WEBVTT\n"))
    assert len(track.segments) == 3
    assert all(b"<p " not in document for document in documents(tmp_path / "made", track))


def test_what_is_no_webvtt_and_a_title_without_an_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="is no WebVTT"):
        package(job(tmp_path, "nothing"))
    with pytest.raises(ToolError, match="needs the duration of its title"):
        package(replace(job(tmp_path), duration_seconds=None))


def test_another_parser_finds_the_track(tmp_path: Path) -> None:
    """FFprobe reads the boxes that are written here: one subtitle stream of TTML with three samples."""
    track = package(job(tmp_path, layout="ondemand"))
    entries = ("-show_entries", "stream=codec_name,codec_type:packet=pts_time,duration_time", "-of", "csv=p=0")
    answer = RUNNER.run(ffprobe_command(TOOLS.ffprobe, tmp_path / "made" / track.segments[0].path, *entries))
    assert answer.stdout.decode().split() == [
        "0.000000,2.002000",
        "2.002000,2.002000",
        "4.004000,2.002000",
        "ttml,subtitle",
    ]
