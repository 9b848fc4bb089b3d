"""Packages: manifests composed from the descriptors of tracks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.farm.queues import PACKAGES
from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.markers import read_markers
from vod_assets.defs.showing import Row, table
from vod_assets.defs.step import Step, step
from vod_assets.defs.tracks import read_tracks
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.content_keys import ContentKeys
from vod_assets.domain.errors import StoreError
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.manifests.dash import compose_dash
from vod_assets.domain.manifests.hls import compose_hls
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets.domain.markers import Markers
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.track import PlacedTrack, Track
from vod_assets.domain.variants import Variant

GROUP = "packages"
COMPOSER = 4  # to be raised when composed manifests change for equal tracks
MPEG_TS_ONLY = "every variant is MPEG-TS, which HLS alone plays"


@dataclass(frozen=True)
class Kind:
    """One kind of manifests.

    Attributes:
        offered: The tracks that it offers, of those that a variant has.
        compose: Returns its files by name.
        layouts: Layouts of variants that have it.
        reads: Returns what it says of markers.
    """

    offered: Callable[[Presentation], list[PlacedTrack]]
    compose: Callable[[Presentation], dict[str, str]]
    layouts: tuple[str, ...]
    reads: Callable[[Markers], Markers]


def _but_chapters(markers: Markers) -> Markers:
    """Return ad breaks alone: MPDs name no chapters."""
    return markers.model_copy(update={"chapters": ()})


HLS = Kind(Presentation.hls_tracks, compose_hls, ("cmaf", "ondemand", "ts"), reads=lambda markers: markers)
DASH = Kind(Presentation.dash_tracks, compose_dash, ("cmaf", "ondemand"), reads=_but_chapters)


@dataclass(frozen=True)
class Package:
    """What is composed: which asset's manifests, of which variant."""

    asset: str
    kind: Kind
    variant: Variant
    keys: ContentKeys | None = None
    markers: Markers = field(default_factory=Markers)


def _package_asset(name: str, description: str, kind: Kind) -> dg.AssetsDefinition:
    @dg.asset(
        name=name,
        group_name=GROUP,
        kinds={name.partition("_")[0]},
        op_tags=PACKAGES,
        description=description,
        **HOUSE,
    )
    def package(
        context: dg.AssetExecutionContext,
        video_tracks: Artifact,
        audio_tracks: Artifact,
        text_tracks: Artifact,
        image_tracks: Artifact,
        content_keys: Artifact,
        markers: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
    ) -> dg.MaterializeResult[Artifact]:
        with step(context, artifacts, guard, reporter) as at:
            tracks = tracks_by_variant(at, [video_tracks, audio_tracks, text_tracks, image_tracks])
            keys = None if content_keys.empty else content_keys.read(ContentKeys)
            leaves = {
                variant.name: _compose(
                    at, Package(name, kind, variant, keys, read_markers(markers)), tracks[variant.name]
                )
                for variant in at.profile.variants
                if variant.layout in kind.layouts
            }
            made = at.index(name, leaves, MPEG_TS_ONLY)
            return at.result(made, lambda: _facts(at, made.artifact))

    return package


def tracks_by_variant(at: Step, indexes: Sequence[Artifact]) -> dict[str, list[tuple[Artifact, Track]]]:
    """Return the track leaves of every variant of the profile, video first, in the profile's order.

    Raises:
        StoreError: ``artifact_missing``: they were made for other variants.
    """
    tracks: dict[str, list[tuple[Artifact, Track]]] = {variant.name: [] for variant in at.profile.variants}
    named = {entry.name.partition("/")[0]: index.asset for index in indexes for entry in index.entries}
    if other := next((asset for variant, asset in named.items() if variant not in tracks), None):
        raise _of_other_variants(at, other)
    if named and len(named) < len(tracks):
        raise _of_other_variants(at, ", ".join(index.asset for index in indexes))
    for index in indexes:
        for name, leaf in read_tracks(at, index).items():
            tracks[name.partition("/")[0]].append(leaf)
    return tracks


def _of_other_variants(at: Step, asset: str) -> StoreError:
    cause = f"{asset}: made for other variants than profile {at.profile.name} has now"
    return StoreError("artifact_missing", cause, f"Materialise {asset} first", title=at.title)


def _compose(at: Step, package: Package, tracks: Sequence[tuple[Artifact, Track]]) -> Made:
    """Compose one variant's manifests of the tracks that they offer; others may change without making them anew."""
    variant, leaves = package.variant, {track.name: leaf for leaf, track in tracks}
    placed = [PlacedTrack(track=track, base=f"../../../tracks/{leaf.digest}") for leaf, track in tracks]
    presentation = Presentation.of(variant, placed, package.keys, package.markers)
    offered = [one.track for one in package.kind.offered(presentation)]
    recipe = Recipe(
        package.asset,
        {track.name: leaves[track.name].digest for track in offered},
        {
            "variant": variant.name,
            "composer": COMPOSER,
            "order": [variant.order, variant.first_rung],
            "text": [variant.hls_text, variant.dash_text],
            "signalling": {track.name: list(presentation.signalling(track)) for track in offered},
            "markers": package.kind.reads(package.markers),
        },
    )

    def write(directory: Path) -> Mapping[str, Any]:
        for name, text in package.kind.compose(presentation).items():
            (directory / name).write_text(text, encoding="utf-8")
        named = [leaves[track.name].entry(track.name).model_dump() for track in offered]
        return {"variant": variant.name, "tracks": named}

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
    "HLS playlists of every variant (RFC 8216): multivariant, media, I-frame and image playlists; no media.\n\n"
    "Upstream: the tracks and content_keys. Downstream: release. Its checks decide whether it may be published.",
    HLS,
)
dash_package = _package_asset(
    "dash_package",
    "The DASH MPD of every variant but MPEG-TS (ISO/IEC 23009-1), over the very segments that HLS plays.\n\n"
    "Upstream: the tracks and content_keys. Downstream: release. Its checks decide whether it may be published.",
    DASH,
)
