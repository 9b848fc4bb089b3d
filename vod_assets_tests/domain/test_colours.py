"""What a source's colours mean, and what little is done where they are right already."""

from fractions import Fraction
from typing import Any

import pytest

from vod_assets.domain.colours import (
    hdr_filters,
    is_rgb,
    meaning,
    peak_nits,
    range_findings,
    scaling_arguments,
    sdr_filters,
    tags,
)
from vod_assets.domain.media_info import Colour, LightLevels, VideoStream

BT709 = Colour(primaries="bt709", transfer="bt709", matrix="bt709", range="tv")
PQ = Colour(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")


def stream(width: int = 1920, height: int = 1080, **given: Any) -> VideoStream:
    timing = {"frame_rate": Fraction(25), "duration_seconds": Fraction(1)}
    return VideoStream(index=0, codec="h264", width=width, height=height, **(timing | given))


def test_nothing_is_done_to_bt709() -> None:
    video = stream(colour=BT709)
    assert (sdr_filters(video), scaling_arguments(video), tags(video, "sdr")) == ((), {}, ())


def test_colours_that_are_believed_though_the_source_says_others_are_named() -> None:
    assert tags(stream(colour=BT709, declared_colour=PQ), "sdr") != ()


def test_nothing_is_converted_of_large_pictures_that_say_nothing_but_they_are_named() -> None:
    assert sdr_filters(stream()) == ()
    assert [one.name for one in tags(stream(), "sdr")] == ["setparams"]


@pytest.mark.parametrize(
    ("size", "rate", "primaries"),
    [
        ((720, 576), Fraction(25), "bt470bg"),
        ((720, 480), Fraction(30000, 1001), "smpte170m"),
        ((720, 486), Fraction(25), "smpte170m"),
        ((960, 400), Fraction(24000, 1001), "bt709"),
        ((640, 480), Fraction(30), "bt709"),
        ((1280, 536), Fraction(25), "bt709"),
        ((1280, 720), Fraction(30000, 1001), "bt709"),
    ],
)
def test_what_a_source_leaves_open_follows_from_its_size_and_rate(
    size: tuple[int, int], rate: Fraction, primaries: str
) -> None:
    assert meaning(stream(*size, frame_rate=rate)).primaries == primaries


def test_small_pictures_that_say_nothing_have_the_matrix_of_bt601() -> None:
    assert meaning(stream(640, 480)).matrix == "bt470bg"
    assert meaning(stream(960, 400, frame_rate=Fraction(24000, 1001))).matrix == "smpte170m"
    assert meaning(stream(320, 240, colour=Colour(matrix="bt470bg", range="pc"))).primaries == "bt709"


def test_what_a_source_says_is_believed_before_its_size() -> None:
    assert meaning(stream(720, 576, colour=Colour(matrix="bt709"))).primaries == "bt709"


def test_only_what_is_not_bt2020_in_limited_range_is_converted_for_hdr() -> None:
    assert hdr_filters(stream(colour=PQ)) == ()
    assert hdr_filters(stream(colour=PQ.model_copy(update={"range": "pc"}))) != ()
    assert hdr_filters(stream(colour=PQ.model_copy(update={"primaries": "smpte432"}))) != ()


def test_the_brightest_light_is_that_of_the_title_then_of_its_display_then_a_usual_one() -> None:
    light = LightLevels(most_nits=Fraction(4000), max_cll=0)
    assert peak_nits(stream(colour=PQ, light=light.model_copy(update={"max_cll": 700}))) == 700
    assert peak_nits(stream(colour=PQ, light=light)) == 4000
    assert peak_nits(stream(colour=PQ)) == 1000


@pytest.mark.parametrize("name", ["rgb24", "bgra", "gbrp10le", "argb", "0rgb", "x2rgb10le", "pal8", "rgba64le"])
def test_formats_of_red_green_and_blue_are_known(name: str) -> None:
    assert is_rgb(name)
    assert not is_rgb("yuv422p10le")


@pytest.mark.parametrize(
    ("transfer", "said", "named"),
    [
        ("arib-std-b67", {"dolby_vision_profile": 8, "dynamic_range": "hlg"}, "Dolby Vision 8.4"),
        ("smpte2084", {"dolby_vision_profile": 7, "dynamic_range": "hdr10plus"}, "Dolby Vision 7 and HDR10+"),
    ],
)
def test_dynamic_metadata_that_are_left_out_are_named(transfer: str, said: dict[str, Any], named: str) -> None:
    light = LightLevels(max_cll=1000)
    video = stream(colour=PQ.model_copy(update={"transfer": transfer}), light=light, **said)
    assert [(one.code, named in one.cause) for one in range_findings(video)] == [("dynamic_metadata_left_out", True)]
    assert [one.name for one in hdr_filters(video)] == ["sidedata"] * 3
