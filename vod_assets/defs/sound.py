"""Audio: one file per audio track of the source, and per file of sound beside it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.dubs import AUDIO_FILE, Dubbing, Dubs
from vod_assets.defs.estimates import recorded
from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.showing import Row, table
from vod_assets.defs.source import made_from
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.audio_presets import AudioPreset
from vod_assets.domain.audio_rendition import STEREO, audio_parameters
from vod_assets.domain.estimates import Timing
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.sound import Sound, preference, sound_of_stream
from vod_assets.ports import Prober, SourceStore, Transcoder

MAKER = 1  # to be raised when the same sound is encoded into other bytes


@dg.asset(group_name="audio", kinds={"ffmpeg", "aac"}, op_tags=BEFORE_ENCODES, **HOUSE)
def audio_aac(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
    prober: dg.ResourceParam[Prober],
    transcoder: dg.ResourceParam[Transcoder],
) -> dg.MaterializeResult[Artifact]:
    """Every audio track of the source, and of the dubs beside it, in AAC-LC, as long as the picture, at most stereo.

    Upstream: mezzanine, media_info and the files of sound beside the source. Downstream: audio_tracks. A file that does
    not fit costs that file, and is listed here. Empty when there is no sound at all.
    """
    with step(context, artifacts, guard, reporter) as at:
        info = media_info.read(MediaInfo)
        streams = named_streams(info)
        own = {name: sound_of_stream(stream, at.record.sound_labels) for name, stream in streams.items()}
        dubs = Dubbing(at, info, sources, prober, transcoder).made(own)
        default = dubs.default or max(own, key=lambda name: preference(own[name], at.record.language), default="")

        def encode(stream: AudioStream, said: dict[str, Any], directory: Path) -> dict[str, Any]:
            source = at.source(mezzanine, sources)
            transcoder.encode_audio(source, info, stream, at.profile.audio, directory / AUDIO_FILE)
            return said

        leaves: dict[str, Made] = {}
        for name, stream in streams.items():
            said = made_from(mezzanine) | _described(own[name], stream, at.profile.audio, is_default=name == default)
            parameters = audio_parameters(stream, info.video, at.profile.audio) | {"described": said, "maker": MAKER}
            recipe = Recipe("audio_aac", {"mezzanine": mezzanine.digest}, parameters, transcoder.build_ids)
            leaves[name] = at.make(recipe, partial(encode, stream, said))
        leaves |= dubs.leaves
        made = at.index("audio_aac", leaves, "the source has no audio")
        made = replace(made, reused=made.reused and not dubs.is_news)
        return at.result(made, lambda: _facts(leaves, dubs) | _timing(at, leaves, made, info))


def named_streams(info: MediaInfo) -> dict[str, AudioStream]:
    """Return the audio streams by the name of their track: ``aac_en``, and ``aac_en_2`` for a second one."""
    named: dict[str, AudioStream] = {}
    for stream in info.audio:
        name = f"aac_{stream.language.lower()}"
        copies = sum(other == name or other.startswith(f"{name}_") for other in named)
        named[f"{name}_{copies + 1}" if copies else name] = stream
    return named


def _described(sound: Sound, stream: AudioStream, preset: AudioPreset, *, is_default: bool) -> dict[str, Any]:
    """Return what manifests say of a track, and what was made of its stream."""
    return {
        "language": sound.language,
        "label": sound.label,
        "role": sound.role,
        "stream": stream.index,
        "channels": min(stream.channels, STEREO),
        "sample_rate": preset.sample_rate,
        "is_default": is_default,
    }


def _facts(leaves: Mapping[str, Made], dubs: Dubs) -> dict[str, Any]:
    said = {name: made.artifact.document for name, made in leaves.items()}
    rows: list[Row] = [
        {
            "track": name,
            "language": one["language"],
            "role": one["role"],
            "label": one["label"],
            "default": "yes" if one["is_default"] else "",
            "from": "a file beside the source" if name in dubs.leaves else f"stream {one['stream']}",
        }
        for name, one in said.items()
    ]
    listed = "\n".join(f"- `{finding.code}` {finding.cause}" for finding in dubs.findings)
    return {
        "tracks": len(leaves),
        "languages": ", ".join(leaves) or "none",
        "findings": dg.MetadataValue.md(listed or "none"),
        **({"sound": table(rows)} if rows else {}),
    }


def _timing(at: Step, leaves: Mapping[str, Made], made: Made, info: MediaInfo) -> dict[str, Any]:
    """Return how long it took, where all of it was made now."""
    if not leaves or any(leaf.reused for leaf in leaves.values()):
        return {}
    return dict(recorded(Timing(at.profile.name, made.seconds, float(info.duration_seconds))))
