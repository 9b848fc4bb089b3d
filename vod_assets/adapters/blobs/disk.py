"""Local disks and mounts (NFS, SMB)."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from vod_assets.adapters.blobs.names import Listings, checked_name, draft_of
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import StoreError
from vod_assets.domain.flipped_byte import BLOCK_BYTES, Sums
from vod_assets.ports.blobs import Blob

NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})  # gone since it was listed, or a link to nowhere
VANISHED = (FileNotFoundError, NotADirectoryError)
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# A longer write has the system look for one piece of memory as long, which can cost ten times the copy; and what is
# read to be hashed should fit the processor's cache.
CHUNK_BYTES = 128 << 10
WRITES = 5  # of a small file whose folder vanishes under it
AWAY = frozenset({errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETIMEDOUT})

Result = TypeVar("Result")


class DiskBlobs(Listings):
    """Files below a folder; an exclusive hard link creates, a rename replaces."""

    transfers = 8

    def __init__(self, root: Path) -> None:
        self.root, self._root = root, os.fspath(root)
        self.address = root.as_uri()

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""
        path = f"{self._root}/{checked_name(name)}"  # no Path: plans of a catalogue read millions
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                size_bytes = os.fstat(file.fileno()).st_size
                data = file.read(min(size_bytes, most_bytes) + 1)  # room for the most is not had for nothing
                if len(data) > size_bytes:  # it grows
                    data += file.read(most_bytes + 1 - len(data))
        except VANISHED:
            return None
        except OSError as error:
            raise disk_fault(Path(path), error, "read") from error
        if len(data) > most_bytes:
            raise StoreError("store_damaged", f"{path} is longer than {most_bytes} bytes", "Remove it and run again")
        return data

    def read_range(self, name: str, start: int, end: int) -> bytes | None:
        """Return a part of a file, or None."""
        path = self.path(name)
        try:
            with path.open("rb") as file:
                file.seek(start)
                return file.read(max(0, end - start))
        except VANISHED:
            return None
        except OSError as error:
            raise disk_fault(path, error, "read") from error

    def create(self, name: str, data: bytes) -> bool:
        """Write a file exactly once."""
        path = self.path(name)
        with disk_errors(path):
            return _persistently(lambda: _created(path, data))

    def replace(self, name: str, data: bytes) -> None:
        """Write a file; a reader sees the old one or the new one."""
        path = self.path(name)
        with disk_errors(path):
            _persistently(lambda: _replaced(path, data))

    def stat(self, name: str) -> Blob | None:
        """Return what the file system says of a file."""
        path = self.path(name)
        try:
            status = path.stat()
        except VANISHED:
            return None
        except OSError as error:
            raise disk_fault(path, error, "looked at") from error
        return _blob(name, status)

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Copy a file here, and read what was written."""
        target = self.path(name)
        with disk_errors(target), _draft_beside(target) as draft:
            _copy(path, draft)
            if synced_sha256(draft) != sha256:
                raise StoreError("store_corrupt", f"{target} does not hold what was written", "Check the disk")
            draft.replace(target)

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Hard-link or copy a file, and hash it."""
        source = self.path(name)
        try:
            os.link(source, path)
        except FileNotFoundError as error:
            raise StoreError("artifact_missing", f"{source} is gone", "Materialise it again") from error
        except OSError:
            with disk_errors(path):
                _copy(source, path)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 and found != sha256:
            path.unlink()
            raise StoreError("store_corrupt", f"{source} has other bytes than were stored", "Materialise it again")
        return found

    def sent_sha256(self, name: str) -> str:
        """Return nothing: a disk keeps no checksums."""
        return ""

    def copy(self, name: str, other: str) -> None:
        """Give a file a second name: a hard link where the disk has them."""
        source, target = self.path(name), self.path(other)
        with disk_errors(target), _draft_beside(target) as draft:
            try:
                os.link(source, draft)
            except OSError:
                shutil.copyfile(source, draft)
            draft.replace(target)

    def move(self, name: str, other: str) -> None:
        """Rename a file."""
        target = self.path(other)
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            self.path(name).replace(target)

    def delete(self, names: Iterable[str]) -> None:
        """Remove files, and the folders that they leave empty."""
        for name in names:
            path = self.path(name)
            with disk_errors(path, "removed"), suppress(*VANISHED):
                path.unlink()
            self._remove_empty(path.parent)

    def path(self, name: str) -> Path:
        """Return where a name lies."""
        return self.root / checked_name(name) if name else self.root

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        for entry in self._scanned(prefix):
            try:
                if entry.is_dir():
                    yield entry.name, None
                elif entry.is_file():
                    yield entry.name, _blob(prefix + entry.name, entry.stat())
            except OSError as error:
                if error.errno not in NOT_THERE:
                    raise disk_fault(Path(entry.path), error, "looked at") from error

    def _scanned(self, prefix: str) -> list[os.DirEntry[str]]:
        path = self.path(prefix)
        try:
            with os.scandir(path) as entries:
                return list(entries)
        except VANISHED:
            return []
        except OSError as error:
            raise disk_fault(path, error, "listed") from error

    def _remove_empty(self, folder: Path) -> None:
        with suppress(OSError):  # it is not empty, or another process was quicker
            while folder != self.root:
                folder.rmdir()
                folder = folder.parent


def synced_sha256(path: Path, sums: Sums | None = None) -> str:
    """Return a file's SHA-256 once the disk has it, and take its other checksums in the same pass."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        if sums is None:
            return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256()
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            sums.update(block)
        return digest.hexdigest()


def _blob(name: str, status: os.stat_result) -> Blob:
    version = f"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"
    return Blob(name, status.st_size, status.st_mtime, version)


def _created(path: Path, data: bytes) -> bool:
    with _draft_beside(path) as draft:
        _write(draft, data)
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        _sync_directory(path.parent)
    return True


def _replaced(path: Path, data: bytes) -> None:
    with _draft_beside(path) as draft:
        _write(draft, data)
        draft.replace(path)


def _persistently(write: Callable[[], Result]) -> Result:
    """Return what a write comes to; its folder may vanish with another writer's last file in it."""
    for _ in range(WRITES - 1):
        with suppress(FileNotFoundError, FileExistsError):  # the latter of a folder that was there a moment ago
            return write()
    return write()


@contextmanager
def _draft_beside(path: Path) -> Iterator[Path]:
    """Yield the name of a draft; one that is still there afterwards is removed, or a full disk would stay full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(draft_of(path.name))
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    count, buffer = counter(), memoryview(bytearray(CHUNK_BYTES))
    with source.open("rb", buffering=0) as reader, target.open("wb", buffering=0) as writer:
        while size := reader.readinto(buffer):
            rest = buffer[:size]
            while rest:
                rest = rest[writer.write(rest) :]
            count(size)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def disk_errors(path: Path, done: str = "written") -> Iterator[None]:
    """Turn a full, a read-only or a vanished disk into an error that names the place, and what could not be done."""
    try:
        yield
    except OSError as error:
        raise disk_fault(path, error, done) from error


def disk_fault(path: Path, error: OSError, done: str) -> StoreError:
    """Return the error that a caller gets when a path cannot be read or written."""
    if error.errno in FULL:
        return StoreError("disk_full", f"no space is left for {path}", "Free space there, then run again")
    cause = f"{path} cannot be {done}: {error.strerror}"
    if error.errno in DENIED:
        return StoreError("store_denied", cause, "Check its owner, its rights, and how it is mounted")
    if error.errno in AWAY:
        return StoreError("store_unreachable", cause, "Check the mount and its server; then run again")
    return StoreError("store_failed", cause, "Check the disk")
