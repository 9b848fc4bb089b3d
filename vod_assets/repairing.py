"""Filling an origin from another one: tracks first, then manifests, each file verified as it arrives."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from vod_assets.domain.errors import StoreError
from vod_assets.domain.release import RELEASE_FILE, Release, unique_tracks
from vod_assets.ports import Origin

Sums = Mapping[str, str]


def refill(release: Release, target: Origin, sources: Sequence[Origin], scratch: Path) -> int:
    """Bring what an origin has not, or not as released, from the others, and return how many files that was.

    Every file of the release is read back from it and hashed first.

    Args:
        release: The release, with its number.
        target: The origin that is filled.
        sources: The others; what one has not, or not in its bytes, is fetched from the next.
        scratch: A folder with room for the longest track.

    Raises:
        StoreError: ``upload_corrupt`` or ``release_damaged``: no other origin has these bytes.
    """
    brought = 0
    for track in unique_tracks(release.tracks):
        sums = {file.path: file.sha256 for file in track.files}
        is_there = target.has_track(release.title, track.digest)
        if not is_there or _differing(target, release.title, f"tracks/{track.digest}", sums):
            with _fetched(release.title, f"tracks/{track.digest}", sums, sources, scratch) as folder:
                if is_there:
                    target.distrust_track(release.title, track.digest)
                target.put_track(release.title, track.digest, _files(folder, sums), sums)
            brought += len(sums)
    sums = {file.path: file.sha256 for file in release.manifests}
    sums[RELEASE_FILE] = hashlib.sha256(release.as_json()).hexdigest()
    lost = _differing(target, release.title, release.directory, sums)
    if lost or release.number not in target.releases(release.title):
        with _fetched(release.title, release.directory, sums, sources, scratch) as folder:
            target.distrust_release(release.title, release.number, sums)
            target.put_release(release.title, release.number, _files(folder, sums), sums)
        brought += len(lost)
    return brought


def _differing(origin: Origin, title: str, below: str, sums: Sums) -> list[str]:
    """Return the files that an origin has not, or not as they were released."""
    found = {path: origin.fingerprint(title, f"{below}/{path}") for path in sums}
    return [path for path, there in found.items() if there is None or there.sha256 != sums[path]]


def _fetched(title: str, below: str, sums: Sums, sources: Sequence[Origin], scratch: Path) -> "TemporaryDirectory[str]":
    """Return a folder with files of a title as they were released."""
    scratch.mkdir(parents=True, exist_ok=True)
    folder = TemporaryDirectory(dir=scratch, prefix="repair-")
    try:
        for path, sha256 in sums.items():
            target = Path(folder.name) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if not any(_is_fetched(source, title, f"{below}/{path}", target, sha256) for source in sources):
                cause = "no other origin has its bytes as they were released"
                remedy = f"Publish {title} again: what the store still has is sent anew"
                raise StoreError("release_damaged", cause, remedy, title, f"{below}/{path}")
    except BaseException:
        folder.cleanup()
        raise
    return folder


def _is_fetched(source: Origin, title: str, path: str, target: Path, sha256: str) -> bool:
    try:
        if source.fetch(title, path, target):
            with target.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                    return True
    except StoreError:
        return False  # the next one is asked
    target.unlink(missing_ok=True)
    return False


def _files(folder: str, sums: Sums) -> dict[str, Path]:
    return {path: Path(folder) / path for path in sums}
