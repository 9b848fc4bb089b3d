"""Releases at an origin: which there are, and how one more is placed. Used by the asset, the command line and tests."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from vod_assets.domain.errors import StoreError
from vod_assets.domain.release import RELEASE_FILE, Release, next_number, read_release, unique_tracks
from vod_assets.ports import Origin, RunGuard


def load_release(origin: Origin, title: str, number: int) -> Release:
    """Return a release of a title as its ``release.json`` at the origin says.

    Raises:
        StoreError: ``release_missing``, ``release_corrupt``.
    """
    text = origin.read(title, f"releases/{number}/{RELEASE_FILE}")
    if text is None:
        cause = f"release {number} is not at {origin.address}"
        raise StoreError("release_missing", cause, "`vod titles show` lists the releases that are there", title)
    return read_release(text, title)


def digests(origin: Origin, title: str) -> dict[int, str]:
    """Return the digest of every release of a title, by number; empty where ``release.json`` cannot be read.

    A damaged release keeps its number, and blocks no other: `EndState` reports it.
    """
    return {number: _digest(origin, title, number) for number in origin.releases(title)}


def place(
    origin: Origin,
    release: Release,
    track_files: Mapping[str, Mapping[str, Path]],
    manifest_files: Mapping[str, Path],
    guard: RunGuard,
    scratch: Path,
) -> Release:
    """Bring a release to an origin, tracks first and manifests last, and return it with its number.

    Tracks that are there are not sent again; a release that is there keeps its number, and nothing is written.

    Args:
        origin: Where it goes.
        release: The release; its number is given here.
        track_files: Local files of each track, by the track's digest and the path below the track.
        manifest_files: Local manifests by their path below the release's directory.
        guard: Asked before each write.
        scratch: A private folder for ``release.json``.
    """
    for track in unique_tracks(release.tracks):
        guard.check()
        if not origin.has_track(release.title, track.digest):
            sums = {file.path: file.sha256 for file in track.files}
            origin.put_track(release.title, track.digest, track_files[track.digest], sums)
    numbered = release.with_number(next_number(digests(origin, release.title), release.digest))
    document = scratch / RELEASE_FILE
    document.write_bytes(numbered.as_json())
    sums = {file.path: file.sha256 for file in numbered.manifests}
    sums[RELEASE_FILE] = hashlib.sha256(numbered.as_json()).hexdigest()
    guard.check()
    origin.put_release(release.title, numbered.number, {**manifest_files, RELEASE_FILE: document}, sums)
    return numbered


def _digest(origin: Origin, title: str, number: int) -> str:
    try:
        return load_release(origin, title, number).digest
    except StoreError:
        return ""
