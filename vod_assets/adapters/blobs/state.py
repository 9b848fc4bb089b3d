"""One look at everything below a folder: what lies there, and a word for it that changes when anything does."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from vod_assets.adapters.blobs.disk import VANISHED, disk_fault
from vod_assets.ports.blobs import Blobs

Folders = dict[str, dict[str, int | None]]


@dataclass(frozen=True)
class Look:
    """What lay below a folder at one time.

    Attributes:
        word: Changes with names, sizes and versions of whatever lies there.
        folders: The entries of each folder, by its name with a slash below the one looked at: bytes of a file, None
            for a folder.
    """

    word: str
    folders: Mapping[str, Mapping[str, int | None]]


def look(blobs: Blobs, prefix: str) -> Look:
    """Return what lies below a prefix of a storage; no bytes are read."""
    folder = blobs.path(prefix)
    if folder is not None:
        return folder_look(folder)
    seen, folders = sha256(), Folders()
    for blob in blobs.walk(prefix):
        seen.update(f"{blob.name}\0{blob.size_bytes}\0{blob.version}\n".encode(errors="surrogateescape"))
        _add(folders, blob.name.removeprefix(prefix), blob.size_bytes)
    return Look(seen.hexdigest(), folders)


def folder_look(folder: Path) -> Look:
    """Return what lies in a folder on a disk; asked for each title of a catalogue, so it makes no objects of files."""
    seen: list[str] = []
    folders = Folders()
    _enter(os.fspath(folder), "", seen, folders)
    return Look(sha256("\n".join(seen).encode(errors="surrogateescape")).hexdigest(), folders)


def _enter(path: str, name: str, seen: list[str], folders: Folders) -> None:
    try:
        with os.scandir(path) as scanned:
            entries = list(scanned)
    except VANISHED:
        return
    except OSError as error:
        raise disk_fault(Path(path), error, "listed") from error
    mine = folders[name] = {}
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            mine[entry.name] = None
            below = f"{name}{entry.name}/"
            seen.append(below)
            _enter(entry.path, below, seen, folders)
        else:
            with suppress(*VANISHED):
                status = entry.stat(follow_symlinks=False)
                mine[entry.name] = status.st_size
                seen.append(f"{name}{entry.name} {status.st_size} {status.st_mtime_ns} {status.st_ino}")


def _add(folders: Folders, name: str, size_bytes: int | None) -> None:
    folder, slash, last = name.rpartition("/")
    if slash and folder + slash not in folders:
        _add(folders, folder, None)
        folders[folder + slash] = {}
    folders.setdefault(folder + slash, {})[last] = size_bytes
