"""Code versions: what Dagster's badge goes by when a profile or a tool has changed, and no file has.

An asset's version names all in the profiles and tools that it or anything before it depends on, so Dagster calls stale
whatever follows from a change, too: it looks one step back only. It knows one version for all titles, and so calls
assets stale also for titles whose profile has not changed. What a run then makes, recipes decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from vod_assets.domain.asking import is_rendition, sound_codec
from vod_assets.domain.documents import digest_of
from vod_assets.domain.profile import Profile

TOOLS = {
    "media_info": ("ffprobe",),
    "audio_levels": ("ffmpeg", "ffprobe"),
    "captions": ("ffmpeg", "ffprobe"),
    "rate_quality": ("ffmpeg",),
    "poster": ("ffmpeg",),
    "thumbnails": ("ffmpeg",),
    "quality_control": ("ffmpeg",),
    "preview": ("ffmpeg",),
    "mp4": ("ffmpeg",),
    "rtsp_stream": ("ffmpeg", "ffprobe"),
    "quality_report": ("ffmpeg",),
    "video_tracks": ("packager",),
    "audio_tracks": ("packager",),
    "text_tracks": ("packager",),
}
SOUND_TOOLS = ("ffmpeg", "ffprobe")
OF_ALL_RENDITIONS = ("video_tracks", "quality_control")
FIELDS = {
    "content_keys": ("variants",),
    "captions": ("captions", "machine_captions"),
    "thumbnails": ("thumbnails",),
    "image_tracks": ("thumbnails", "variants"),
    "video_tracks": ("variants",),
    "audio_tracks": ("audio", "variants"),
    "text_tracks": ("variants",),
    "hls_package": ("variants",),
    "dash_package": ("variants",),
    "hls_package.captions": ("require_captions",),
    "quality_control": ("quality_control", "loudness", "variants", "required_checks"),
    "preview": ("preview_movie",),
    "mp4": ("downloads",),
    "rtsp_stream": ("rtsp",),
    "quality_report": ("quality", "required_checks"),
    "quality_report.floor": ("quality",),
    "release": ("variants", "preview", "required_checks"),
}


def versioned(
    assets: Sequence[dg.AssetsDefinition], profiles: Mapping[str, Profile], builds: Mapping[str, str]
) -> list[dg.AssetsDefinition]:
    """Return assets with code versions.

    Args:
        assets: All of them, with a code version of their own that says how their bodies are written.
        profiles: Known profiles.
        builds: Build id of each tool, by its name.
    """
    specs = {spec.key: spec for one in assets for spec in one.specs}
    own = {key: _own(spec, profiles, builds) for key, spec in specs.items()}
    words = {key: digest_of([own[one] for one in sorted(_before(key, specs))])[:16] for key in specs}
    return [one.map_asset_specs(lambda spec: spec.replace_attributes(code_version=words[spec.key])) for one in assets]


def _before(key: dg.AssetKey, specs: Mapping[dg.AssetKey, dg.AssetSpec]) -> set[dg.AssetKey]:
    """Return an asset and all that comes before it."""
    found, waiting = set(), [key]
    while waiting:
        one = waiting.pop()
        if one in specs and one not in found:
            found.add(one)
            waiting += [dep.asset_key for dep in specs[one].deps]
    return found


def _own(spec: dg.AssetSpec, profiles: Mapping[str, Profile], builds: Mapping[str, str]) -> list[Any]:
    """Return what an asset itself depends on."""
    key = spec.key.to_user_string()
    tools = ("ffmpeg",) if is_rendition(key) else SOUND_TOOLS if sound_codec(key) else TOOLS.get(key, ())
    said = [read_of_profile(key, profiles[name]) for name in sorted(profiles)]
    return [key, spec.code_version, said, [builds.get(tool, "") for tool in tools]]


def read_of_profile(key: str, profile: Profile) -> Any:
    """Return all that an asset's own body reads of a title's profile, besides its name."""
    if is_rendition(key):
        return [profile.pieces, *_presets(key, profile)]
    if key == "encoding_ladder":  # the sizes: how the bits of a rung are spent is that rung's matter
        rungs = [
            [preset.codec, preset.level, rung.name, rung.box, rung.dynamic_range]
            for preset in profile.video
            for rung in preset.rungs
        ]
        chosen = [profile.per_title, profile.video] if profile.per_title else []
        return [profile.segment_seconds, profile.gop_seconds, profile.hdr_without_metadata, rungs, *chosen]
    if key == "rate_quality":
        return [profile.per_title, profile.gop_seconds, profile.video] if profile.per_title else []
    if codec := sound_codec(key):
        return [profile.sound(codec), profile.downmix, profile.loudness]
    if key == "audio_levels":  # which sounds there are, and in which layouts: not how their bits are spent
        sounds = [[preset.codec, preset.channels, preset.sample_rate] for preset in profile.audio]
        return [sounds, profile.downmix] if profile.loudness else []
    keys = profile.rendition_keys() if key in OF_ALL_RENDITIONS else []
    return [keys, *([field, getattr(profile, field)] for field in FIELDS.get(key, ()))]


def _presets(key: str, profile: Profile) -> Iterable[Any]:
    for preset in profile.video:
        for rung in preset.rungs:
            if f"{preset.codec}_{rung.name}" == key:
                yield [preset.model_dump(exclude={"rungs"}), rung]
