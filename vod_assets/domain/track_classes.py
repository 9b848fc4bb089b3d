"""Classes of tracks that share a content key: SPEKE v2's encryption contracts.

A contract's presets cut video tracks by their pixels and audio tracks by their channels. The limits are SPEKE's, which
differ from Shaka Packager's: there 960x540 is HD.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from vod_assets.domain.content_keys import ALL, Contract
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.ladder import Rung
from vod_assets.domain.variants import Variant

SD_PIXELS = 589_824  # 1024x576
HD1_PIXELS = 921_600  # 1280x720
HD2_PIXELS = 2_073_600  # 1920x1080
UHD1_PIXELS = 8_847_360  # 4096x2160
SHARED, UNENCRYPTED = "shared", "unencrypted"


@dataclass(frozen=True)
class Span:
    """Numbers of pixels or of channels, both ends included; None: no end."""

    least: int | None = None
    most: int | None = None

    def holds(self, number: int) -> bool:
        """Return whether a number lies in it."""
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)


_SD, _HD1 = Span(most=SD_PIXELS), Span(SD_PIXELS + 1, HD1_PIXELS)
_HD2, _UHD1 = Span(HD1_PIXELS + 1, HD2_PIXELS), Span(HD2_PIXELS + 1, UHD1_PIXELS)
_UHD2 = Span(UHD1_PIXELS + 1)
VIDEO: Mapping[str, Mapping[str, tuple[Span, ...]]] = {
    "1": {"VIDEO": (Span(),)},
    "2": {"SD": (_SD,), "HD": (Span(SD_PIXELS + 1),)},
    "3": {"SD": (_SD,), "HD": (Span(SD_PIXELS + 1, HD2_PIXELS),), "UHD": (Span(HD2_PIXELS + 1),)},
    "5": {"SD": (_SD,), "HD1": (_HD1,), "HD2": (_HD2,), "UHD1": (_UHD1,), "UHD2": (_UHD2,)},
    "8": {"SD+HD1": (_SD, _HD1), "HD2": (_HD2,), "UHD1": (_UHD1,), "UHD2": (_UHD2,)},
    SHARED: {ALL: (Span(),)},
    UNENCRYPTED: {},
}
AUDIO: Mapping[str, Mapping[str, tuple[Span, ...]]] = {
    "1": {"AUDIO": (Span(),)},
    "2": {"STEREO_AUDIO": (Span(most=2),), "MULTICHANNEL_AUDIO": (Span(3),)},
    "3": {"STEREO_AUDIO": (Span(most=2),), "MULTICHANNEL_AUDIO_3_6": (Span(3, 6),), "MULTICHANNEL_AUDIO_7": (Span(7),)},
    SHARED: {ALL: (Span(),)},
    UNENCRYPTED: {},
}


def video_class(preset: str, width: int, height: int) -> str:
    """Return the class of a video track under a preset; empty when the preset leaves video unencrypted.

    Raises:
        ConfigError: ``content_key_missing``: the preset has no class for it.
    """
    return _class_of(VIDEO, preset, width * height)


def audio_class(preset: str, channels: int) -> str:
    """Return the class of an audio track under a preset; empty when the preset leaves audio unencrypted.

    Raises:
        ConfigError: As above.
    """
    return _class_of(AUDIO, preset, channels)


def contracts(variants: Iterable[Variant], rungs: Collection[Rung], channels: Collection[int]) -> dict[str, Contract]:
    """Return what is encrypted, and for whom, under each protection scheme that variants ask for.

    Args:
        variants: A profile's; those of one scheme have the same presets.
        rungs: The title's renditions, of which a variant may select some.
        channels: Channels of its audio tracks.
    """
    asked = [variant for variant in variants if variant.is_protected]
    return {one.scheme: _contract([v for v in asked if v.scheme == one.scheme], rungs, channels) for one in asked}


def filters(contract: Contract, track_class: str) -> tuple[tuple[str, Span], ...]:
    """Return what tracks a class is of: ``video`` or ``audio`` with a span, as many as the class has parts."""
    video = VIDEO[contract.video_preset].get(track_class, ())
    audio = AUDIO[contract.audio_preset].get(track_class, ())
    return tuple(("video", span) for span in video) + tuple(("audio", span) for span in audio)


def _contract(variants: list[Variant], rungs: Collection[Rung], channels: Collection[int]) -> Contract:
    video, audio = variants[0].video_keys, variants[0].audio_keys
    chosen = [rung for rung in rungs if any(variant.selects(rung.codec, rung.name) for variant in variants)]
    needed = {video_class(video, rung.width, rung.height) for rung in chosen}
    needed |= {audio_class(audio, number) for number in channels}
    return Contract(
        video_preset=video,
        audio_preset=audio,
        classes=tuple(name for name in dict.fromkeys((*VIDEO[video], *AUDIO[audio])) if name in needed),
        systems=tuple(dict.fromkeys(system for variant in variants for system in variant.systems)),
    )


def _class_of(presets: Mapping[str, Mapping[str, tuple[Span, ...]]], preset: str, number: int) -> str:
    """Return a class; a track stays clear where the preset says so, and never because it fits no class."""
    if preset == UNENCRYPTED:
        return ""
    classes = presets.get(preset, {})
    found = next((name for name, spans in classes.items() if any(span.holds(number) for span in spans)), "")
    if not found:
        raise ConfigError(
            "content_key_missing",
            f"the preset {preset} has no class for a track of {number} {'pixels' if presets is VIDEO else 'channels'}",
            "Choose another preset in the profile; nothing was left clear",
        )
    return found
