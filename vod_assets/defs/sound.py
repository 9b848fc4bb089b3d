"""Audio: one file per audio track of the source."""

from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.estimates import recorded
from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.source import made_from
from vod_assets.defs.step import step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.estimates import Timing
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.profile import AudioPreset
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition import STEREO, audio_parameters
from vod_assets.ports import SourceStore, Transcoder

AUDIO_FILE = "audio.mp4"
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
    transcoder: dg.ResourceParam[Transcoder],
) -> dg.MaterializeResult[Artifact]:
    """Every audio track in AAC-LC, as long as the picture; more than two channels are mixed down to stereo.

    Upstream: mezzanine, media_info. Downstream: audio_tracks. Empty when the source is silent.
    """
    with step(context, artifacts, guard, reporter) as at:
        info = media_info.read(MediaInfo)
        streams = named_streams(info)
        default = next((name for name, stream in streams.items() if stream.is_default), next(iter(streams), ""))

        def encode(stream: AudioStream, said: dict[str, Any], directory: Path) -> dict[str, Any]:
            source = at.source(mezzanine, sources)
            transcoder.encode_audio(source, info, stream, at.profile.audio, directory / AUDIO_FILE)
            return said

        leaves: dict[str, Made] = {}
        for name, stream in streams.items():
            said = made_from(mezzanine) | _described(stream, at.profile.audio) | {"is_default": name == default}
            parameters = audio_parameters(stream, info.video, at.profile.audio) | {"described": said, "maker": MAKER}
            recipe = Recipe("audio_aac", {"mezzanine": mezzanine.digest}, parameters, transcoder.build_ids)
            leaves[name] = at.make(recipe, partial(encode, stream, said))
        made = at.index("audio_aac", leaves, "the source has no audio")
        facts: dict[str, Any] = {"tracks": len(leaves), "languages": ", ".join(leaves) or "none"}
        if leaves and not any(leaf.reused for leaf in leaves.values()):
            facts |= recorded(Timing(at.profile.name, made.seconds, float(info.duration_seconds)))
        return at.result(made, facts)


def named_streams(info: MediaInfo) -> dict[str, AudioStream]:
    """Return the audio streams by the name of their track: ``aac_en``, and ``aac_en_2`` for a second one."""
    named: dict[str, AudioStream] = {}
    for stream in info.audio:
        name = f"aac_{stream.language.lower()}"
        copies = sum(other == name or other.startswith(f"{name}_") for other in named)
        named[f"{name}_{copies + 1}" if copies else name] = stream
    return named


def _described(stream: AudioStream, preset: AudioPreset) -> dict[str, Any]:
    """Return what manifests say of a track, and what was made of its stream."""
    return {
        "language": stream.language,
        "label": stream.label,
        "role": stream.role,
        "stream": stream.index,
        "channels": min(stream.channels, STEREO),
        "sample_rate": preset.sample_rate,
    }
