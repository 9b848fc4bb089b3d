"""Sources on local or mounted disks: paths and ``file://`` addresses."""

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from vod_assets.adapters.source.notes import write_note
from vod_assets.domain.acceptance import refusal
from vod_assets.domain.errors import ConfigError, SourceError, printable
from vod_assets.domain.title import Fingerprint
from vod_assets.places import absolute

MEMORY = "fingerprints"


class LocalSources:
    """Reads source files where they lie, whatever characters their names hold.

    Args:
        cache: Folder where the digests of unchanged files are remembered, one small file each.
    """

    def __init__(self, cache: Path) -> None:
        self.memory = cache / MEMORY

    def normal(self, address: str) -> str:
        """Return the address of a path, whether anything is there or not."""
        return "file://" + quote(os.fsencode(_path(address)))

    def name(self, address: str) -> str:
        """Return the file's own name."""
        return _path(address).name

    def canonical(self, address: str) -> str:
        """Return the one address of a source; see `vod_assets.ports.SourceStore`."""
        path = _path(address)
        with _blamed_on(path):
            real = path.resolve(strict=True)
            mode = real.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "directory" if stat.S_ISDIR(mode) else "pipe, socket or device"
            raise refusal("not_a_file", f"it is a {kind}, not a file", str(path))
        if not os.access(real, os.R_OK):
            raise refusal("permission_denied", "the file may not be read", str(path))
        return "file://" + quote(os.fsencode(real))

    def fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256, remembered for an unchanged file.

        Raises:
            SourceError: ``source_empty``, ``source_changed`` while it was read, and those of `canonical`.
        """
        path = self.local_path(self.canonical(address))
        with _blamed_on(path):
            before = path.stat()
            if not before.st_size:
                raise refusal("source_empty", "the file has 0 bytes", str(path))
            known = self._remembered(path, before)
            if known is not None:
                return known
            found = self._hashed(path, before)
        write_note(self._note(path), {"identity": _identity(before), "sha256": found.sha256})
        return found

    def known_fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256, which is empty of a file that was never hashed here."""
        path = self.local_path(self.canonical(address))
        with _blamed_on(path):
            size_bytes = path.stat().st_size
        if not size_bytes or self._note(path).exists():
            return self.fingerprint(address)
        return Fingerprint(size_bytes=size_bytes, sha256="")

    def identity(self, address: str) -> str:
        """Return what the file system says of a file."""
        path = self.local_path(self.canonical(address))
        with _blamed_on(path):
            return f"{path} {_identity(path.stat())}"

    def local_path(self, address: str) -> Path:
        """Return the local path of an address."""
        return _path(address)

    def is_archived(self, address: str) -> bool:
        """Return False: what a disk or a mount shows can be read, if only after a while."""
        return False

    def siblings(self, address: str) -> list[str]:
        """Return the addresses of the regular files beside a source, sorted."""
        path = self.local_path(self.canonical(address))
        others = (entry for entry in path.parent.iterdir() if entry != path and entry.is_file())
        return sorted("file://" + quote(os.fsencode(entry)) for entry in others)

    def read(self, address: str, most_bytes: int) -> bytes:
        """Return the bytes of a small file beside a source; see `vod_assets.ports.SourceStore`."""
        path = self.local_path(self.canonical(address))
        with _blamed_on(path), path.open("rb") as file:
            data = file.read(most_bytes + 1)
        if len(data) > most_bytes:
            raise refusal("limit_exceeded", f"it is longer than {most_bytes} bytes", str(path))
        return data

    def _remembered(self, path: Path, status: os.stat_result) -> Fingerprint | None:
        try:
            kept = json.loads(self._note(path).read_text())
        except (OSError, ValueError):
            return None  # never seen, or the note is broken: hash it
        if not isinstance(kept, dict) or kept.get("identity") != _identity(status):
            return None
        return Fingerprint(size_bytes=status.st_size, sha256=kept["sha256"])

    def _hashed(self, path: Path, status: os.stat_result) -> Fingerprint:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if _identity(path.stat()) != _identity(status):
            raise refusal("source_changed", "the file changed while it was read", str(path))
        return Fingerprint(size_bytes=status.st_size, sha256=sha256)

    def _note(self, path: Path) -> Path:
        return self.memory / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"


def _path(address: str) -> Path:
    """Return the absolute path that an address names; bytes that are no UTF-8 survive."""
    scheme, separator, _ = address.partition("://")
    if not separator or not scheme.isalnum():
        return absolute(address)
    if scheme.lower() != "file":
        raise ConfigError(
            "scheme_not_supported",
            f"{printable(scheme)}:// addresses are not read by this version",
            "Mount the share and name a file path",
            file=printable(address)[:200],
        )
    after_scheme = address.partition("://")[2]
    return Path(os.fsdecode(unquote_to_bytes("/" + after_scheme.partition("/")[2])))  # a host's name is passed over


def _identity(status: os.stat_result) -> list[int]:
    return [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]


@contextlib.contextmanager
def _blamed_on(path: Path) -> Iterator[None]:
    """Turn what the operating system says of a path into a refusal."""
    try:
        yield
    except FileNotFoundError as error:
        raise refusal("source_missing", "there is no such file", str(path)) from error
    except NotADirectoryError as error:
        raise refusal("source_missing", "a part of the path is no directory", str(path)) from error
    except PermissionError as error:
        raise refusal("permission_denied", "the file may not be read", str(path)) from error
    except (OSError, RuntimeError, ValueError) as error:  # ELOOP, ENAMETOOLONG, ESTALE, a NUL byte
        if isinstance(error, SourceError):
            raise
        raise refusal("source_missing", f"the path cannot be followed: {error}", str(path)) from error
