"""Content keys: their ids and signalling; the keys themselves stay with their provider."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.showing import table
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import not_asked
from vod_assets.domain.audio_channels import STEREO, SURROUND
from vod_assets.domain.audio_rendition import SoundPlan, layout_of, unwanted
from vod_assets.domain.audio_sources import source_sounds
from vod_assets.domain.content_keys import ContentKeys, KeyRequest
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.domain.track_classes import contracts
from vod_assets.ports import KeyProvider

SIGNALLING = 2  # to be raised when equal requests are answered differently


@dg.asset(group_name="keys", kinds={"drm"}, **HOUSE)
def content_keys(
    context: dg.AssetExecutionContext,
    encoding_ladder: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    keys: dg.ResourceParam[KeyProvider],
) -> dg.MaterializeResult[Artifact]:
    """Key ids of every class of tracks, and how DRM systems find them: never a key.

    Upstream: encoding_ladder, media_info. Downstream: video_tracks and audio_tracks, which are encrypted with the
    keys, and the manifests, which name them. Empty when no variant is protected.
    """
    with step(context, artifacts, guard, reporter) as at:
        if not any(variant.is_protected for variant in at.profile.variants):
            return at.result(at.nothing("content_keys", not_asked(at.profile, "content_keys")))
        request = _request(at, encoding_ladder.read(Ladder), media_info.read(MediaInfo))
        said = {"request": request.model_dump(), "signalling": SIGNALLING, **keys.parameters}
        made = at.make(Recipe("content_keys", parameters=said), lambda _: keys.describe(request).model_dump())
        return at.result(made, lambda: _facts(made.artifact.read(ContentKeys)))


def _request(at: Step, ladder: Ladder, info: MediaInfo) -> KeyRequest:
    asked = contracts(at.profile.variants, ladder.made, sorted(_channels(at.record, at.profile, info)))
    return KeyRequest(title=at.title, generation=at.record.key_generation, contracts=asked)


def _channels(record: TitleRecord, profile: Profile, info: MediaInfo) -> Iterable[int]:
    """Return how many channels the title's audio tracks will have; those that files beside the source may have, too."""
    sounds = source_sounds(info)
    own = {
        SoundPlan(sound, preset, layout_of(sound, preset)).channels
        for sound in sounds
        for preset in profile.audio
        if not unwanted(sound, preset)
    }
    if not any(sidecar.kind == "audio" for sidecar in record.sidecars):
        return own
    return own | {STEREO} | ({SURROUND} if any(preset.channels == "source" for preset in profile.audio) else set())


def _facts(found: ContentKeys) -> dict[str, Any]:
    return {
        "keys": table(
            [
                {
                    "scheme": key.scheme,
                    "tracks": key.track_class,
                    "KID": key.kid,
                    "systems": ", ".join(one.system for one in key.systems),
                }
                for key in found.keys
            ]
        ),
        "generation": found.request.generation,
        "provider": found.provider,
    }
