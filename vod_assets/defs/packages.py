"""Packages: manifests composed from the descriptors of tracks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.showing import Row, table
from vod_assets.defs.step import Step, step
from vod_assets.defs.tracks import read_tracks
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.errors import StoreError
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.manifests.dash import compose_dash
from vod_assets.domain.manifests.hls import compose_hls
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.track import PlacedTrack, Track

GROUP = "packages"
COMPOSER = 1  # to be raised when composed manifests change for equal tracks
Compose = Callable[[Sequence[PlacedTrack]], dict[str, str]]


def _package_asset(name: str, kind: str, description: str, compose: Compose) -> dg.AssetsDefinition:
    @dg.asset(name=name, group_name=GROUP, kinds={kind}, description=description, **HOUSE)
    def package(
        context: dg.AssetExecutionContext,
        video_tracks: Artifact,
        audio_tracks: Artifact,
        text_tracks: Artifact,
        image_tracks: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
    ) -> dg.MaterializeResult[Artifact]:
        with step(context, artifacts, guard, reporter) as at:
            made = _compose(at, name, [video_tracks, audio_tracks, text_tracks, image_tracks], compose)
            return at.result(made, lambda: _facts(at, made.artifact))

    return package


def tracks_by_variant(at: Step, indexes: Sequence[Artifact]) -> dict[str, list[tuple[Artifact, Track]]]:
    """Return the track leaves of every variant of the profile, video first, in the profile's order.

    Raises:
        StoreError: ``artifact_missing``: they were made for other variants.
    """
    tracks: dict[str, list[tuple[Artifact, Track]]] = {variant.name: [] for variant in at.profile.variants}
    for index in indexes:
        for name, leaf in read_tracks(at, index).items():
            variant = name.partition("/")[0]
            if variant not in tracks:
                raise _of_other_variants(at, index.asset)
            tracks[variant].append(leaf)
    if any(tracks.values()) and not all(tracks.values()):
        raise _of_other_variants(at, ", ".join(index.asset for index in indexes))
    return tracks


def _of_other_variants(at: Step, asset: str) -> StoreError:
    cause = f"{asset}: made for other variants than profile {at.profile.name} has now"
    return StoreError("artifact_missing", cause, f"Materialise {asset} first", title=at.title)


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
    tracks = {
        f"{variant}/{entry.name}": at.leaf(entry).read(Track)
        for variant, leaf in leaves.items()
        for entry in (IndexEntry.model_validate(track) for track in leaf.document["tracks"])
    }
    return {
        "variants": ", ".join(leaves),
        "variant streams": table([_stream_row(name, one) for name, one in tracks.items() if one.kind == "video"]),
        "tracks": table([_track_row(name, one) for name, one in tracks.items()]),
        "manifests": "\n".join(file.path for leaf in leaves.values() for file in leaf.files),
    }


def _stream_row(name: str, track: Track) -> Row:
    """Return what a player may choose from, sound not counted."""
    return {
        "stream": name,
        "codecs": track.codecs,
        "size": f"{track.width}x{track.height}",
        "fps": str(track.frame_rate or ""),
        "peak kbit/s": track.peak_bits_per_second // 1000,
        "average kbit/s": track.average_bits_per_second // 1000,
    }


def _track_row(name: str, track: Track) -> Row:
    return {
        "track": name,
        "kind": track.kind,
        "codecs": track.codecs or track.dash_codecs,
        "language": "" if track.language == UNKNOWN else track.language,
        "label": track.label,
        "seconds": f"{float(track.duration_seconds):.3f}",
        "average kbit/s": track.average_bits_per_second // 1000,
    }


hls_package = _package_asset(
    "hls_package",
    "hls",
    "HLS playlists of every variant (RFC 8216): multivariant, media, I-frame and image playlists; no media.\n\n"
    "Upstream: the tracks. Downstream: release. Its checks decide whether it may be published.",
    compose_hls,
)
dash_package = _package_asset(
    "dash_package",
    "dash",
    "The DASH MPD of every variant (ISO/IEC 23009-1), over the very segments that HLS plays.\n\n"
    "Upstream: the tracks. Downstream: release. Its checks decide whether it may be published.",
    compose_dash,
)
