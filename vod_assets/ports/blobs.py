"""Named bytes below one address: a disk, a bucket, a share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Told = Callable[[str, str], None]


@dataclass(frozen=True)
class Blob:
    """One file or object.

    Attributes:
        name: Below the store's address, with forward slashes.
        modified_at: Seconds since the epoch, as the store's clock has it.
        version: Changes when the bytes do, as far as the store knows: an entity tag, or inode and time.
        is_archived: Its bytes are on tape or in a cold class, and must be brought back before they are read.
    """

    name: str
    size_bytes: int
    modified_at: float
    version: str
    is_archived: bool = False


class Blobs(Protocol):
    """What every kind of storage can do; nobody ever sees a file half written.

    A name is relative, with forward slashes, without ``.`` and ``..``. Passing faults are retried inside; what remains
    is a `StoreError`: ``store_unreachable``, ``store_denied``, ``disk_full``, ``store_failed``, ``store_damaged``.
    """

    address: str
    transfers: int  # how many files are worth moving at a time

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None when there is none."""
        ...

    def read_range(self, name: str, start: int, end: int) -> bytes | None:
        """Return a file's bytes from ``start`` to before ``end``, or to where it ends; None when there is none.

        Nothing else of the file is moved.
        """
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Write a small file unless the name is taken; return whether this caller wrote it.

        Of any number of writers exactly one gets True, also when an answer was lost and asked for again.
        """
        ...

    def replace(self, name: str, data: bytes) -> None:
        """Write a small file; a reader sees the old bytes or the new ones."""
        ...

    def stat(self, name: str) -> Blob | None:
        """Return what is known of a file, or None."""
        ...

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        """Yield every file below a prefix that ends with ``/`` (or is empty), always in the same order.

        The order is the store's own: S3 sorts by the whole name's bytes, others folder by folder.

        Args:
            prefix: Where to look.
            start_after: Yield only what comes after this name, which an earlier walk yielded.
            with_drafts: Yield also what a writer has begun and not renamed yet.
        """
        ...

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        """Yield what somebody may have put here; see `Files.survey`."""
        ...

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the files directly below a prefix that ends with ``/`` (or is empty), without those in folders."""
        ...

    def folders(self, prefix: str = "") -> list[str]:
        """Return the names of the folders directly below a prefix, sorted, each without its slash.

        A store may go on naming a folder that has become empty.
        """
        ...

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Write a local file under a name that nobody has read yet; the store has exactly these bytes afterwards.

        Args:
            path: The file.
            name: What it is called here.
            sha256: Its digest.
            headers: ``Content-Type`` and ``Cache-Control`` for a store that answers HTTP itself; others pass them over.
        """
        ...

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Write a file to a local path that does not exist yet, and return its SHA-256.

        Raises:
            StoreError: ``store_corrupt``: the bytes are not those of ``sha256``; ``artifact_missing``.
        """
        ...

    def sent_sha256(self, name: str) -> str:
        """Return the SHA-256 that a file was sent with, where the storage keeps it; empty: it has to be read back."""
        ...

    def copy(self, name: str, other: str) -> None:
        """Give the same bytes another name, inside the store."""
        ...

    def move(self, name: str, other: str) -> None:
        """Rename a file; whatever had the other name is replaced."""
        ...

    def delete(self, names: Iterable[str]) -> None:
        """Remove files; names that are not there are passed over."""
        ...

    def path(self, name: str) -> Path | None:
        """Return where a name lies on a local disk or mount; None when it does not."""
        ...


class Files(Protocol):
    """What is needed to read files somewhere: every `Blobs`, and places where nothing is written."""

    address: str

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None when there is none."""
        ...

    def stat(self, name: str) -> Blob | None:
        """Return what is known of a file, or None."""
        ...

    def walk(self, prefix: str = "", start_after: str = "") -> Iterator[Blob]:
        """Yield every file below a prefix, as `Blobs.walk` does."""
        ...

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        """Yield every file, in the order of `walk`, but those in hidden folders; what cannot be read is passed over.

        Args:
            start_after: Yield only what comes after this name.
            told: Called with what is passed over (a folder has its slash) and why, before what comes after it.
        """
        ...

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the files directly below a prefix, without those in folders."""
        ...

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Write a file to a local path that does not exist yet, and return its SHA-256."""
        ...
