"""SMB shares (Isilon, Samba, Windows), through smbprotocol: signed sessions, encrypted where it is asked for.

A rename without replacing creates a name exactly once, and whole. The folders of an SMB path are separated by
backslashes; nobody outside this module sees them.
"""

import errno
import hashlib
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import smbclient
import stamina
from smbprotocol.exceptions import SMBAuthenticationError, SMBException, SMBOSError, SMBResponseException
from smbprotocol.header import NtStatus

from vod_assets.adapters.blobs.names import checked_name, draft_of, is_draft, walked
from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

Result = TypeVar("Result")

CHUNK_BYTES = 1 << 20
ATTEMPTS, PATIENCE_SECONDS = 8, 60.0
CONNECT_SECONDS = 15
GONE = frozenset({errno.ENOENT, errno.ENOTDIR})
FULL = frozenset({NtStatus.STATUS_DISK_FULL, 0xC000_0044})  # and STATUS_QUOTA_EXCEEDED
# A reader that holds a file open makes a server refuse to replace it for a moment, with either of these.
HELD = frozenset({NtStatus.STATUS_SHARING_VIOLATION, NtStatus.STATUS_ACCESS_DENIED})
OFFLINE = 0x1000 | 0x40_0000  # FILE_ATTRIBUTE_OFFLINE and RECALL_ON_DATA_ACCESS: a stub of a tiered file


class SmbBlobs:
    """Files on a share below a folder.

    Args:
        host: The server, or an Isilon's SmartConnect name.
        path: The share's name, and a folder below it: ``mezz/store``.
        access: Who reads and writes.
    """

    def __init__(self, host: str, path: str, access: ShareAccess) -> None:
        self.host, self.access = host, access
        self.address = f"smb://{host}/{path}".rstrip("/")
        self._root = "\\\\" + "\\".join([host, *path.split("/")])
        self._connections: dict[str, Any] = {}
        self._mutex = threading.Lock()

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""
        path = self._path(name)

        def read_all() -> bytes:
            with smbclient.open_file(path, mode="rb", share_access="rwd", **self._session()) as file:
                return bytes(file.read(most_bytes + 1))

        try:
            data = self._tried(name, read_all)
        except FileNotFoundError:
            return None
        if len(data) > most_bytes:
            where = self._where(name)
            raise StoreError("store_damaged", f"{where} is longer than {most_bytes} bytes", "Remove it and run again")
        return data

    def create(self, name: str, data: bytes) -> bool:
        """Write a draft and rename it, which a server refuses when the name is taken."""
        path, draft = self._path(name), self._path(draft_of(name))

        def create() -> bool:
            self._write(draft, data)
            try:
                smbclient.rename(draft, path, **self._session())
            except OSError as error:
                if error.errno != errno.EEXIST:
                    raise
                self._remove(draft)
                return False
            return True

        self._make_folder(name)
        return self._tried(name, create) or self.read(name) == data  # a lost answer is settled by what is there

    def replace(self, name: str, data: bytes) -> None:
        """Write a draft and let it take the name's place."""
        path, draft = self._path(name), self._path(draft_of(name))

        def replace() -> None:
            self._write(draft, data)
            smbclient.replace(draft, path, **self._session())

        self._make_folder(name)
        self._tried(name, replace)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file."""
        path = self._path(name)
        try:
            found = self._tried(name, lambda: smbclient.stat(path, **self._session()))
        except FileNotFoundError:
            return None
        return _blob(name, found)

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        """Walk the folder in the order of names; a listing brings sizes and times with it."""
        return walked(self._listed, prefix, start_after, with_drafts=with_drafts)

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the files directly below a prefix."""
        return (blob for name, blob in self._listed(prefix) if blob is not None and not is_draft(name))

    def folders(self, prefix: str = "") -> list[str]:
        """Return the folders directly below a prefix."""
        return sorted(name for name, blob in self._listed(prefix) if blob is None)

    def send(self, path: Path, name: str, sha256: str) -> None:
        """Copy a file here under a draft's name, and rename it when the server has all of it."""
        target, draft = self._path(name), self._path(draft_of(name))

        def send() -> None:
            digest = hashlib.sha256()
            with path.open("rb") as source, self._opened_new(draft) as file:
                while chunk := source.read(CHUNK_BYTES):
                    digest.update(chunk)
                    _write_all(file, chunk)
            if digest.hexdigest() != sha256:
                self._remove(draft)
                raise StoreError("store_corrupt", f"{path} is not what was hashed", "Run again; check the scratch disk")
            smbclient.replace(draft, target, **self._session())

        self._make_folder(name)
        self._tried(name, send)

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Copy a file from the share, and hash it on the way."""
        source = self._path(name)

        def fetch() -> str:
            digest = hashlib.sha256()
            options = {"mode": "rb", "share_access": "r", "buffering": 0}
            with smbclient.open_file(source, **options, **self._session()) as file, path.open("wb") as target:
                while chunk := file.read(CHUNK_BYTES):
                    digest.update(chunk)
                    target.write(chunk)
            return digest.hexdigest()

        try:
            found = self._tried(name, fetch)
        except FileNotFoundError as error:
            path.unlink(missing_ok=True)
            raise StoreError("artifact_missing", f"{self._where(name)} is gone", "Materialise it again") from error
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if sha256 not in ("", found):
            path.unlink()
            cause = f"{self._where(name)} has other bytes than were stored"
            raise StoreError("store_corrupt", cause, "Remove it, and materialise it again")
        return found

    def copy(self, name: str, other: str) -> None:
        """Copy a file on the server, chunk by chunk without moving them here."""
        source, target, draft = self._path(name), self._path(other), self._path(draft_of(other))

        def copy() -> None:
            smbclient.copyfile(source, draft, **self._session())
            smbclient.replace(draft, target, **self._session())

        self._make_folder(other)
        self._tried(name, copy)

    def move(self, name: str, other: str) -> None:
        """Rename a file."""
        source, target = self._path(name), self._path(other)
        self._make_folder(other)
        self._tried(name, lambda: smbclient.replace(source, target, **self._session()))

    def delete(self, names: Iterable[str]) -> None:
        """Remove files, and the folders that they leave empty."""
        folders = set()
        for name in names:
            path = self._path(name)
            self._tried(name, lambda path=path: self._remove(path))
            folders.add(name.rpartition("/")[0])
        for folder in sorted(folders, key=len, reverse=True):
            self._remove_empty(folder)

    def path(self, name: str) -> Path | None:
        """Return None: a share that is not mounted is no disk."""
        return None

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        folder = self._path(prefix) if prefix else self._root

        def listed() -> list[tuple[str, Blob | None]]:
            entries = smbclient.scandir(folder, **self._session())
            return [(entry.name, self._entry(prefix, entry)) for entry in entries]

        try:
            yield from self._tried(prefix, listed)
        except FileNotFoundError:
            return

    def _entry(self, prefix: str, entry: Any) -> Blob | None:
        found = entry.stat(follow_symlinks=False)
        return None if stat.S_ISDIR(found.st_mode) else _blob(prefix + entry.name, found)

    def _path(self, name: str) -> str:
        return f"{self._root}\\" + checked_name(name).strip("/").replace("/", "\\")

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}"

    def _session(self) -> dict[str, Any]:
        return {
            "username": self.access.username or None,
            "password": self.access.password or None,
            "port": self.access.port or 445,
            "encrypt": self.access.encrypt or None,
            "connection_timeout": CONNECT_SECONDS,
            "connection_cache": self._connections,
        }

    def _write(self, path: str, data: bytes) -> None:
        with self._opened_new(path) as file:
            _write_all(file, data)

    @contextmanager
    def _opened_new(self, path: str) -> Iterator[Any]:
        with smbclient.open_file(path, mode="wb", buffering=0, **self._session()) as file:
            yield file

    def _make_folder(self, name: str) -> None:
        folder = name.rpartition("/")[0]
        path = self._path(folder) if folder else self._root
        self._tried(name, lambda: smbclient.makedirs(path, exist_ok=True, **self._session()))

    def _remove(self, path: str) -> None:
        try:
            smbclient.remove(path, **self._session())
        except OSError as error:
            if error.errno not in GONE:
                raise

    def _remove_empty(self, folder: str) -> None:
        while folder:
            try:
                smbclient.rmdir(self._path(folder), **self._session())
            except (OSError, SMBException):
                return  # it is not empty, or another machine was quicker
            folder = folder.rpartition("/")[0]

    def _tried(self, name: str, work: Callable[[], Result]) -> Result:
        """Do something on the share, again while it is only busy or away; turn what remains into one clear error."""
        where = self._where(name)
        try:
            for attempt in stamina.retry_context(
                on=_is_passing, attempts=ATTEMPTS, timeout=PATIENCE_SECONDS, wait_initial=0.1, wait_max=5.0
            ):
                with attempt, self._reconnected_after_faults():
                    return work()
        except SMBAuthenticationError as error:
            remedy = "Check VOD_SMB_USERNAME and VOD_SMB_PASSWORD; `vod doctor` tries them"
            raise StoreError("store_denied", f"{self.host} does not let this user in", remedy) from error
        except OSError as error:
            if error.errno in GONE:
                raise FileNotFoundError(where) from error
            raise StoreError(*_fault(where, error)) from error
        except (SMBException, ValueError) as error:  # ValueError: a server that cannot be connected to
            remedy = "Check the host, the share and the network; then run again"
            raise StoreError("store_unreachable", f"{where} cannot be reached: {_said(error)}", remedy) from error
        raise AssertionError("a retry ends with a result or an error")

    @contextmanager
    def _reconnected_after_faults(self) -> Iterator[None]:
        """Forget the connection after a fault of it, so that the next attempt makes another."""
        try:
            yield
        except (SMBException, ValueError, ConnectionError, TimeoutError) as error:
            if not isinstance(error, (SMBOSError, SMBResponseException)):
                with self._mutex:
                    self._connections.clear()
            raise


def _is_passing(error: Exception) -> bool:
    """Whether the same call may work a little later."""
    if isinstance(error, SMBAuthenticationError):
        return False
    if isinstance(error, SMBOSError):
        return error.ntstatus in HELD
    if isinstance(error, OSError):
        return isinstance(error, (ConnectionError, TimeoutError))
    return isinstance(error, (SMBException, ValueError))


def _fault(where: str, error: OSError) -> tuple[str, str, str]:
    status = getattr(error, "ntstatus", 0)
    if status in FULL or error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "disk_full", f"no space is left for {where}", "Free space there, then run again"
    if status == NtStatus.STATUS_ACCESS_DENIED or error.errno in (errno.EACCES, errno.EPERM):
        return "store_denied", f"{where} may not be read or written", "Check the share's permissions"
    return "store_unreachable", f"{where} cannot be reached: {_said(error)}", "Check the share; then run again"


def _blob(name: str, found: Any) -> Blob:
    attributes = int(getattr(found, "st_file_attributes", 0))
    version = f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"
    return Blob(name, found.st_size, found.st_mtime_ns / 1e9, version, is_archived=bool(attributes & OFFLINE))


def _write_all(file: Any, data: bytes) -> None:
    """Write all bytes: an unbuffered SMB file may take a part of them."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _said(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
