"""Releases at an origin: which there are, and how one more is placed. Used by the asset, the command line and tests."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.errors import StoreError
from vod_assets.domain.release import (
    RELEASE_FILE,
    Release,
    ReleasedTrack,
    next_number,
    read_release,
    unique_tracks,
)
from vod_assets.ports import Origin, RunGuard

ASKED_AT_ONCE = 8
Item = TypeVar("Item")
NUMBERS_TRIED = 20  # each is taken by a writer that was quicker, or was killed in the middle


@dataclass(frozen=True)
class Offer:
    """A release to bring to an origin, and where its files are.

    Attributes:
        release: The release; its number is given when it is placed.
        tracks: Local files of each track, by the track's digest and the path below the track. Only those of tracks
            that have to be sent are asked for.
        manifests: Local files by their path below the release's directory.
        addresses: Where a storage keeps the files of each track, likewise; an origin in the same storage copies there.
    """

    release: Release
    tracks: Mapping[str, Mapping[str, Path]]
    manifests: Mapping[str, Path]
    addresses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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


def require_whole(origin: Origin, release: Release) -> None:
    """Return when a release is at an origin as it was placed: its manifests to the byte, its tracks in their sizes.

    Raises:
        StoreError: ``release_missing``, ``release_corrupt``, ``release_damaged``.
    """
    there = load_release(origin, release.title, release.number)
    if there.digest != release.digest:
        cause = f"release {release.number} is {there.digest[:12]} there, and {release.digest[:12]} was placed"
        raise _damaged(release, cause)
    _require_nothing_lost(origin, release)


def whole_release(origin: Origin, title: str, number: int) -> Release:
    """Return a release that is at an origin as its ``release.json`` there says.

    Raises:
        StoreError: ``release_missing``, ``release_corrupt``, ``release_damaged``.
    """
    release = load_release(origin, title, number)
    _require_nothing_lost(origin, release)
    return release


def _require_nothing_lost(origin: Origin, release: Release) -> None:
    if lost := _lost(origin, release):
        cause = f"release {release.number} lacks {', '.join(sorted(lost)[:5])} at {origin.address}"
        raise _damaged(release, cause)


def _damaged(release: Release, cause: str) -> StoreError:
    remedy = f"Materialise release again, or refill it: vod releases {release.title} --repair"
    return StoreError("release_damaged", cause, remedy, release.title)


def _lost(origin: Origin, release: Release) -> set[str]:
    """Return the tracks and manifests of a release that are not at an origin as they were placed."""
    title, tracks = release.title, unique_tracks(release.tracks)

    def is_same(file: ArtifactFile) -> bool:
        there = origin.read(title, release.below_title(file.path)) or b""
        return hashlib.sha256(there).hexdigest() == file.sha256

    has = _answers(lambda track: origin.has_track(title, track.digest), tracks)
    gone = {track.digest for track, is_there in zip(tracks, has, strict=True) if not is_there}
    same = _answers(is_same, release.manifests)
    other = {file.path for file, is_right in zip(release.manifests, same, strict=True) if not is_right}
    return other | {track.name for track in release.tracks if track.digest in gone}


def _answers(ask: Callable[[Item], bool], items: Sequence[Item]) -> list[bool]:
    """Return what is answered of each, some asked at once: a storage far away takes its time for each answer."""
    with ThreadPoolExecutor(ASKED_AT_ONCE, "asking") as pool:
        asked = [pool.submit(copy_context().run, ask, item) for item in items]
        try:
            return [one.result() for one in asked]
        finally:
            pool.shutdown(cancel_futures=True)


def place(origin: Origin, offer: Offer, guard: RunGuard, scratch: Path) -> Release:
    """Bring a release to an origin, tracks first and manifests last, and return it with its number.

    Tracks that are there are not sent again; a release that is there keeps its number, and nothing is written.

    Args:
        origin: Where it goes.
        offer: The release and its files.
        guard: Asked before each write.
        scratch: A private folder for ``release.json``.
    """
    release = offer.release
    tracks = unique_tracks(release.tracks)
    for done, track in enumerate(tracks):
        guard.check()
        with _remaining(f"{len(tracks) - done} of {len(tracks)} tracks and the manifests"):
            if not origin.has_track(release.title, track.digest):
                _bring(origin, offer, track)
    number = next_number(digests(origin, release.title), release.digest)
    for tried in range(number, number + NUMBERS_TRIED):
        guard.check()
        try:
            with _remaining("the manifests"):
                return _put(origin, offer, tried, scratch)
        except StoreError as error:
            if error.code != "release_exists" or tried == number + NUMBERS_TRIED - 1:
                raise
    raise AssertionError("the last number is placed, or its error is raised")


@contextmanager
def _remaining(what: str) -> Iterator[None]:
    """Add to the error of an origin that is away what remains to be sent there."""
    try:
        yield
    except StoreError as error:
        if error.code in ("release_exists", "upload_corrupt", "bad_path"):
            raise
        cause = f"{error.cause}; {what} remain to be sent, and what was sent stays"
        raise StoreError(error.code, cause, error.remedy, error.title, error.file) from error


def _bring(origin: Origin, offer: Offer, track: ReleasedTrack) -> None:
    """Copy a track within the storage that has it already, or send it."""
    title, addresses = offer.release.title, offer.addresses.get(track.digest, {})
    if not (addresses and origin.copy_track(title, track.digest, track.files, addresses)):
        sums = {file.path: file.sha256 for file in track.files}
        origin.put_track(title, track.digest, offer.tracks[track.digest], sums)


def _put(origin: Origin, offer: Offer, number: int, scratch: Path) -> Release:
    numbered = offer.release.with_number(number)
    document = scratch / RELEASE_FILE
    document.write_bytes(numbered.as_json())
    sums = {file.path: file.sha256 for file in numbered.manifests}
    sums[RELEASE_FILE] = hashlib.sha256(numbered.as_json()).hexdigest()
    origin.put_release(numbered.title, number, {**offer.manifests, RELEASE_FILE: document}, sums)
    return numbered


def _digest(origin: Origin, title: str, number: int) -> str:
    try:
        return load_release(origin, title, number).digest
    except StoreError:
        return ""
