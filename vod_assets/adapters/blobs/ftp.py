"""FTP and FTPS servers, through ftplib.

Files are renamed into place whole. What was sent is read back and hashed before that, for FTP has no checksum that
every server knows. A cut transfer goes on where it stopped.
"""

import ftplib
import hashlib
import io
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs import ftp_session as session
from vod_assets.adapters.blobs.ftp_claims import Claim, created
from vod_assets.adapters.blobs.ftp_listing import listed, time_of
from vod_assets.adapters.blobs.ftp_session import CHUNK_BYTES, Ftp, FtpHost, wire
from vod_assets.adapters.blobs.landing import Landing, landed
from vod_assets.adapters.blobs.names import checked_name, draft_of, is_draft, surveyed, walked
from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets.adapters.blobs.pool import Pool
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob, Told

Result = TypeVar("Result")


class FtpBlobs:
    """Files of an FTP server below a folder.

    Args:
        host: The server; ``host:port`` where the port is not the setting's.
        path: A folder below the one that the server shows after login.
        access: Who reads and writes.
        tls: Whether the connection is encrypted and the server's certificate checked (explicit FTPS).
    """

    transfers = 8  # connections; servers allow few

    def __init__(self, host: str, path: str, access: ShareAccess, *, tls: bool) -> None:
        name, _, port = host.partition(":")
        self._server = FtpHost(name, int(port) if port else access.port or ftplib.FTP_PORT, access, tls)
        self.address = f"{'ftps' if tls else 'ftp'}://{host}/{path}".rstrip("/")
        self._root = f"/{path}".rstrip("/")
        self._pool: Pool[Ftp] = Pool(self._server.connect, session.hang_up, session.lives, session.is_sound)
        weakref.finalize(self, self._pool.clear)

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

    def replace(self, name: str, data: bytes) -> None:
        """Rename a draft over the name."""
        with self._draft_beside(name) as draft:
            self._made(name, lambda ftp: session.store(ftp, draft, io.BytesIO(data)))
            self._moved(name, draft)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file: its size and time."""
        path = self._path(name)

        def stat(ftp: Ftp) -> Blob:
            return _blob(name, ftp.size(path) or 0, time_of(ftp.sendcmd(f"MDTM {path}").split()[-1]))

        try:
            return self._tried(name, stat)
        except FileNotFoundError:
            return None

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        """Walk the folder in the order of names; a listing brings sizes and times with it."""
        return walked(self._listed, prefix, start_after, with_drafts=with_drafts)

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        """Walk all of it, past hidden folders and such as may not be read."""
        return surveyed(self._listed, start_after, told)

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the files directly below a prefix."""
        return (blob for name, blob in self._listed(prefix) if blob is not None and not is_draft(name))

    def folders(self, prefix: str = "") -> list[str]:
        """Return the folders directly below a prefix."""
        return sorted(name for name, blob in self._listed(prefix) if blob is None and not is_draft(name))

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

    def copy(self, name: str, other: str) -> None:
        """Send the bytes through this machine: FTP has no copy."""
        source = self._path(name)
        if self.stat(name) is None:
            raise faults.gone(self._where(name))
        with self._draft_beside(other) as draft:
            self._made(other, lambda ftp: self._relay(source, draft, ftp))
            self._moved(other, draft)

    def move(self, name: str, other: str) -> None:
        """Rename a file."""
        self._make_folder(other)
        self._moved(other, self._path(name))

    def delete(self, names: Iterable[str]) -> None:
        """Remove files, and the folders that they leave empty."""
        doomed = list(names)
        for name in doomed:
            self._tried(name, partial(_delete, self._path(name)))
        for folder in sorted({name.rpartition("/")[0] for name in doomed}, key=len, reverse=True):
            self._tried(folder, partial(self._remove_empty, folder))

    def path(self, name: str) -> Path | None:
        """Return None: a server is no disk."""
        return None

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

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}"

    @contextmanager
    def _draft_beside(self, name: str) -> Iterator[str]:
        """Yield the path of a draft; after a failure it is removed if possible, or a full disk would stay full."""
        draft = self._path(draft_of(name))
        try:
            yield draft
        except Exception:
            with suppress(StoreError, FileNotFoundError), faults.patience(1.0):
                self._tried(name, partial(_delete, draft))
            raise

    def _relay(self, source: str, draft: str, ftp: Ftp) -> None:
        reader = self._server.connect()  # not the pool's: it is of no use after a failed transfer
        try:
            with reader.transfercmd(f"RETR {source}") as connection, connection.makefile("rb") as file:
                session.store(ftp, draft, file)
                session.end_of_data(connection)
            reader.voidresp()
        finally:
            session.hang_up(reader)

    def _made(self, name: str, make: Callable[[Ftp], Result]) -> Result:
        """Make something beside a name; its folder is made when it turns out to be missing."""
        try:
            return self._tried(name, make)
        except FileNotFoundError:
            self._make_folder(name)
        try:
            return self._tried(name, make)
        except FileNotFoundError as error:
            cause = f"{self._where(name)} cannot be made: {faults.said(error.__cause__ or error)}"
            raise StoreError("store_failed", cause, "Check the server and VOD_FTP_USERNAME's rights") from error

    def _moved(self, name: str, source: str) -> None:
        """Rename a file over a name; a lost answer is settled by what is there."""
        path, tries = self._path(name), 0

        def move(ftp: Ftp) -> None:
            nonlocal tries
            tries += 1
            try:
                ftp.rename(source, path)
            except ftplib.error_perm as error:
                if tries == 1 or not session.is_missing(error):
                    raise

        try:
            self._tried(name, move)
        except FileNotFoundError as error:
            raise faults.gone(self._where(name)) from error

    def _make_folder(self, name: str) -> None:
        folder = wire(f"{self._root}/{name.rpartition('/')[0]}".strip("/"))

        def make(ftp: Ftp) -> None:
            made = ""
            for part in folder.split("/"):
                made += f"/{part}"
                with suppress(ftplib.error_perm):  # it is there already
                    ftp.mkd(made)

        if folder:
            self._tried(name, make)

    def _remove_empty(self, folder: str, ftp: Ftp) -> None:
        while folder:
            try:
                ftp.rmd(self._path(folder))
            except ftplib.error_perm:
                return  # it is not empty, or another machine was quicker
            folder = folder.rpartition("/")[0]

    def _tried(self, name: str, work: Callable[[Ftp], Result]) -> Result:
        """Do something on the server, again while it is only busy or away; turn what remains into one clear error."""

        def once() -> Result:
            with self._pool.lent() as ftp:
                return work(ftp)

        where = self._where(name)
        try:
            return faults.patiently(once, session.is_passing)
        except (ftplib.Error, OSError, EOFError) as error:
            if session.is_missing(error):
                raise FileNotFoundError(where) from error
            raise session.fault(where, error) from error


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
                _delete(self._draft, ftp)
            raise


def _sha256(ftp: Ftp, path: str) -> str:
    digest = hashlib.sha256()
    ftp.retrbinary(f"RETR {path}", digest.update, CHUNK_BYTES)
    return digest.hexdigest()


def _delete(path: str, ftp: Ftp) -> None:
    try:
        ftp.delete(path)
    except ftplib.error_perm as error:
        if not session.is_missing(error):
            raise


def _blob(name: str, size_bytes: int, modified_at: float) -> Blob:
    return Blob(name, size_bytes, modified_at, f"{modified_at:.3f}-{size_bytes}")
