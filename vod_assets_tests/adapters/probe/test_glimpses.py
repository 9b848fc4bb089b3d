"""What the pictures themselves show, whatever the file says of them."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import pytest

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input, source_input
from vod_assets.adapters.probe.glimpses import Subject
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import Crop, MediaInfo
from vod_assets.domain.rendition import shared_filters
from vod_assets_tests.adapters.probe.conftest import Bench

pytestmark = pytest.mark.media
FILM, VIDEO = "24000/1001", "30000/1001"
MOVING = "testsrc2=s=320x240:r={rate}:d={seconds},gblur=3"  # hard edges that jump look like fields


def codes(info: MediaInfo) -> set[str]:
    return {finding.code for finding in info.findings}


def laddered(source: Path, info: MediaInfo) -> Any:
    """Return the picture behind the filters that all rungs share."""
    ladder = Ladder(frame_rate=info.video.frame_rate, gop_frames=48, segment_frames=48, rungs=())
    picture = source_input(source)[str(info.video.index)]
    for one in shared_filters(info.video, ladder):
        picture = picture.filter(one.name, **one.arguments)
    return picture


def said_of(bench: Bench, picture: Any, name: str) -> list[str]:
    """Return what a filter says of each frame: the values of one name."""
    output = picture.filter("metadata", "print", file="-").output("-", format="null")
    said = bench.runner.run(compile_ffmpeg(bench.tools.ffmpeg, [output])).stdout.decode().splitlines()
    return [line.partition("=")[2] for line in said if line.startswith(name)]


def test_film_under_pulldown_comes_out_as_film(bench: Bench, tmp_path: Path):
    """Flagged progressive, as careless exports are: four seconds of film in 120 frames of video."""
    film = MOVING.format(rate=FILM, seconds=4)
    source = bench.clip(tmp_path / "a.mp4", film + ",telecine=pattern=23", sound="", r=VIDEO)
    info = bench.inspect(source)
    assert (info.video.telecine, info.video.frame_rate) == ("3:2", Fraction(24000, 1001))
    assert (info.video.declared_field_order, info.video.field_order) == ("progressive", "tt")
    assert codes(info) == {"pulldown_removed", "no_audio"}
    whole = generated_input(film).filter("format", "yuv420p").filter("settb", "1/24").filter("setpts", "N")
    again = laddered(source, info).filter("settb", "1/24").filter("setpts", "N")
    likeness = said_of(bench, ffmpeg.filter([again, whole], "psnr"), "lavfi.psnr.psnr_avg")
    assert 95 <= len(likeness) <= 97
    assert sum(float(decibel) < 35 for decibel in likeness) <= 2, "the very frames of the film, at their places"


def test_fields_that_nobody_declared_are_put_together(bench: Bench, tmp_path: Path):
    fields = MOVING.format(rate=50, seconds=3) + ",interlace=scan=bff"
    source = bench.clip(tmp_path / "a.mp4", fields, sound="")
    info = bench.inspect(source)
    assert (info.video.declared_field_order, info.video.field_order) == ("progressive", "bb")
    assert {"field_order_measured", "deinterlaced"} <= codes(info)
    orders = said_of(bench, laddered(source, info).filter("idet"), "lavfi.idet.single.current_frame")
    assert (len(orders), orders.count("bff")) == (75, 0)


def test_whole_frames_that_are_declared_as_fields_stay_whole(bench: Bench, tmp_path: Path):
    whole = "gradients=s=320x240:r=25:d=3:speed=0.05:n=6:seed=1"
    source = bench.clip(tmp_path / "a.mp4", whole, sound="", **{"x264-params": "tff=1"})
    info = bench.inspect(source)
    assert (info.video.declared_field_order, info.video.field_order) == ("tt", "progressive")
    assert "deinterlaced" not in codes(info)


def test_sharp_graphics_are_no_fields(bench: Bench, tmp_path: Path):
    """Their edges jump by more lines than fields are apart, and fool a careless look."""
    source = bench.clip(tmp_path / "a.mp4", "testsrc2=s=320x240:r=30000/1001:d=1", sound="", preset="medium")
    assert bench.inspect(source).video.field_order == "progressive"


def test_bars_are_measured_and_scenes_are_found(bench: Bench, tmp_path: Path):
    """Letterboxed; a new scene at 4.2 s, where there is a key frame out of turn."""
    picture = (
        "color=c=0x205080:s=320x132:r=25:d=4.2,noise=alls=20[a];"
        "testsrc2=s=320x132:r=25:d=7.8,negate[b];[a][b]concat,pad=320:180:0:24"
    )
    source = bench.clip(tmp_path / "a.mp4", picture, sound="", g=100, force_key_frames="4.2")
    info = bench.inspect(source)
    assert info.video.crop == Crop(left=0, top=24, width=320, height=132)
    assert info.scene_cuts == (Fraction(42, 10),)


def test_an_undecodable_picture_shows_nothing(bench: Bench, good: Path, tmp_path: Path):
    """Its index is whole, so it is described as declared; the encode will refuse it."""
    broken = bytearray(good.read_bytes())
    start = broken.index(b"mdat") + (len(broken) - broken.index(b"mdat")) // 10
    broken[start:] = bytes(len(broken) - start)
    source = tmp_path / "a.mp4"
    source.write_bytes(broken)
    info = bench.inspect(source)
    assert (info.video.field_order, info.video.crop, info.scene_cuts) == ("progressive", None, ())


def looked_at(packets: int, rate: int, every: int, *, has_fields: bool = True) -> tuple[int, int]:
    keys = [(place, Fraction(place, rate)) for place in range(0, packets, every)]
    way = Subject(0, packets, keys, Fraction(rate), has_fields, 8, 0.1).route()
    return len(way.runs) * way.run_packets, way.keys


def test_what_is_looked_at_is_bounded():
    """Frames in runs and lone key frames: of 12 s, of ten minutes, of ten hours, and of a codec of key frames alone."""
    assert looked_at(300, 25, 100) == (18, 3)
    assert looked_at(15_000, 25, 50) == (90, 100)
    assert looked_at(900_000, 25, 250) == (90, 600)
    assert looked_at(900_000, 25, 1, has_fields=False) == (0, 600)
