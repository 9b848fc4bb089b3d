"""Packages: manifests composed from the descriptors of tracks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.step import Made, Step, step
from vod_assets.defs.tracks import read_tracks
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.dash import compose_dash
from vod_assets.domain.hls import compose_hls
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.track import PlacedTrack, Track

GROUP = "packages"
COMPOSER = 1  # to be raised when composed manifests change for equal tracks
Compose = Callable[[Sequence[PlacedTrack]], dict[str, str]]


@dg.asset(group_name=GROUP, kinds={"hls"}, **HOUSE)
def hls_package(
    context: dg.AssetExecutionContext,
    video_tracks: Artifact,
    audio_tracks: Artifact,
    text_tracks: Artifact,
    image_tracks: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
) -> dg.MaterializeResult[Artifact]:
    """HLS playlists of every variant (RFC 8216): multivariant, media, I-frame and image playlists; no media.

    Upstream: the tracks. Downstream: release. Its checks decide whether it may be published.
    """
    with step(context, artifacts, guard, reporter) as at:
        indexes = [video_tracks, audio_tracks, text_tracks, image_tracks]
        made = _compose(at, "hls_package", indexes, compose_hls)
        return at.result(made, _facts(at, made.artifact))


@dg.asset(group_name=GROUP, kinds={"dash"}, **HOUSE)
def dash_package(
    context: dg.AssetExecutionContext,
    video_tracks: Artifact,
    audio_tracks: Artifact,
    text_tracks: Artifact,
    image_tracks: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
) -> dg.MaterializeResult[Artifact]:
    """The DASH MPD of every variant (ISO/IEC 23009-1), over the very segments that HLS plays.

    Upstream: the tracks. Downstream: release. Its checks decide whether it may be published.
    """
    with step(context, artifacts, guard, reporter) as at:
        indexes = [video_tracks, audio_tracks, text_tracks, image_tracks]
        made = _compose(at, "dash_package", indexes, compose_dash)
        return at.result(made, _facts(at, made.artifact))


def tracks_by_variant(at: Step, indexes: Sequence[Artifact]) -> dict[str, list[tuple[Artifact, Track]]]:
    """Return the track leaves of every variant of the profile, video first, in the profile's order."""
    tracks: dict[str, list[tuple[Artifact, Track]]] = {variant.name: [] for variant in at.profile.variants}
    for index in indexes:
        for name, leaf in read_tracks(at, index).items():
            tracks[name.partition("/")[0]].append(leaf)
    return tracks


def _compose(at: Step, asset: str, indexes: Sequence[Artifact], compose: Compose) -> Made:
    leaves = {
        variant: _compose_variant(at, asset, variant, tracks, compose)
        for variant, tracks in tracks_by_variant(at, indexes).items()
    }
    return at.index(asset, leaves)


def _compose_variant(
    at: Step, asset: str, variant: str, tracks: Sequence[tuple[Artifact, Track]], compose: Compose
) -> Made:
    inputs = {track.name: leaf.digest for leaf, track in tracks}
    recipe = Recipe(asset, inputs, {"variant": variant, "composer": COMPOSER})

    def write(directory: Path) -> Mapping[str, Any]:
        placed = [PlacedTrack(track=track, base=f"../../../tracks/{leaf.digest}") for leaf, track in tracks]
        for name, text in compose(placed).items():
            (directory / name).write_text(text, encoding="utf-8")
        return {"variant": variant, "tracks": [leaf.entry(track.name).model_dump() for leaf, track in tracks]}

    return at.make(recipe, write)


def _facts(at: Step, package: Artifact) -> dict[str, Any]:
    leaves = at.leaves(package)
    return {
        "variants": ", ".join(leaves),
        "tracks": sum(len(leaf.document["tracks"]) for leaf in leaves.values()),
        "manifests": "\n".join(file.path for leaf in leaves.values() for file in leaf.files),
    }
