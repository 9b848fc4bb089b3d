"""SMB shares (Isilon, Samba, Windows), through smbprotocol: signed sessions, encrypted where it is asked for.

A rename without replacing creates a name exactly once, and whole. The folders of an SMB path are separated by
backslashes; nobody outside this module sees them.
"""

import errno
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import smbclient
from smbprotocol.exceptions import SMBException

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs import smb_session as smb
from vod_assets.adapters.blobs.folders import ServedFolders
from vod_assets.adapters.blobs.landing import Landing, landed
from vod_assets.adapters.blobs.names import checked_name
from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets.adapters.blobs.pool import Pool
from vod_assets.adapters.blobs.smb_listing import Entry, listed
from vod_assets.adapters.blobs.smb_session import Session, SmbHost
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

Result = TypeVar("Result")

CHUNK_BYTES = 1 << 20
OFFLINE = 0x1000 | 0x40_0000  # FILE_ATTRIBUTE_OFFLINE and RECALL_ON_DATA_ACCESS: a stub of a tiered file
FOLDER = 0x10  # FILE_ATTRIBUTE_DIRECTORY
REPARSE = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: a link; where it leads is not ours to follow
NOT_IN_A_NAME = re.compile(r'[\\:*?"<>|\x00-\x1f]')  # MS-FSCC 2.1.5


class SmbBlobs(ServedFolders[Session]):
    """Files on a share below a folder.

    Args:
        host: The server, or an Isilon's SmartConnect name.
        path: The share's name, and a folder below it: ``mezz/store``.
        access: Who reads and writes.
    """

    errors = (OSError, SMBException, ValueError)  # the last: a server that cannot be connected to

    def __init__(self, host: str, path: str, access: ShareAccess) -> None:
        connect = SmbHost(host, path.split("/")[0], access).connect
        super().__init__(f"smb://{host}/{path}", Pool(connect, smb.hang_up, smb.lives, smb.is_sound))
        self.host = host
        self._root = "\\\\" + "\\".join([host, *path.split("/")])

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""
        path = self._path(name)

        def read_all(session: Session) -> bytes:
            kept = bytearray()
            with smb.opened(path, "rb", "rwd", session) as file:
                while chunk := file.read(min(CHUNK_BYTES, most_bytes + 1 - len(kept))):
                    kept += chunk
            return bytes(kept)

        try:
            data = self._tried(name, read_all)
        except FileNotFoundError:
            return None
        if len(data) > most_bytes:
            raise faults.too_long(self._where(name), most_bytes)
        return data

    def read_range(self, name: str, start: int, end: int) -> bytes | None:
        """Return a part of a file, or None."""
        path = self._path(name)

        def read(session: Session) -> bytes:
            kept = bytearray()
            with smb.opened(path, "rb", "rwd", session) as file:
                file.seek(start)
                while chunk := file.read(min(CHUNK_BYTES, max(0, end - start - len(kept)))):
                    kept += chunk
            return bytes(kept)

        try:
            return self._tried(name, read)
        except FileNotFoundError:
            return None

    def create(self, name: str, data: bytes) -> bool:
        """Write a draft and rename it, which a server refuses when the name is taken."""
        with self._draft_beside(name) as draft:
            self._made(name, partial(self._write, draft, data))
            return self._tried(name, _Rename(draft, self._path(name)).settle)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file."""
        path = self._path(name)
        try:
            found = self._tried(name, lambda session: smbclient.stat(path, **session))
        except FileNotFoundError:
            return None
        if found.st_file_attributes & FOLDER:
            return None
        return _blob(name, found.st_size, found.st_mtime_ns // 1000, found.st_ino, found.st_file_attributes)

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Copy a file here under a draft's name, and rename it when the server's disk has all of it."""
        with self._draft_beside(name) as draft:
            if self._made(name, lambda session: _send(path, draft, session)) != sha256:
                raise faults.unlike_hash(path)
            self._moved(name, draft)

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Copy a file from the share, and hash it on the way."""
        source = self._path(name)

        def receive(landing: Landing) -> None:
            def fetch(session: Session) -> None:
                with smb.opened(source, "rb", "r", session) as file:
                    file.seek(landing.size_bytes)
                    while chunk := file.read(CHUNK_BYTES):
                        landing.take(chunk)

            self._tried(name, fetch)

        return landed(self._where(name), path, sha256, receive)

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        folder = self._path(prefix) if prefix else self._root

        try:
            entries = self._tried(prefix, partial(listed, folder))
        except FileNotFoundError:
            return
        yield from ((entry.name, _shown(prefix, entry)) for entry in entries if _is_plain(entry))

    def _path(self, name: str) -> str:
        plain = checked_name(name).removesuffix("/")
        if NOT_IN_A_NAME.search(plain):
            remedy = 'Rename it without \\ : * ? " < > | and control characters'
            raise StoreError("bad_name", f"“{name}” cannot name a file on an SMB share", remedy)
        return f"{self._root}\\" + plain.replace("/", "\\")

    def _write(self, path: str, data: bytes, session: Session) -> None:
        with smb.opened(path, "wb", "", session) as file:
            _write_all(file, data)
            file.flush()

    def _copy(self, source: str, path: str, session: Session) -> None:
        """Copy chunk by chunk on the server, without moving them here."""
        smbclient.copyfile(source, path, **session)

    def _rename(self, source: str, path: str, session: Session) -> None:
        smbclient.replace(source, path, **session)

    def _remove(self, path: str, session: Session) -> None:
        smbclient.remove(path, **session)

    def _make_folder(self, folder: str, session: Session) -> None:
        smbclient.makedirs(self._path(folder) if folder else self._root, exist_ok=True, **session)

    def _remove_folder(self, path: str, session: Session) -> None:
        smbclient.rmdir(path, **session)

    def _is_missing(self, error: Exception) -> bool:
        return isinstance(error, OSError) and error.errno in smb.GONE and bool(smb.status_of(error))

    def _is_answer(self, error: Exception) -> bool:
        return bool(smb.status_of(error)) and smb.status_of(error) not in smb.LOST

    def _is_passing(self, error: Exception) -> bool:
        return smb.is_passing(error)

    def _is_held(self, error: Exception) -> bool:
        return smb.is_held(error)

    def _fault(self, where: str, error: Exception) -> StoreError:
        return smb.fault(self.host, where, error)


class _Rename:
    """A draft on its way to a name that must be free."""

    def __init__(self, draft: str, path: str) -> None:
        self._draft, self._path, self._tries = draft, path, 0

    def settle(self, session: Session) -> bool:
        """Rename the draft, or return False because the name is taken."""
        self._tries += 1
        try:
            smbclient.rename(self._draft, self._path, **session)
        except OSError as error:
            if error.errno == errno.EEXIST:
                smbclient.remove(self._draft, **session)
                return False
            if error.errno not in smb.GONE or self._tries == 1:
                raise
            # The answer was lost: nobody else knows the draft's name, so it was we who renamed it.
        return True


def _send(path: Path, draft: str, session: Session) -> str:
    digest, count = hashlib.sha256(), counter()
    with path.open("rb") as source, smb.opened(draft, "wb", "", session) as file:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            _write_all(file, chunk)
            count(len(chunk))
        file.flush()
    return digest.hexdigest()


def _is_plain(entry: Entry) -> bool:
    return not entry.attributes & REPARSE or bool(entry.attributes & OFFLINE)


def _shown(prefix: str, entry: Entry) -> Blob | None:
    if entry.attributes & FOLDER:
        return None
    name = prefix + entry.name
    return _blob(name, entry.size_bytes, entry.modified_microseconds, entry.file_id, entry.attributes)


def _blob(name: str, size_bytes: int, modified_microseconds: int, file_id: int, attributes: int) -> Blob:
    version = f"{file_id:x}-{modified_microseconds:x}-{size_bytes:x}"
    return Blob(name, size_bytes, modified_microseconds / 1e6, version, is_archived=bool(attributes & OFFLINE))


def _write_all(file: Any, data: bytes) -> None:
    """Write all bytes: an unbuffered SMB file may take a part of them."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
