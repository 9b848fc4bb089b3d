"""Folders that were made elsewhere, as files with their digests."""

import hashlib
from pathlib import Path

from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.errors import SourceError


def files_of(folder: Path) -> dict[str, tuple[ArtifactFile, Path]]:
    """Return every file of a folder by its path below it; hidden ones (``.DS_Store``) are left behind.

    Raises:
        SourceError: ``external_refused``: there is no such folder, a file cannot be read, or a name is not printable.
    """
    if not folder.is_dir():
        raise SourceError("external_refused", "there is no such folder", "Name the finished folder", file=str(folder))
    try:
        return {path: (_described(path, file), file) for path, file in _regular_files(folder)}
    except OSError as error:
        cause = f"it cannot be read: {error.strerror}"
        raise SourceError("external_refused", cause, "Check the file's rights", file=str(error.filename)) from error


def _regular_files(folder: Path) -> list[tuple[str, Path]]:
    found = []
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if any(part.startswith(".") for part in path.split("/")) or file.is_symlink() or not file.is_file():
            continue
        if not path.isprintable() or "\\" in path:
            raise SourceError("external_refused", "its name cannot be part of an address", "Rename it", file=path)
        found.append((path, file))
    return found


def _described(path: str, file: Path) -> ArtifactFile:
    with file.open("rb") as reader:
        sha256 = hashlib.file_digest(reader, "sha256").hexdigest()
        return ArtifactFile(path=path, size_bytes=reader.tell(), sha256=sha256)
