"""Which assets a profile asks for; the others are empty for its titles, whatever the title is."""

from collections.abc import Callable, Mapping

from vod_assets.domain.audio_presets import AUDIO_CODECS
from vod_assets.domain.profile import Profile

CODECS = ("h264", "hevc", "av1")
_SOUND: Mapping[str, str] = {str(codec): called for codec, called in AUDIO_CODECS.items()}
CONDITIONAL = {  # assets besides renditions and sound that not every profile asks for, and what is said then
    "audio_levels": "the profile asks for no loudness",
    "captions": "profile {} asks for no captions",
    "content_keys": "no variant is protected",
    "mp4": "profile {} names no downloads that the title has",
    "preview": "profile {} asks for no preview",
    "quality_control": "profile {} asks for none",
    "quality_report": "profile {} has no quality",
    "rate_quality": "the profile's ladder is the same for every title: it has no per_title",
    "rtsp_stream": "profile {} asks for no RTSP",
    "thumbnails": "profile {} asks for no thumbnails",
}
_ASKS: Mapping[str, Callable[[Profile], bool]] = {  # what judges is asked for by its checks, too
    "audio_levels": lambda profile: profile.loudness is not None,
    "captions": lambda profile: profile.captions,
    "content_keys": lambda profile: any(variant.is_protected for variant in profile.variants),
    "mp4": lambda profile: bool(profile.downloads),
    "preview": lambda profile: profile.preview_movie is not None,
    "quality_control": lambda profile: profile.quality_control is not None or profile.requires("quality_control"),
    "quality_report": lambda profile: profile.quality is not None or profile.requires("quality_report"),
    "rate_quality": lambda profile: profile.per_title is not None,
    "rtsp_stream": lambda profile: profile.rtsp is not None,
    "thumbnails": lambda profile: profile.thumbnails is not None,
}


def is_rendition(asset: str) -> bool:
    """Whether an asset key names a rung of a codec: ``h264_1080p``."""
    codec, _, rung = asset.partition("_")
    return codec in CODECS and rung[:1].isdigit()


def sound_codec(asset: str) -> str:
    """Return the codec of an asset of encoded sound, ``aac`` of ``audio_aac``; empty for every other asset."""
    kind, _, codec = asset.partition("_")
    return codec if kind == "audio" and codec in AUDIO_CODECS else ""


def not_asked(profile: Profile, asset: str) -> str:
    """Return why a profile asks for nothing of an asset; empty: it does, or that depends on the title.

    The asset's body says the same in its empty artifact, so that it is all one whether that was ever made.

    Args:
        profile: A title's profile.
        asset: An asset's key.
    """
    if is_rendition(asset):
        return "" if asset in profile.rendition_keys() else f"profile {profile.name} has no rung {asset}"
    if codec := sound_codec(asset):
        return "" if profile.sound(codec) else f"profile {profile.name} makes no {_SOUND[codec]}"
    asks = _ASKS.get(asset)
    return "" if asks is None or asks(profile) else CONDITIONAL[asset].format(profile.name)
