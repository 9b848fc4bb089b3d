"""FTP and FTPS servers, through ftplib.

Files are renamed into place whole. What was sent is read back and hashed before that, for FTP has no checksum that
every server knows. A cut transfer goes on where it stopped.
"""

import ftplib
import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs import ftp_session as session
from vod_assets.adapters.blobs.folders import ServedFolders
from vod_assets.adapters.blobs.ftp_claims import Claim, created
from vod_assets.adapters.blobs.ftp_listing import listed, time_of
from vod_assets.adapters.blobs.ftp_session import CHUNK_BYTES, Ftp, FtpHost, wire
from vod_assets.adapters.blobs.landing import Landing, landed
from vod_assets.adapters.blobs.names import checked_name
from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets.adapters.blobs.pool import Pool
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

Result = TypeVar("Result")


class FtpBlobs(ServedFolders[Ftp]):
    """Files of an FTP server below a folder.

    Args:
        host: The server; ``host:port`` where the port is not the setting's.
        path: A folder below the one that the server shows after login.
        access: Who reads and writes.
        tls: Whether the connection is encrypted and the server's certificate checked (explicit FTPS).
    """

    errors = (ftplib.Error, OSError, EOFError)

    def __init__(self, host: str, path: str, access: ShareAccess, *, tls: bool) -> None:
        name, _, port = host.partition(":")
        self._server = FtpHost(name, int(port) if port else access.port or ftplib.FTP_PORT, access, tls)
        pool = Pool(self._server.connect, session.hang_up, session.lives, session.is_sound)
        super().__init__(f"{'ftps' if tls else 'ftp'}://{host}/{path}", pool)
        self._root = f"/{path}".rstrip("/")

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""
        path = self._path(name)

        try:
            return self._tried(name, lambda ftp: _read(ftp, path, most_bytes))
        except FileNotFoundError:
            return None
        except _TooLong:
            raise faults.too_long(self._where(name), most_bytes) from None

    def read_range(self, name: str, start: int, end: int) -> bytes | None:
        """Return a part of a file, or None; FTP has no word for its end, so the connection is given up there."""
        path = self._path(name)
        try:
            return self._tried(name, lambda ftp: _read(ftp, path, end - start, start))
        except FileNotFoundError:
            return None
        except _TooLong as more:
            return more.data[: max(0, end - start)]

    def create(self, name: str, data: bytes) -> bool:
        """Write a file exactly once; see `vod_assets.adapters.blobs.ftp_claims`."""
        return created(Claim(self._path(name), data), lambda work: self._made(name, work))

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file: its size and time."""
        path = self._path(name)

        def stat(ftp: Ftp) -> Blob:
            return _blob(name, ftp.size(path) or 0, time_of(ftp.sendcmd(f"MDTM {path}").split()[-1]))

        try:
            return self._tried(name, stat)
        except FileNotFoundError:
            return None

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Send a file under a draft's name, read it back, and rename it."""
        with self._draft_beside(name) as draft:
            self._made(name, _Upload(path, draft).send)
            if self._tried(name, lambda ftp: _sha256(ftp, draft)) != sha256:
                raise faults.unlike_hash(path)
            self._moved(name, draft)

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Receive a file, and hash it on the way."""
        source = self._path(name)

        def receive(landing: Landing) -> None:
            def fetch(ftp: Ftp) -> None:
                ftp.retrbinary(f"RETR {source}", landing.take, CHUNK_BYTES, rest=landing.size_bytes or None)

            self._tried(name, fetch)

        return landed(self._where(name), path, sha256, receive)

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        folder = self._path(prefix) if prefix else wire(self._root) or "/"
        try:
            entries = self._tried(prefix, lambda ftp: listed(ftp, folder))
        except FileNotFoundError:
            return
        for entry in entries:
            name, size = entry.name, entry.size_bytes
            yield name, None if size is None else _blob(prefix + name, size, entry.modified_at)

    def _path(self, name: str) -> str:
        """Return a name's path as it goes over the wire."""
        plain = checked_name(name).removesuffix("/")
        if "\r" in plain or "\n" in plain:
            raise StoreError("bad_name", f"{plain!r} cannot name a file there", "Rename it without line ends")
        return wire(f"{self._root}/{plain}")

    def _write(self, path: str, data: bytes, ftp: Ftp) -> None:
        session.store(ftp, path, io.BytesIO(data))

    def _copy(self, source: str, path: str, ftp: Ftp) -> None:
        """Send the bytes through this machine: FTP has no copy."""
        reader = self._server.connect()  # not the pool's: it is of no use after a failed transfer
        try:
            with reader.transfercmd(f"RETR {source}") as connection, connection.makefile("rb") as file:
                session.store(ftp, path, file)
                session.end_of_data(connection)
            reader.voidresp()
        finally:
            session.hang_up(reader)

    def _rename(self, source: str, path: str, ftp: Ftp) -> None:
        ftp.rename(source, path)

    def _remove(self, path: str, ftp: Ftp) -> None:
        ftp.delete(path)

    def _make_folder(self, folder: str, ftp: Ftp) -> None:
        made = ""
        for part in filter(None, wire(f"{self._root}/{folder}").split("/")):
            made += f"/{part}"
            with suppress(ftplib.error_perm):  # it is there already
                ftp.mkd(made)

    def _remove_folder(self, path: str, ftp: Ftp) -> None:
        ftp.rmd(path)

    def _is_missing(self, error: Exception) -> bool:
        return session.is_missing(error)

    def _is_answer(self, error: Exception) -> bool:
        return isinstance(error, ftplib.error_perm)

    def _is_passing(self, error: Exception) -> bool:
        return session.is_passing(error)

    def _fault(self, where: str, error: Exception) -> StoreError:
        return session.fault(where, error)


class _TooLong(Exception):  # noqa: N818 - it never leaves this module
    """More comes than was asked for, so the session is of no use any more."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self.data = data


def _read(ftp: Ftp, path: str, most_bytes: int, start: int = 0) -> bytes:
    """Return a file from some byte on.

    Raises:
        _TooLong: There is more.
    """
    kept = bytearray()
    with ftp.transfercmd(f"RETR {path}", rest=start or None) as connection:
        while len(kept) <= most_bytes and (chunk := connection.recv(CHUNK_BYTES)):
            kept += chunk
        if len(kept) > most_bytes:
            raise _TooLong(bytes(kept))
        session.end_of_data(connection)
    ftp.voidresp()
    return bytes(kept)


class _Upload:
    """A file on its way to the server; after a cut it goes on where the server stopped writing."""

    def __init__(self, path: Path, draft: str) -> None:
        self._path, self._draft, self._tries = path, draft, 0

    def send(self, ftp: Ftp) -> None:
        """Send what the server does not have yet."""
        self._tries += 1
        begun = session.size_of(ftp, self._draft) or 0 if self._tries > 1 else 0
        count = counter()
        try:
            with self._path.open("rb") as source:
                source.seek(begun)
                session.store(ftp, self._draft, source, begun, lambda chunk: count(len(chunk)))
        except ftplib.Error:
            if begun:  # a server that does not go on: the next try begins again
                with suppress(ftplib.error_perm):
                    ftp.delete(self._draft)
            raise


def _sha256(ftp: Ftp, path: str) -> str:
    digest = hashlib.sha256()
    ftp.retrbinary(f"RETR {path}", digest.update, CHUNK_BYTES)
    return digest.hexdigest()


def _blob(name: str, size_bytes: int, modified_at: float) -> Blob:
    return Blob(name, size_bytes, modified_at, f"{modified_at:.3f}-{size_bytes}")
