"""Bytes on their way to a local file: hashed as they come, and removed when they are not the right ones."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.disk import disk_errors


class Landing:
    """A local file that is being written, from its beginning to its end.

    Attributes:
        size_bytes: How much has come; where to go on after a cut.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path, self._digest = file, path, hashlib.sha256()
        self.size_bytes = 0

    def take(self, chunk: bytes | memoryview) -> None:
        """Write the next bytes."""
        with disk_errors(self._path):
            self._file.write(chunk)
        self._digest.update(chunk)
        self.size_bytes += len(chunk)

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
        with path.open("xb") as file:
            landing = Landing(file, path)
            receive(landing)
            with disk_errors(path):
                file.flush()
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
