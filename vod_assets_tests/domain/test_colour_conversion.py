"""What turns a source's colours into a rendition's, and that little is done where they are right already."""

from typing import Any

import pytest

from vod_assets.domain.colour_conversion import hdr_filters, scaling_arguments, sdr_filters, tags
from vod_assets.domain.colours import range_findings
from vod_assets.domain.media_info import LightLevels
from vod_assets_tests.domain.coloured import BT709, PQ, stream


def test_nothing_is_done_to_bt709() -> None:
    video = stream(colour=BT709)
    assert (sdr_filters(video), scaling_arguments(video), tags(video, "sdr")) == ((), {}, ())


def test_colours_that_are_believed_though_the_source_says_others_are_named() -> None:
    assert tags(stream(colour=BT709, declared_colour=PQ), "sdr") != ()


def test_nothing_is_converted_of_large_pictures_that_say_nothing_but_they_are_named() -> None:
    assert sdr_filters(stream()) == ()
    assert [one.name for one in tags(stream(), "sdr")] == ["setparams"]


def test_only_what_is_not_bt2020_in_limited_range_is_converted_for_hdr() -> None:
    assert hdr_filters(stream(colour=PQ)) == ()
    assert hdr_filters(stream(colour=PQ.model_copy(update={"range": "pc"}))) != ()
    assert hdr_filters(stream(colour=PQ.model_copy(update={"primaries": "smpte432"}))) != ()


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
