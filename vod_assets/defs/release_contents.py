"""What a release is put together from: the tracks that its packages play, their manifests, and what is said."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vod_assets.defs.showing import is_picture, picture_size
from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact, ArtifactFile, IndexEntry
from vod_assets.domain.content_keys import ContentKeys
from vod_assets.domain.errors import GateError
from vod_assets.domain.image_track import sheets_of
from vod_assets.domain.manifests.dash import MANIFEST
from vod_assets.domain.manifests.hls import MULTIVARIANT
from vod_assets.domain.release import ReleasedKey, ReleasedTrack, VariantManifests
from vod_assets.domain.thumbnails import index_faults
from vod_assets.domain.track import Track

REMADE_THUMBNAILS = "Make them again: --select thumbnails,image_tracks --force thumbnails --force image_tracks"


@dataclass(frozen=True)
class Contents:
    """What a release is made of.

    Attributes:
        leaves: The tracks that it names.
        manifests: Every manifest by its path below the release, as a file and where it is.
        words: Files that are written from what is said of the title: ``metadata.json``, chapters.
    """

    leaves: tuple[Artifact, ...]
    manifests: Mapping[str, tuple[ArtifactFile, Path]]
    words: Mapping[str, bytes]

    @property
    def files(self) -> tuple[ArtifactFile, ...]:
        """Every file below the release's directory but ``release.json``."""
        written = (
            ArtifactFile(path=name, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
            for name, data in self.words.items()
        )
        return (*(file for file, _ in self.manifests.values()), *written)


def named_tracks(at: Step, packages: Mapping[str, Artifact]) -> list[Artifact]:
    """Return the tracks that the packages' manifests play, which may be older than the tracks made last."""
    leaves = [leaf for package in packages.values() for leaf in at.leaves(package).values()]
    named = [IndexEntry.model_validate(track) for leaf in leaves for track in leaf.document["tracks"]]
    entries = {entry.digest: entry for entry in named}
    return [at.leaf(entry) for entry in entries.values()]


def source_of(leaf: Artifact) -> tuple[str, str]:
    """Return which asset a leaf's bytes come from, and the mezzanine that it made them of."""
    return leaf.document.get("source_asset", leaf.asset), leaf.document.get("mezzanine", "")


def released_track(leaf: Artifact) -> ReleasedTrack:
    """Return what a release says of a track, or of the poster."""
    if leaf.asset == "poster":
        return ReleasedTrack.of_files(leaf, "poster", "poster")
    return ReleasedTrack.of(leaf, leaf.read(Track))


def require_pictures(at: Step, leaves: Iterable[Artifact]) -> None:
    """Return when the poster is a picture and thumbnails are where they should be: no check of a package looks there.

    Raises:
        GateError: ``poster_damaged``, ``thumbnails_damaged``.
    """
    for leaf in leaves:
        if leaf.asset == "poster":
            _require_poster(at, leaf)
        elif leaf.asset == "image_tracks":
            _require_thumbnails(at, leaf)


def _require_poster(at: Step, poster: Artifact) -> None:
    if not is_picture(at.path(poster, poster.files[0].path)):
        cause = f"the poster {poster.files[0].path} is no picture that opens"
        raise GateError("poster_damaged", cause, "Make it again: --select poster --force poster", at.title)


def _require_thumbnails(at: Step, leaf: Artifact) -> None:
    """Return when an image track's sheets have the grid that it states, and its index leads to their tiles."""
    track = leaf.read(Track)
    sheets = sheets_of(track)
    sizes = {name: picture_size(at.path(leaf, name)) for name in sheets.sheets}
    faults = [f"{name} is {_shape(size)}, not {_shape(sheets.sheet_size)}" for name, size in sizes.items()
              if size != sheets.sheet_size]  # fmt: skip
    if any(file.path == sheets.index for file in leaf.files):  # none in tracks of long ago
        index = at.path(leaf, sheets.index).read_text("utf-8", errors="replace")
        faults += (f"{sheets.index}: {fault}" for fault in index_faults(index, sheets, track.duration_seconds))
    if faults:
        raise GateError("thumbnails_damaged", "; ".join(faults[:3]), REMADE_THUMBNAILS, at.title)


def _shape(size: tuple[int, int] | None) -> str:
    return f"{size[0]}x{size[1]}" if size else "no picture"


def manifests_of(at: Step, packages: Mapping[str, Artifact]) -> dict[str, tuple[ArtifactFile, Path]]:
    """Return every manifest by its path below the release: ``<variant>/<file>``."""
    found: dict[str, tuple[ArtifactFile, Path]] = {}
    for package in packages.values():
        for variant, leaf in at.leaves(package).items():
            for file in leaf.files:
                path = f"{variant}/{file.path}"
                found[path] = (file.model_copy(update={"path": path}), at.path(leaf, file.path))
    return dict(sorted(found.items()))


def texts_of(manifests: Mapping[str, tuple[ArtifactFile, Path]]) -> dict[str, str]:
    """Return the text of every manifest by its path below the release."""
    return {path: local.read_text(encoding="utf-8") for path, (_, local) in manifests.items()}


def variants_of(at: Step, packages: Mapping[str, Artifact], keys: ContentKeys | None) -> dict[str, VariantManifests]:
    """Return where each variant's manifests are below the release, and the keys that its tracks are under."""
    in_dash = {entry.name for entry in packages["dash_package"].entries}
    tracks = _tracks_by_variant(at, packages) if keys else {}
    systems = {variant.name: variant.systems for variant in at.profile.variants}
    return {
        entry.name: VariantManifests(
            hls=f"{entry.name}/{MULTIVARIANT}",
            dash=f"{entry.name}/{MANIFEST}" if entry.name in in_dash else "",
            keys=_released_keys(keys, tracks[entry.name], systems.get(entry.name, ())) if keys else (),
        )
        for entry in packages["hls_package"].entries
    }


def _tracks_by_variant(at: Step, packages: Mapping[str, Artifact]) -> dict[str, list[Track]]:
    """Return the tracks that each variant's manifests play."""
    found: dict[str, list[Track]] = defaultdict(list)
    for package in packages.values():
        for variant, leaf in at.leaves(package).items():
            named = (IndexEntry.model_validate(track) for track in leaf.document["tracks"])
            found[variant] += [at.leaf(entry).read(Track) for entry in named]
    return found


def _released_keys(keys: ContentKeys, tracks: Iterable[Track], systems: tuple[str, ...]) -> tuple[ReleasedKey, ...]:
    kids = dict.fromkeys(track.kid for track in tracks if track.kid)
    return tuple(
        ReleasedKey(
            kid=key.kid,
            scheme=key.scheme,
            track_class=key.track_class,
            licences={one.system: one.licence_url for one in key.signalled(systems) if one.licence_url},
        )
        for key in (keys.named(kid) for kid in kids)
        if key is not None
    )
