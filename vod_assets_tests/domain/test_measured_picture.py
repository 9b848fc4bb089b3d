"""Bars, colours and scenes are believed where the pixels decide it, and as declared elsewhere."""

from fractions import Fraction
from typing import Any

import pytest

from vod_assets.domain.glimpses import Glimpses, KeyGlimpse, PictureGlimpse
from vod_assets.domain.measured_picture import measured
from vod_assets.domain.media_info import Colour, Crop, LightLevels, VideoStream
from vod_assets.domain.scene_cuts import scene_cuts

BRIGHT = {"least": 14, "low": 30, "mean": 110, "high": 190, "most": 236}
NITS = LightLevels(least_nits=Fraction(1, 100), most_nits=Fraction(1000))


def picture(left: int = 0, top: int = 0, right: int = 1919, bottom: int = 1079, **luma: float) -> PictureGlimpse:
    return PictureGlimpse(left=left, top=top, right=right, bottom=bottom, **{**BRIGHT, **luma})


def stream(**said: Any) -> VideoStream:
    size = {"width": 1920, "height": 1080, "frame_rate": Fraction(25), "duration_seconds": Fraction(60)}
    return VideoStream(index=0, codec="hevc", **{**size, **said})


def seen(video: VideoStream, *pictures: PictureGlimpse) -> tuple[VideoStream, set[str]]:
    stream, findings = measured(video, Glimpses(pictures=pictures), Fraction(25))
    return stream, {finding.code for finding in findings}


@pytest.mark.parametrize(
    ("edges", "crop"),
    [
        ({"top": 140, "bottom": 939}, Crop(left=0, top=140, width=1920, height=800)),
        ({"left": 241, "right": 1677}, Crop(left=240, top=0, width=1438, height=1080)),
        ({"top": 140}, None),  # a night sky
        ({"top": 6, "bottom": 1073}, None),  # blanked lines
        ({"left": 800, "right": 1100, "top": 500, "bottom": 580}, None),  # a small picture on black
        ({}, None),
    ],
)
def test_only_two_like_bars_are_bars(edges: dict[str, int], crop: Crop | None):
    video, codes = seen(stream(), picture(**edges), picture(**edges), picture(**edges))
    assert video.crop == crop
    assert ("black_bars" in codes) == (crop is not None)


def test_dark_pictures_make_no_bars():
    dark = [picture(top=200, bottom=879, mean=25)] * 8
    assert seen(stream(), *dark)[0].crop is None
    assert seen(stream(), *dark, *[picture()] * 3)[0].crop is None
    assert seen(stream(), *dark, *[picture(top=200, bottom=879)] * 2)[0].crop is None, "two bright ones are too few"


def test_bars_are_what_no_bright_picture_fills():
    barred = picture(top=140, bottom=939)
    assert seen(stream(), barred, barred, barred, picture(top=20, bottom=1059))[0].crop is None


@pytest.mark.parametrize(
    ("said", "luma", "believed", "code"),
    [
        ("tv", {"least": 0, "low": 3, "high": 251, "most": 255}, "pc", "range_contradicted"),
        ("", {"least": 0, "low": 3, "high": 251, "most": 255}, "pc", "range_contradicted"),
        ("pc", {"least": 15, "most": 235}, "tv", "range_contradicted"),
        ("tv", {"least": 0, "low": 14, "high": 240, "most": 255}, "tv", ""),  # overshoots, as scalers leave them
        ("pc", {"least": 60, "low": 80, "most": 190}, "pc", ""),  # fog is the same in both
        ("pc", {"least": 3, "most": 235}, "pc", ""),
    ],
)
def test_a_range_is_contradicted_only_where_the_pixels_decide(
    said: str, luma: dict[str, float], believed: str, code: str
):
    video, codes = seen(stream(colour=Colour(range=said)), *[picture(**luma)] * 4)
    assert video.colour.range == believed
    assert codes == ({code} if code else set())
    assert video.declared_colour == (Colour(range=said) if code else None)


def test_a_picture_too_bright_for_pq_is_sdr():
    said = {"colour": Colour(transfer="smpte2084"), "dynamic_range": "hdr10", "bit_depth": 10, "light": NITS}
    video, codes = seen(stream(**said), picture(), picture(high=232))
    assert (video.dynamic_range, video.colour.transfer, codes) == (
        "sdr",
        "bt709",
        {"transfer_contradicted", "hdr_metadata_ignored"},
    )
    assert seen(stream(**said), picture(high=170))[1] == set()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"colour": Colour(transfer="smpte2084"), "bit_depth": 10}, "hdr_without_metadata"),
        ({"colour": Colour(transfer="arib-std-b67"), "bit_depth": 8}, "hdr_in_eight_bits"),
        ({"colour": Colour(transfer="bt709"), "light": NITS}, "hdr_metadata_ignored"),
        ({"colour": Colour(matrix="gbr"), "pixel_format": "yuv444p"}, "matrix_contradicted"),
        ({"colour": Colour(matrix="gbr"), "pixel_format": "gbrp"}, ""),
        ({"colour": Colour(transfer="arib-std-b67"), "bit_depth": 10}, ""),
    ],
)
def test_words_that_do_not_go_together_are_said(said: dict[str, Any], code: str):
    assert seen(stream(**said))[1] == ({code} if code else set())


def test_a_mastering_display_makes_ten_bits_of_bt2020_pq():
    said = {"colour": Colour(primaries="bt2020"), "bit_depth": 10, "light": NITS}
    video, codes = seen(stream(**said))
    assert (video.colour.transfer, video.dynamic_range, codes) == ("smpte2084", "hdr10", {"transfer_contradicted"})


LIGHT, DARK = bytes([200]) * 576, bytes([40]) * 288 + bytes([120]) * 288


def test_a_cut_is_where_the_encoder_put_a_key_frame_out_of_turn():
    """Key frames every two seconds, counted anew from one at 4.5; some were looked at."""
    keys = [Fraction(2 * number) for number in range(6)]
    anew = [Fraction(half, 2) for half in (0, 4, 8, 9, 13, 17)]
    looked = [KeyGlimpse(Fraction(second), LIGHT if second < 5 else DARK) for second in (0, 4, 8)]
    assert scene_cuts(looked, keys, Fraction(10)) == (Fraction(8),)
    assert scene_cuts(looked, anew, Fraction(10)) == (Fraction(9, 2),)


def test_a_pan_is_no_cut():
    shifted = bytes(range(192)) * 3
    pictures = [KeyGlimpse(Fraction(4 * number), shifted[number:] + shifted[:number]) for number in range(5)]
    assert scene_cuts(pictures, [], Fraction(20)) == ()
