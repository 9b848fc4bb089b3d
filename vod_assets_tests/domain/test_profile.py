"""A profile that could not be made fails when it is read, naming the field."""

import copy
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from vod_assets.domain.profile import Profile

RUNG = {"name": "360p", "box": "640x360", "crf": 23}
GOOD: dict[str, Any] = {
    "name": "good",
    "video": [{"codec": "h264", "rungs": [RUNG, RUNG | {"name": "180p", "box": "320x180"}]}],
    "thumbnails": {},
    "audio": [{}],
    "variants": [{"name": "clear"}],
}


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the good profile with one field replaced; numbers in the path are places in lists."""
    profile: Any = copy.deepcopy(GOOD)
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    at = profile
    for parent in parents:
        at = at[parent]
    at[last] = value
    return dict(profile)


def test_the_good_profile_is_good() -> None:
    hdr = {"codec": "hevc", "rungs": [RUNG | {"name": "90p_hdr", "dynamic_range": "hdr"}]}
    profile = Profile.model_validate(GOOD | {"video": [*GOOD["video"], hdr]})
    assert profile.rendition_keys() == ["h264_360p", "h264_180p", "hevc_90p_hdr"]
    assert profile.rendition_keys("sdr") == ["h264_360p", "h264_180p"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Two Words"),
        ("gop_seconds", 0),
        ("gop_seconds", -2),
        ("gop_seconds", ".nan"),
        ("gop_seconds", "1/0"),
        ("gop_seconds", True),
        ("segment_seconds", 0),
        ("segment_seconds", 61),
        ("video", []),
        ("video", [GOOD["video"][0], GOOD["video"][0]]),
        ("video.0.preset", "quick"),
        ("video.0.threads", 0),
        ("video.0.rungs", []),
        ("video.0.rungs", [RUNG, RUNG]),
        ("video.0.rungs.0.name", "360p_iframes"),
        ("video.0.rungs.0.name", "big"),
        ("video.0.rungs.0.box", "640"),
        ("video.0.rungs.0.box", "640x14"),
        ("video.0.rungs.0.box", "641x360"),
        ("video.0.rungs.0.box", "640x100000"),
        ("video.0.rungs.0.box", [640, -360]),
        ("video.0.rungs.0.crf", 0),
        ("video.0.rungs.0.crf", 52),
        ("video.0.rungs.0.maxrate", "0k"),
        ("video.0.rungs.0.maxrate", 2.5),
        ("video.0.rungs.0.bitrate", [1]),
        ("audio.0.bits_per_second", 0),
        ("audio.0.bits_per_second", "much"),
        ("audio.0.sample_rate", 1),
        ("thumbnails.interval_seconds", 0),
        ("thumbnails.width", 0),
        ("thumbnails.columns", 0),
        ("thumbnails.rows", -1),
        ("variants", []),
        ("variants", [{"name": "clear"}, {"name": "clear"}]),
    ],
)
def test_what_cannot_be_made_is_refused_and_the_field_named(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Profile.model_validate(changed(field, value))
    named = ".".join(map(str, caught.value.errors()[0]["loc"]))
    assert named
    assert field.startswith(named) or named.startswith(field)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("variants.0.codecs", [], "clear selects no rendition"),
        ("variants.0.codecs", ["hevc"], "clear names hevc"),
        ("variants.0.rungs", ["720p"], "clear names 720p"),
        ("gop_seconds", 3, "segment_seconds must be a whole number"),
        ("required_checks", ["quality_report.floor"], "quality_report.floor needs a floor"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(field: str, value: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Profile.model_validate(changed(field, value))


def test_a_required_floor_of_hdr_is_one_that_can_be_measured() -> None:
    floor = GOOD | {"required_checks": ["quality_report.floor"], "quality": {"floor_vmaf": 80}}
    assert Profile.model_validate(floor).quality
    hdr = {"codec": "hevc", "rungs": [RUNG | {"dynamic_range": "hdr"}]}
    with pytest.raises(ValidationError, match="VMAF has no model of HDR"):
        Profile.model_validate(floor | {"video": [*GOOD["video"], hdr]})


def test_seconds_are_the_decimal_that_was_written() -> None:
    profile = Profile.model_validate(GOOD | {"gop_seconds": 1.92, "segment_seconds": 5.76})
    assert (profile.gop_seconds, profile.segment_seconds) == (Fraction(48, 25), Fraction(144, 25))
