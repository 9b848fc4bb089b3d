"""A word for everything below a folder, which changes when anything there does."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from vod_assets.ports.blobs import Blobs


def state_of(blobs: Blobs, prefix: str) -> str:
    """Return a word for what lies below a prefix of a storage: names, sizes and versions, but no bytes."""
    folder = blobs.path(prefix)
    if folder is not None:
        return folder_state(folder)
    seen = sha256()
    for blob in blobs.walk(prefix):
        seen.update(f"{blob.name}\0{blob.size_bytes}\0{blob.version}\n".encode(errors="surrogateescape"))
    return seen.hexdigest()


def folder_state(folder: Path) -> str:
    """Return the word for a folder on a disk; asked for each title of a catalogue, so it makes no objects of files."""
    seen: list[str] = []
    with suppress(FileNotFoundError, NotADirectoryError):
        _look(os.fspath(folder), seen)
    return sha256("\n".join(seen).encode(errors="surrogateescape")).hexdigest()


def _look(folder: str, seen: list[str]) -> None:
    below = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
            else:
                status = entry.stat(follow_symlinks=False)
                seen.append(f"{entry.path} {status.st_size} {status.st_mtime_ns} {status.st_ino}")
    for path in below:
        seen.append(path)
        _look(path, seen)
