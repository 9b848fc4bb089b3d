"""Which byte of a released file has changed: by the copy of it that is kept elsewhere, and is as it was released."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.byte_difference import ByteDifference, byte_difference
from vod_assets.domain.errors import VodError
from vod_assets.domain.flipped_byte import flipped_byte
from vod_assets.domain.markers import Chapter
from vod_assets.domain.metadata import Metadata
from vod_assets.domain.release import RELEASE_FILE, Release
from vod_assets.domain.release_words import release_words
from vod_assets.ports import ArtifactStore, Origin

BLOCK_BYTES = 1 << 16
NO_COPY = "no copy of it is left to compare with, so nobody can say which bytes"
SAME_FAULT = "the store has no other bytes of it (both are one file on one disk), so nobody can say which"


@dataclass(frozen=True)
class Compared:
    """How a file differs from what was released, or why nobody can say; and what it was compared with."""

    words: str
    difference: ByteDifference | None = None


@dataclass(frozen=True)
class WholeCopies:
    """Finds copies of released files: in the store, and at other origins.

    Attributes:
        scratch: A folder for files on their way.
    """

    store: ArtifactStore
    origin: Origin
    scratch: Path
    _known: dict[str, dict[str, list[tuple[Artifact, str]]]] = field(default_factory=dict, init=False, repr=False)

    def compared(self, title: str, path: str, file: ArtifactFile, at: Origin) -> Compared:
        """Return where a file at one origin differs from a copy that has the SHA-256 it was released with."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.scratch, prefix="verify-") as scratch:
            try:
                there = _at_origin(at, title, path, Path(scratch) / "there")
                if there is None:
                    return Compared(NO_COPY)
                return self._compared(title, path, file, there, at, Path(scratch))
            except (VodError, OSError):
                return Compared("it cannot be read to compare it")

    def compared_document(self, title: str, number: int) -> Compared:
        """Return where ``release.json`` differs from what the store says of that release."""
        there = self.origin.read(title, f"releases/{number}/{RELEASE_FILE}") or b""
        for document in self._releases(title):
            if document["release"]["number"] == number:
                found = byte_difference([Release.model_validate(document["release"]).as_json()], [there])
                return Compared(f"{found}, compared with what the store says of the release", found)
        return Compared(NO_COPY)

    def _compared(self, title: str, path: str, file: ArtifactFile, there: Path, at: Origin, scratch: Path) -> Compared:
        is_linked = False
        for name, copy in self._copies(title, path, file, at, scratch):
            if copy.samefile(there):
                is_linked = True
            elif _sha256(copy) == file.sha256 and (found := byte_difference(_blocks(copy), _blocks(there))):
                return Compared(f"{found}, compared with {name}", found)
        offset = self._flipped(title, file, there)
        if offset is not None:
            found = ByteDifference(offset, 1, 1)
            also = "; the store's copy is this very file" if is_linked else ""
            return Compared(f"{found}, by the checksums that it was made with{also}", found)
        return Compared(SAME_FAULT if is_linked else NO_COPY)

    def _flipped(self, title: str, file: ArtifactFile, there: Path) -> int | None:
        """Return the offset of the one byte that has changed, without a copy; None: nobody can tell."""
        for artifact, name in self._in_store(title).get(file.sha256, ()) if there.stat().st_size else ():
            made = self.store.provenance(title, artifact.asset, artifact.recipe)
            if made is not None and name in made.sums:
                with (
                    there.open("rb") as opened,
                    mmap(opened.fileno(), 0, access=ACCESS_READ) as data,
                    memoryview(data) as view,
                ):
                    return flipped_byte(view, made.sums[name], file.sha256)
        return None

    def _copies(
        self, title: str, path: str, file: ArtifactFile, at: Origin, scratch: Path
    ) -> Iterator[tuple[str, Path]]:
        """Yield what may be a copy, and what it is called; what cannot be fetched is passed over."""
        for artifact, name in self._in_store(title).get(file.sha256, ()):
            try:
                copy = self.store.local_path(artifact, name)
            except VodError:
                continue
            if copy.is_file():
                yield "the store's copy", copy
        for text in self._written(title, file.sha256):
            (scratch / "written").write_bytes(text)
            yield "what the store says of the release", scratch / "written"
        for number, (name, other) in enumerate(self.origin.required().items()):
            copied = None if other is at else self._elsewhere(other, title, path, scratch / f"other-{number}")
            if copied is not None:
                yield f"that at origin {name}", copied

    def _elsewhere(self, other: Origin, title: str, path: str, target: Path) -> Path | None:
        try:
            return _at_origin(other, title, path, target)
        except VodError:
            return None

    def _in_store(self, title: str) -> Mapping[str, list[tuple[Artifact, str]]]:
        """Return every file that the store has of a title by its SHA-256; asked for once."""
        if title not in self._known:
            found: dict[str, list[tuple[Artifact, str]]] = {}
            for artifact in self.store.artifacts(title):
                for file in artifact.files:
                    found.setdefault(file.sha256, []).append((artifact, file.path))
            self._known[title] = found
        return self._known[title]

    def _written(self, title: str, sha256: str) -> Iterator[bytes]:
        """Yield the small file that was written for a release, if it is that one."""
        for document in self._releases(title):
            yield from (text for text in _texts(document) if hashlib.sha256(text).hexdigest() == sha256)

    def _releases(self, title: str) -> Iterator[Mapping[str, Any]]:
        """Yield what the store says of each release of a title."""
        return (one.document for one in self.store.artifacts(title) if one.asset == "release" and not one.empty)


def _texts(document: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield what the asset ``release`` writes by itself: ``release.json``, metadata and chapters."""
    release = Release.model_validate(document["release"])
    yield release.as_json()
    chapters = [Chapter.model_validate(one) for one in document.get("chapters", ())]
    yield from release_words(Metadata.model_validate(document["metadata"]), chapters, release.tracks).values()


def _at_origin(origin: Origin, title: str, path: str, target: Path) -> Path | None:
    """Return a file of an origin as a local path: where it lies, or a copy."""
    lies_at = Path(origin.location(title, path))
    if lies_at.is_absolute() and lies_at.is_file():
        return lies_at
    return target if origin.fetch(title, path, target) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block
