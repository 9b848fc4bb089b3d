"""Audio: one file per audio track of the source."""

from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.step import Made, Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.media_info import AudioStream, MediaInfo
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition import STEREO, audio_parameters
from vod_assets.ports import SourceStore, Transcoder

AUDIO_FILE = "audio.mp4"


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
        work = partial(_encode, at, mezzanine, info, sources, transcoder)
        leaves = {name: work(stream) for name, stream in named_streams(info).items()}
        made = at.index("audio_aac", leaves, "the source has no audio")
        return at.result(made, {"tracks": len(leaves), "languages": ", ".join(leaves) or "none"})


def named_streams(info: MediaInfo) -> dict[str, AudioStream]:
    """Return the audio streams by the name of their track: ``aac_en``, and ``aac_en_2`` for a second one."""
    named: dict[str, AudioStream] = {}
    for stream in info.audio:
        name = f"aac_{stream.language.lower()}"
        copies = sum(other == name or other.startswith(f"{name}_") for other in named)
        named[f"{name}_{copies + 1}" if copies else name] = stream
    return named


def _encode(
    at: Step, mezzanine: Artifact, info: MediaInfo, sources: SourceStore, transcoder: Transcoder, stream: AudioStream
) -> Made:
    preset = at.profile.audio
    recipe = Recipe(
        "audio_aac",
        {"mezzanine": mezzanine.digest},
        audio_parameters(stream, info.video, preset),
        transcoder.build_ids,
    )

    def encode(directory: Path) -> dict[str, Any]:
        source = at.source(mezzanine, sources)
        transcoder.encode_audio(source, info, stream, preset, directory / AUDIO_FILE)
        return {
            "stream": stream.index,
            "channels": min(stream.channels, STEREO),
            "sample_rate": preset.sample_rate,
        }

    return at.make(recipe, encode)
