"""What an encoder or a level cannot do is refused when a profile is read, and the rung is named."""

from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from vod_assets.domain.encoders import ENCODERS
from vod_assets.domain.errors import ConfigError, SourceError
from vod_assets.domain.ladder import Ladder, Rung, fit
from vod_assets.domain.media_info import Colour, LightLevels, VideoStream
from vod_assets.domain.profile import Profile
from vod_assets.domain.rendition import rung_filters, rung_parameters, shared_filters, video_arguments
from vod_assets.domain.video_presets import VideoPreset
from vod_assets_tests.adapters.transcode.clips import described

SMALL = {"name": "180p", "box": "320x180", "crf": 30}
HDR = SMALL | {"name": "180p_hdr", "dynamic_range": "hdr"}
PQ = Colour(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")
LIGHT = LightLevels(most_nits=Fraction(1000), max_cll=900)


def preset(*rungs: dict[str, Any], **given: Any) -> VideoPreset:
    return VideoPreset.model_validate({"rungs": rungs or (SMALL,)} | given)


def profile(*video: dict[str, Any], **given: Any) -> Profile:
    codecs = [one.get("codec", "h264") for one in video]
    said = {"name": "test", "video": video, "variants": [{"name": "clear", "codecs": codecs}]}
    return Profile.model_validate(said | given)


def stream(width: int = 1920, height: int = 1080, rate: int = 25, **given: Any) -> VideoStream:
    timing = {"frame_rate": Fraction(rate), "duration_seconds": Fraction(10)}
    return VideoStream(index=0, codec="prores", width=width, height=height, **(timing | given))


@pytest.mark.parametrize(
    ("rung", "given", "says"),
    [
        ({"crf": 60}, {"codec": "hevc"}, "rung 180p: crf 60 is more than libx265 takes, 51"),
        (
            {"crf": None, "bitrate": "1M"},
            {"codec": "av1"},
            "rung 180p: libsvtav1 gives other bytes each time .* bitrate",
        ),
        ({"maxrate": "1M", "bufsize": "2M"}, {"codec": "av1"}, "rung 180p: libsvtav1 .* give crf without maxrate"),
        ({"dynamic_range": "hdr"}, {"codec": "h264"}, "rung 180p: libx264 makes 8 bits only"),
        ({"box": "8192x8192"}, {"codec": "hevc"}, "rung 180p: 8192x8192 is larger than a picture of level 6.2 of hevc"),
        ({"box": "1920x1080"}, {"level": 3.1}, "rung 180p: 1920x1080 is larger than a picture of level 3.1 of h264"),
        (
            {"maxrate": "9M", "bufsize": "9M"},
            {"codec": "hevc", "level": "3"},
            "9000000 bits a second are more than level 3",
        ),
        (
            {"maxrate": "16M", "bufsize": "32M"},
            {"codec": "hevc", "level": "5"},
            "a buffer of 32000000 bits is more than level 5 of hevc has, 25000000",
        ),
        ({"crf": None, "bitrate": "13M"}, {"level": "4"}, "26000000 bits a second are more than level 4 of h264"),
        ({}, {"level": "7"}, "h264 has no level 7: it has 3, 3.1"),
        ({}, {"codec": "av1", "preset": "fast"}, "libsvtav1 knows no preset 'fast'"),
        (
            {},
            {"codec": "av1", "encoder": "hevc_nvenc"},
            "'hevc_nvenc' makes no av1: choose one of libsvtav1, av1_nvenc",
        ),
        ({"crf": None, "bitrate": "1M"}, {"encoder": "h264_vaapi"}, "h264_vaapi gives other bytes"),
    ],
)
def test_what_an_encoder_or_a_level_cannot_do_is_refused(
    rung: dict[str, Any], given: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        preset(SMALL | rung, **given)


def test_transport_streams_hold_h264_alone() -> None:
    with pytest.raises(ValidationError, match="layout ts holds h264 alone"):
        profile({"codec": "hevc", "rungs": [SMALL]}, variants=[{"name": "ts", "layout": "ts", "codecs": ["hevc"]}])


def test_av1_with_hdr_metadata_is_in_no_protected_variant() -> None:
    locked = {"name": "locked", "scheme": "cbcs", "systems": ["widevine"], "codecs": ["av1"]}
    video = {"codec": "av1", "rungs": [SMALL, HDR]}
    with pytest.raises(ValidationError, match="variants: locked protects av1_180p_hdr: the packager cannot encrypt"):
        profile(video, variants=[locked])
    assert profile(video, variants=[locked | {"rungs": ["180p"]}, {"name": "clear", "codecs": ["av1"]}])


def test_a_rung_that_is_too_fast_for_its_level_is_refused_with_the_title() -> None:
    wanted = profile({"level": "4", "rungs": [{"name": "1080p", "box": "1920x1080", "crf": 24}]})
    assert fit(wanted, stream()).made
    with pytest.raises(ConfigError, match=r"rung h264_1080p: 1920x1080 at 50 pictures a second .* level 4") as caught:
        fit(wanted, stream(rate=50))
    assert caught.value.code == "rung_too_large"


def test_hdr_rungs_of_an_sdr_source_are_empty_and_say_so() -> None:
    wanted = profile(
        {"rungs": [SMALL]}, {"codec": "hevc", "rungs": [HDR | {"box": "1920x1080"}, HDR | {"name": "90p_hdr"}]}
    )
    assert [one.empty for one in fit(wanted, stream()).rungs] == ["", "the source is SDR", "the source is SDR"]
    assert [one.empty for one in fit(wanted, stream(colour=PQ)).rungs] == ["", "", ""]


def test_a_rung_that_is_too_small_for_its_encoder_is_empty_and_says_so() -> None:
    small = SMALL | {"name": "72p", "box": "128x72"}
    made = fit(profile({"rungs": [small]}, {"codec": "hevc", "rungs": [small]}), stream(320, 32)).rungs
    assert [(one.height, one.empty) for one in made] == [
        (12, ""),
        (0, "it would be 128x12, and libx265 takes no side below 16"),
    ]


def test_a_smaller_rung_of_the_other_range_makes_none_empty() -> None:
    wanted = profile({"codec": "hevc", "rungs": [SMALL, HDR | {"box": "1920x1080"}]})
    assert [one.empty for one in fit(wanted, stream(320, 180, colour=PQ)).rungs] == ["", ""]


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({"transfer": "smpte428"}, r"its transfer function \(smpte428\) cannot be converted"),
        ({"primaries": "vgamut"}, r"its primaries \(vgamut\)"),
        ({"matrix": "ycgco-re"}, r"its matrix \(ycgco-re\)"),
        ({"matrix": "ictcp", "transfer": "bt709"}, r"its matrix \(ictcp\)"),
        ({"matrix": "ictcp"}, ""),
        ({"transfer": "bt1361e"}, ""),
    ],
)
def test_colours_that_no_conversion_is_known_for_are_refused_by_name(said: dict[str, str], cause: str) -> None:
    wanted, video = profile({"rungs": [SMALL]}), stream(colour=PQ.model_copy(update=said))
    if not cause:
        assert fit(wanted, video).made
        return
    with pytest.raises(SourceError, match=cause) as caught:
        fit(wanted, video)
    assert caught.value.code == "colours_unknown"


def test_hdr_without_metadata_is_assumed_or_refused_as_the_profile_says() -> None:
    assumes, refuses = (profile({"rungs": [SMALL]}, hdr_without_metadata=one) for one in ("assume", "refuse"))
    assert fit(assumes, stream(colour=PQ)).made
    assert fit(refuses, stream(colour=PQ, light=LIGHT)).made
    assert fit(refuses, stream(colour=PQ.model_copy(update={"transfer": "arib-std-b67"}))).made  # HLG needs none
    with pytest.raises(SourceError, match="does not say what display") as caught:
        fit(refuses, stream(colour=PQ))
    assert caught.value.code == "hdr_refused"


def test_what_was_chosen_for_a_title_comes_before_what_the_profile_says() -> None:
    asked = preset(SMALL | {"maxrate": "1M", "bufsize": "2M"})
    chosen = Rung(key="h264_180p", codec="h264", name="180p", width=320, height=180, crf=26.5, maxrate=600_000)
    ladder = Ladder(frame_rate=Fraction(25), gop_frames=50, segment_frames=100, rungs=(chosen,))
    said = video_arguments(stream(), asked, asked.rungs[0], ladder)
    assert (said["crf"], said["maxrate"], said["bufsize"]) == ("26.5", "600000", "1200000")
    av1 = preset(codec="av1")
    ladder = ladder.model_copy(update={"rungs": (chosen.model_copy(update={"key": "av1_180p"}),)})
    said = video_arguments(stream(), av1, av1.rungs[0], ladder)
    assert said["crf"] == "26"  # SVT-AV1 takes whole ones, and no cap
    assert "maxrate" not in said


@pytest.mark.parametrize(
    ("given", "references"),
    [
        ({"preset": "veryslow", "level": "4.1"}, "4"),
        ({"preset": "fast", "level": "4.1"}, None),
        ({"preset": "veryslow"}, None),
    ],
)
def test_a_level_bounds_how_many_pictures_others_are_predicted_from(
    given: dict[str, Any], references: str | None
) -> None:
    """MaxDpbMbs of levels 4 and 4.1 is 32768 (H.264, table A-1): four pictures of 1920x1088."""
    asked = preset(SMALL | {"name": "1080p", "box": "1920x1080"}, **given)
    ladder = fit(profile(asked.model_dump()), stream())
    assert video_arguments(stream(), asked, asked.rungs[0], ladder).get("refs") == references


@pytest.mark.parametrize(("order", "parity"), [("tt", "tff"), ("bb", "bff"), ("tb", "tff"), ("bt", "bff")])
def test_fields_become_frames_in_the_order_that_was_measured(order: str, parity: str) -> None:
    ladder = Ladder(frame_rate=Fraction(25), gop_frames=50, segment_frames=100, rungs=())
    weaving = next(one for one in shared_filters(stream(field_order=order), ladder) if one.name == "bwdif")
    assert weaving.arguments == {"mode": "send_frame", "deint": "all", "parity": parity}


def test_a_recipe_names_nothing_of_other_rungs_or_ranges() -> None:
    info = described(1920, 1080, 10, 1, colour=PQ, dynamic_range="hdr10", light=LIGHT)
    both, alone = preset(SMALL, HDR, codec="hevc"), preset(SMALL, codec="hevc")
    recipes = [
        rung_parameters(info, one, one.rungs[0], fit(profile(one.model_dump()), info.video)) for one in (both, alone)
    ]
    assert recipes[0] == recipes[1]
    assert "tonemap" in str(recipes[0])
    assert "tonemap" not in str(rung_parameters(info, both, both.rungs[1], fit(profile(both.model_dump()), info.video)))


@pytest.mark.parametrize(
    ("encoder", "dynamic_range", "is_passed_on"), [("", "sdr", False), ("", "hdr", False), ("hevc_vaapi", "hdr", True)]
)
def test_an_encoder_is_told_by_its_own_words_alone_where_it_has_them(
    encoder: str, dynamic_range: str, *, is_passed_on: bool
) -> None:
    asked = preset(SMALL | {"dynamic_range": dynamic_range}, codec="hevc", encoder=encoder)
    rung = Rung(key="hevc_180p", codec="hevc", name="180p", width=320, height=180)
    said = [one.name for one in rung_filters(stream(colour=PQ), rung, asked)]
    assert ("sidedata" not in said) == is_passed_on


def test_every_encoder_has_a_preset_that_it_knows() -> None:
    assert all(one.preset in one.presets and 8 in one.depths for one in ENCODERS.values())
