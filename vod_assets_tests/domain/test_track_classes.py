"""Tracks have the classes that SPEKE v2's encryption contracts give them, to the pixel."""

from collections.abc import Callable

import pytest

from vod_assets.domain import track_classes
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.ladder import Rung
from vod_assets.domain.profile import Profile
from vod_assets.domain.track_classes import audio_class, contracts, video_class
from vod_assets.domain.variants import Variant


@pytest.mark.parametrize(
    ("preset", "size", "track_class"),
    [
        ("1", (7680, 4320), "VIDEO"),
        ("2", (1024, 576), "SD"),  # 589,824: to Shaka Packager, HD begins at 442,369
        ("2", (1026, 576), "HD"),
        ("2", (7680, 4320), "HD"),
        ("3", (960, 540), "SD"),
        ("3", (1920, 1080), "HD"),
        ("3", (2560, 1440), "UHD"),
        ("5", (1280, 720), "HD1"),
        ("5", (720, 1280), "HD1"),
        ("5", (1282, 720), "HD2"),
        ("5", (1920, 1080), "HD2"),
        ("5", (1922, 1080), "UHD1"),
        ("5", (4096, 2160), "UHD1"),
        ("5", (4098, 2160), "UHD2"),
        ("8", (320, 180), "SD+HD1"),
        ("8", (1280, 720), "SD+HD1"),
        ("8", (1920, 1080), "HD2"),
        ("8", (3840, 2160), "UHD1"),
        ("8", (7680, 4320), "UHD2"),
        ("shared", (3840, 2160), "ALL"),
        ("unencrypted", (320, 180), ""),
    ],
)
def test_a_video_track_has_the_class_of_its_pixels(preset: str, size: tuple[int, int], track_class: str) -> None:
    assert video_class(preset, *size) == track_class


@pytest.mark.parametrize(
    ("preset", "channels", "track_class"),
    [
        ("1", 8, "AUDIO"),
        ("2", 2, "STEREO_AUDIO"),
        ("2", 3, "MULTICHANNEL_AUDIO"),
        ("3", 1, "STEREO_AUDIO"),
        ("3", 6, "MULTICHANNEL_AUDIO_3_6"),
        ("3", 7, "MULTICHANNEL_AUDIO_7"),
        ("shared", 2, "ALL"),
        ("unencrypted", 2, ""),
    ],
)
def test_an_audio_track_has_the_class_of_its_channels(preset: str, channels: int, track_class: str) -> None:
    assert audio_class(preset, channels) == track_class


def test_a_track_that_a_preset_does_not_cover_is_refused_and_not_left_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track_classes, "VIDEO", {**track_classes.VIDEO, "2": {"SD": (track_classes.Span(most=9),)}})
    uncovered: list[Callable[[], str]] = [
        lambda: video_class("2", 64, 36),
        lambda: video_class("9", 64, 36),
        lambda: audio_class("", 2),
    ]
    for find in uncovered:
        with pytest.raises(ConfigError, match="has no class for a track of") as refused:
            find()
        assert refused.value.code == "content_key_missing"


def variant(name: str, **fields: object) -> Variant:
    return Variant.model_validate({"name": name, "scheme": "cbcs", "systems": ["widevine"], **fields})


def rung(width: int, height: int) -> Rung:
    return Rung(key=f"h264_{height}p", codec="h264", name=f"{height}p", width=width, height=height)


def test_a_rung_that_no_protected_variant_has_needs_no_key() -> None:
    one = variant("phones", rungs=["360p"], video_keys="5")
    (found,) = contracts([one], [rung(3840, 2160), rung(640, 360)], []).values()
    assert found.classes == ("SD",)


def test_only_classes_that_the_title_has_are_asked_for_and_each_once() -> None:
    variants = [
        variant("clear", scheme="none", systems=[]),
        variant("apple", systems=["fairplay"], video_keys="5", audio_keys="2"),
        variant("all", systems=["widevine", "fairplay"], video_keys="5", audio_keys="2"),
        variant("old", scheme="aes128", layout="ts", systems=[], video_keys="shared", audio_keys="shared"),
    ]
    found = contracts(variants, [rung(1920, 1080), rung(640, 360), rung(320, 180)], [2])
    assert {scheme: one.classes for scheme, one in found.items()} == {
        "cbcs": ("SD", "HD2", "STEREO_AUDIO"),
        "aes128": ("ALL",),
    }
    assert found["cbcs"].systems == ("fairplay", "widevine")
    assert found["aes128"].systems == ()


def test_variants_of_one_scheme_cannot_differ_in_their_keys() -> None:
    """They share tracks, and a track has one key."""
    rungs = [{"name": "180p", "box": "320x180", "crf": 30}]
    one = {"name": "one", "scheme": "cbcs", "systems": ["widevine"], "video_keys": "5"}
    said = {"name": "p", "video": [{"rungs": rungs}], "variants": [one, one | {"name": "two", "video_keys": "1"}]}
    with pytest.raises(ValueError, match="variants of scheme cbcs share their keys"):
        Profile.model_validate(said)
