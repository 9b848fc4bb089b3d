"""Filters are told what is believed of a picture, and of its fields."""

from fractions import Fraction
from typing import Any

from vod_assets.domain.media_info import Colour, VideoStream
from vod_assets.domain.whole_frames import believed_colour, whole_frames


def stream(**said: Any) -> VideoStream:
    size = {"width": 720, "height": 480, "frame_rate": Fraction(24000, 1001), "duration_seconds": Fraction(9)}
    return VideoStream(index=0, codec="h264", **{**size, **said})


def test_what_was_declared_rightly_needs_no_telling():
    assert believed_colour(stream(colour=Colour(range="pc"), pixel_format="yuvj420p")) == []


def test_a_format_that_names_full_range_loses_its_name():
    """FFmpeg goes by the name of the format before it goes by the range."""
    wrong = stream(colour=Colour(range="tv"), declared_colour=Colour(range="pc"), pixel_format="yuvj420p")
    filters = believed_colour(wrong)
    assert [one.name for one in filters] == ["scale", "format", "setparams"]
    assert filters[0].arguments == {"in_range": "pc", "out_range": "pc"}
    assert filters[-1].arguments == {"range": "tv"}


def test_film_is_matched_at_the_rate_of_video():
    filters = whole_frames(stream(field_order="bb", telecine="3:2"))
    assert [one.name for one in filters] == ["fps", "fieldmatch", "bwdif", "decimate", "setpts"]
    assert (filters[0].arguments["fps"], filters[1].arguments["order"]) == ("30000/1001", "bff")
