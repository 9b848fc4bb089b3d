"""Pushing local files to where sources lie: a mezzanine goes last, so that nobody takes it without its sidecars."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.transfers import Load, alone
from vod_assets.domain.acceptance import refusal
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.sidecars import is_video_name, may_be_sidecar
from vod_assets.places import checked_storage


def push_files(access: Access, files: Sequence[Path], to: str) -> Iterator[str]:
    """Copy files, yielding the address of each once it is there; they have temporary names until then.

    Raises:
        ConfigError: ``bad_address``: nothing can be written there.
        SourceError: A file is missing, empty, or neither video nor sidecar; nothing was copied.
    """
    try:
        place = str(checked_storage(to))
    except ValueError as error:
        raise ConfigError(
            "bad_address", f"--to: {error}", "Name a folder, s3://, gs://, smb:// or ftp(s)://"
        ) from error
    for file in files:
        _check(file)
    blobs = open_blobs(place, access)
    for file in sorted(files, key=lambda file: is_video_name(file.name)):
        with file.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        alone(partial(blobs.send, file, file.name, sha256), Load(f"sending {file.name}", file.stat().st_size))
        local = blobs.path(file.name)
        yield str(local) if local else f"{blobs.address}/{quote(file.name, errors='surrogateescape')}"


def _check(file: Path) -> None:
    if not file.is_file():
        raise refusal("source_missing", "there is no such file", str(file))
    if not file.stat().st_size:
        raise refusal("source_empty", "the file has 0 bytes", str(file))
    if not (is_video_name(file.name) or may_be_sidecar(file.name)):
        raise refusal("not_a_media_extension", "its name is no media file's and no sidecar's", str(file))
