"""Bytes on their way to a local file: hashed as they come, and removed when they are not the right ones."""

import hashlib
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.disk import CHUNK_BYTES, disk_errors
from vod_assets.adapters.transfers import counter


class Landing:
    """A local file that is being written: from its beginning to its end, or in parts that are settled in their order.

    Attributes:
        size_bytes: How much has come; where to go on after a cut.
    """

    def __init__(self, file: FileIO, path: Path) -> None:
        self._file, self._path, self._digest = file, path, hashlib.sha256()
        self._buffer = memoryview(bytearray())
        self.size_bytes, self._count = 0, counter()

    def take(self, chunk: bytes | memoryview) -> None:
        """Write the next bytes."""
        self.put(memoryview(chunk), self.size_bytes)
        self._digest.update(chunk)
        self.size_bytes += len(chunk)

    def put(self, chunk: memoryview, at: int) -> None:
        """Write bytes where they belong, from any thread; they have come when `settle` says so."""
        with disk_errors(self._path):
            while chunk:
                written = os.pwrite(self._file.fileno(), chunk[:CHUNK_BYTES], at)
                chunk, at = chunk[written:], at + written
                self._count(written)

    def settle(self, end: int) -> None:
        """Take everything up to there as come: it is read back, which costs less than keeping it, and hashed."""
        self._buffer = self._buffer or memoryview(bytearray(CHUNK_BYTES))
        with disk_errors(self._path):
            while count := os.preadv(self._file.fileno(), [self._buffer[: end - self.size_bytes]], self.size_bytes):
                self._digest.update(self._buffer[:count])
                self.size_bytes += count

    @property
    def sha256(self) -> str:
        """The digest of what has come."""
        return self._digest.hexdigest()


def landed(where: str, path: Path, sha256: str, receive: Callable[[Landing], None]) -> str:
    """Write a file to a path that does not exist yet, and return its SHA-256.

    Args:
        where: How the file is called in messages.
        path: It is there afterwards only if everything is right.
        sha256: What the digest must be; empty: whatever it is.
        receive: Gives all bytes to the landing; asked once, and goes on by itself after a cut.

    Raises:
        StoreError: ``store_corrupt``, ``artifact_missing``, and what ``receive`` raises.
    """
    try:
        with path.open("x+b", buffering=0) as file:
            landing = Landing(file, path)
            receive(landing)
        if sha256 not in ("", landing.sha256):
            raise faults.corrupt(where)
    except FileNotFoundError as error:
        path.unlink(missing_ok=True)
        raise faults.gone(where) from error
    except FileExistsError:
        raise
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return landing.sha256
