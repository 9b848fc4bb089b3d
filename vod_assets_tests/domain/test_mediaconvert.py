"""Renditions in MediaConvert's words, and what it cannot make."""

from fractions import Fraction

import pytest

from vod_assets.domain import mediaconvert
from vod_assets.domain.media_info import Colour, LightLevels
from vod_assets.domain.rendition_spec import RenditionSpec
from vod_assets_tests.adapters.services.doubles import PICTURE, SPEC

PQ = Colour(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")
HDR_PICTURE = {"colour": PQ, "dynamic_range": "hdr10"}


def spec(picture: dict[str, object] | None = None, **fields: object) -> RenditionSpec:
    """Return a specification that differs from the usual one."""
    return SPEC.model_copy(update={**fields, "picture": PICTURE.model_copy(update=picture or {})})


def codec(one: RenditionSpec) -> dict[str, object]:
    """Return what the encoder is told."""
    settings: dict[str, dict[str, object]] = mediaconvert.output_settings(one)["VideoDescription"]["CodecSettings"]
    return settings[mediaconvert.CODECS[one.codec][1]]


def test_key_frames_stand_at_every_segment_and_nowhere_else() -> None:
    told = codec(spec(frame_rate=Fraction(24000, 1001), gop_frames=48))
    assert (told["GopSize"], told["GopSizeUnits"], told["GopClosedCadence"]) == (48, "FRAMES", 1)
    assert (told["SceneChangeDetect"], told["DynamicSubGop"], told["MinIInterval"]) == ("DISABLED", "STATIC", 0)
    assert (told["FramerateNumerator"], told["FramerateDenominator"]) == (24000, 1001)


@pytest.mark.parametrize(
    ("name", "crf", "level"),
    [("h264", 23, (7, 0)), ("h264", 20, (8, 0)), ("h264", 22, (7, Fraction(3, 10))), ("hevc", 26, (7, 0)),
     ("av1", 35, (7, 0)), ("h264", 0, (10, 0)), ("h264", 51, (1, 0))],
)  # fmt: skip
def test_a_constant_rate_factor_becomes_a_level_of_quality(name: str, crf: int, level: tuple[int, Fraction]) -> None:
    one = spec(codec=name, crf=Fraction(crf))
    assert mediaconvert.quality(one) == level
    assert codec(one)["RateControlMode"] == "QVBR"
    assert codec(one)["MaxBitrate"] == one.maxrate


def test_a_bit_rate_is_kept() -> None:
    told = codec(spec(crf=None, bitrate=700_000, maxrate=None, bufsize=None))
    assert (told["RateControlMode"], told["Bitrate"], "MaxBitrate" in told) == ("VBR", 700_000, False)


def test_fields_and_pulldown_and_turned_pictures_are_told() -> None:
    woven = mediaconvert.output_settings(spec({"field_order": "tt"}))["VideoDescription"]["VideoPreprocessors"]
    film = mediaconvert.output_settings(spec({"telecine": "3:2"}))["VideoDescription"]["VideoPreprocessors"]
    assert (woven["Deinterlacer"]["Mode"], woven["Deinterlacer"]["Control"]) == ("DEINTERLACE", "FORCE_ALL_FRAMES")
    assert film["Deinterlacer"]["Mode"] == "INVERSE_TELECINE"
    turned = PICTURE.model_copy(update={"rotation": 90})
    assert mediaconvert.input_settings(turned, "s3://a/b.mov")["VideoSelector"]["Rotate"] == "DEGREES_90"


def test_a_source_that_lies_about_its_colours_is_overruled() -> None:
    honest, corrected = (PICTURE.model_copy(update={"is_corrected": wrong}) for wrong in (False, True))
    assert mediaconvert.input_settings(honest, "")["VideoSelector"]["ColorSpaceUsage"] == "FALLBACK"
    assert mediaconvert.input_settings(corrected, "")["VideoSelector"]["ColorSpaceUsage"] == "FORCE"


def test_hdr_keeps_its_light_and_becomes_sdr_by_tone_mapping() -> None:
    light = LightLevels(primaries=(Fraction(68, 100),) * 8, most_nits=Fraction(1000), max_cll=900)
    hdr = spec(HDR_PICTURE, codec="hevc", dynamic_range="hdr", bit_depth=10, light=light)
    corrector = mediaconvert.output_settings(hdr)["VideoDescription"]["VideoPreprocessors"]["ColorCorrector"]
    assert corrector["ColorSpaceConversion"] == "FORCE_HDR10"
    assert corrector["Hdr10Metadata"] | {"RedPrimaryX": 34000, "MaxLuminance": 10_000_000} == corrector["Hdr10Metadata"]
    assert codec(hdr)["CodecProfile"] == "MAIN10_MAIN"
    sdr = mediaconvert.output_settings(spec(HDR_PICTURE))["VideoDescription"]["VideoPreprocessors"]["ColorCorrector"]
    assert sdr == {"ColorSpaceConversion": "FORCE_709", "HdrToSdrToneMapper": "PRESERVE_DETAILS"}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (spec({"spans": 3}), "cut of files"),
        (spec({"is_mirrored": True}), "does not mirror"),
        (spec({"colour": PQ.model_copy(update={"primaries": "smpte432"})}), "no name for the source's colours"),
        (spec(dynamic_range="hdr", bit_depth=10), "no HDR of SDR"),
        (spec(HDR_PICTURE, dynamic_range="hdr", bit_depth=10), "no HDR in H.264"),
        (spec(HDR_PICTURE, dynamic_range="hdr", codec="hevc"), "10 bits only"),
        (spec(width=30, height=16), "even sides from 32"),
        (spec(width=641), "not 641x360"),
        (spec(pinned_frames=(30,)), "no key frames at given places"),
        (spec(frame_rate=Fraction(240)), "at most 120 frames"),
        (spec(maxrate=None), "needs a cap"),
        (spec(codec="av1", crf=None, bitrate=500_000), "AV1 by quality only"),
        (spec(crf=None, bitrate=500, maxrate=None), "bit rates are"),
    ],
)
def test_what_it_cannot_make_is_said_by_name(one: RenditionSpec, words: str) -> None:
    assert words in mediaconvert.obstacle(one)


def test_what_it_can_make_has_no_obstacle() -> None:
    assert mediaconvert.obstacle(SPEC) == ""
    assert mediaconvert.obstacle(spec(codec="av1", picture={"field_order": "tt"})) == ""
