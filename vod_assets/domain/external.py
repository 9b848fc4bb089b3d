"""Packages that were made elsewhere: one folder becomes one unit of a release, opened by its own manifests."""

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.errors import SourceError
from vod_assets.domain.release import Release, ReleasedTrack, VariantManifests

VARIANT = "external"
REMEDY = "Finish the package, and upload the folder that holds its manifests"


def external_release(title: str, files: Iterable[ArtifactFile], text_of: Callable[[str], str], name: str) -> Release:
    """Return the release of a folder: all its files under one digest, and where players open it.

    Args:
        title: The title it belongs to.
        files: Every file of the folder.
        text_of: Reads a playlist by its path in the folder.
        name: The folder's name, for messages.

    Raises:
        SourceError: ``external_refused``: it cannot be told which manifest players open.
    """
    leaf = Artifact(title=title, asset=VARIANT, recipe="", files=tuple(sorted(files, key=lambda file: file.path)))
    manifests = top_manifests([file.path for file in leaf.files], text_of, name)
    base = f"../../tracks/{leaf.digest}"
    variant = VariantManifests(
        hls=f"{base}/{manifests.hls}" if manifests.hls else "",
        dash=f"{base}/{manifests.dash}" if manifests.dash else "",
    )
    unit = ReleasedTrack.of_files(leaf, name, VARIANT)
    return Release(title=title, external=True, variants={VARIANT: variant}, tracks=(unit,))


def top_manifests(paths: Iterable[str], text_of: Callable[[str], str], name: str) -> VariantManifests:
    """Return the one multivariant playlist (or else the one media playlist) and the one MPD of a folder.

    Raises:
        SourceError: ``external_refused``: there are several of a kind, or there is none of either.
    """
    every = sorted(paths)
    playlists = [path for path in every if PurePosixPath(path).suffix.lower() == ".m3u8"]
    multivariant = [path for path in playlists if "#EXT-X-STREAM-INF" in text_of(path)]
    mpds = [path for path in every if PurePosixPath(path).suffix.lower() == ".mpd"]
    hls, dash = _only(multivariant or playlists, "playlists", name), _only(mpds, "MPDs", name)
    if not hls and not dash:
        raise SourceError("external_refused", "there is neither a playlist nor an MPD", REMEDY, file=name)
    return VariantManifests(hls=hls, dash=dash)


def _only(paths: list[str], what: str, name: str) -> str:
    if len(paths) > 1:
        cause = f"players could open any of {len(paths)} {what}: {', '.join(paths[:5])}"
        raise SourceError("external_refused", cause, "Upload a folder with one package", file=name)
    return paths[0] if paths else ""
