"""FTP and FTPS servers, through ftplib.

A directory is made exactly once, so a name is claimed by one; its file is renamed into place whole and read back.
Transfers are binary; what was sent is read back and hashed, for FTP has no checksum that every server knows.
"""

import ftplib
import hashlib
import io
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import stamina

from vod_assets.adapters.blobs.names import checked_name, draft_of, is_draft, walked
from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

Result = TypeVar("Result")

CHUNK_BYTES = 1 << 20
ATTEMPTS, PATIENCE_SECONDS = 8, 60.0
CONNECT_SECONDS = 30
IDLE_CONNECTIONS = 8
CLAIM = ".claim"
CLAIM_SECONDS = 120.0  # a claim whose writer was killed is taken back after this
NO_FILE = ("550", "450")
LOGIN_REFUSED = ("530", "532")
FULL = ("452", "552")


class ReusingTls(ftplib.FTP_TLS):
    """FTPS whose data connections resume the control connection's TLS session, which strict servers ask for."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> Any:
        """Open a data connection."""
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - encrypted below
        if self._prot_p:  # type: ignore[attr-defined]
            session = self.sock.session  # type: ignore[union-attr]
            connection = self.context.wrap_socket(connection, server_hostname=self.host, session=session)
        return connection, size


class FtpBlobs:
    """Files of an FTP server below a folder.

    Args:
        host: The server; ``host:port`` where the port is not the setting's.
        path: A folder below the one that the server shows after login.
        access: Who reads and writes.
        tls: Whether the connection is encrypted and the server's certificate checked (explicit FTPS).
    """

    def __init__(self, host: str, path: str, access: ShareAccess, *, tls: bool) -> None:
        self.host, _, port = host.partition(":")
        self.port = int(port) if port else access.port or ftplib.FTP_PORT
        self.access, self.tls = access, tls
        self.address = f"{'ftps' if tls else 'ftp'}://{host}/{path}".rstrip("/")
        self._root = f"/{path}".rstrip("/")
        self._idle: list[ftplib.FTP] = []
        self._mutex = threading.Lock()

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""
        path = self._path(name)

        def read_all(ftp: ftplib.FTP) -> bytes:
            kept = io.BytesIO()

            def keep(chunk: bytes) -> None:
                if kept.tell() + len(chunk) > most_bytes:
                    where = self._where(name)
                    cause = f"{where} is longer than {most_bytes} bytes"
                    raise StoreError("store_damaged", cause, "Remove it and run again")
                kept.write(chunk)

            ftp.retrbinary(f"RETR {path}", keep, CHUNK_BYTES)
            return kept.getvalue()

        try:
            return self._tried(name, read_all)
        except FileNotFoundError:
            return None

    def create(self, name: str, data: bytes) -> bool:
        """Claim the name by making a directory, rename a draft into place, and read it back."""
        path, draft = self._path(name), self._path(draft_of(name))
        claim = f"{path}{CLAIM}"
        self._make_folder(name)
        if not self._claimed(name, claim):
            return self.read(name) == data  # ours, when the answer was lost

        def create(ftp: ftplib.FTP) -> bool:
            if _exists(ftp, path):
                return False
            ftp.storbinary(f"STOR {draft}", io.BytesIO(data), CHUNK_BYTES)
            ftp.rename(draft, path)
            return True

        try:
            created = self._tried(name, create)
        finally:
            self._tried(name, lambda ftp: _passed_over(lambda: ftp.rmd(claim)))
        return created or self.read(name) == data

    def replace(self, name: str, data: bytes) -> None:
        """Rename a draft over the name."""
        path, draft = self._path(name), self._path(draft_of(name))

        def replace(ftp: ftplib.FTP) -> None:
            ftp.storbinary(f"STOR {draft}", io.BytesIO(data), CHUNK_BYTES)
            ftp.rename(draft, path)

        self._make_folder(name)
        self._tried(name, replace)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file: its size and time."""
        path = self._path(name)

        def stat(ftp: ftplib.FTP) -> Blob:
            ftp.voidcmd("TYPE I")
            size = ftp.size(path)
            modified_at = _time_of(ftp.sendcmd(f"MDTM {path}").split()[-1])
            return _blob(name, size or 0, modified_at)

        try:
            return self._tried(name, stat)
        except FileNotFoundError:
            return None

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        """Walk the folder in the order of names; a listing brings sizes and times with it."""
        return walked(self._listed, prefix, start_after, with_drafts=with_drafts)

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the files directly below a prefix."""
        return (blob for name, blob in self._listed(prefix) if blob is not None and not is_draft(name))

    def folders(self, prefix: str = "") -> list[str]:
        """Return the folders directly below a prefix."""
        return sorted(name for name, blob in self._listed(prefix) if blob is None and not name.endswith(CLAIM))

    def send(self, path: Path, name: str, sha256: str) -> None:
        """Send a file under a draft's name, read it back, and rename it."""
        target, draft = self._path(name), self._path(draft_of(name))

        def send(ftp: ftplib.FTP) -> str:
            with path.open("rb") as source:
                ftp.storbinary(f"STOR {draft}", source, CHUNK_BYTES)
            digest = hashlib.sha256()
            ftp.retrbinary(f"RETR {draft}", digest.update, CHUNK_BYTES)
            return digest.hexdigest()

        self._make_folder(name)
        if self._tried(name, send) != sha256:
            self._tried(name, lambda ftp: _passed_over(lambda: ftp.delete(draft)))
            cause = f"{self._where(name)} does not hold what {path} was hashed as"
            raise StoreError("store_corrupt", cause, "Run again; check the scratch disk and the server")
        self._tried(name, lambda ftp: ftp.rename(draft, target))

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Receive a file, and hash it on the way."""
        source = self._path(name)

        def fetch(ftp: ftplib.FTP) -> str:
            digest = hashlib.sha256()
            with path.open("wb") as target:

                def take(chunk: bytes) -> None:
                    digest.update(chunk)
                    target.write(chunk)

                ftp.retrbinary(f"RETR {source}", take, CHUNK_BYTES)
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
        """Send the bytes through this machine: FTP has no copy."""
        source, target, draft = self._path(name), self._path(other), self._path(draft_of(other))

        def copy(ftp: ftplib.FTP) -> None:
            with self._connected() as second:
                ftp.voidcmd("TYPE I")
                with ftp.transfercmd(f"RETR {source}") as connection:
                    second.storbinary(f"STOR {draft}", connection.makefile("rb"), CHUNK_BYTES)
                ftp.voidresp()
                second.rename(draft, target)

        self._make_folder(other)
        self._tried(name, copy)

    def move(self, name: str, other: str) -> None:
        """Rename a file."""
        source, target = self._path(name), self._path(other)
        self._make_folder(other)
        self._tried(name, lambda ftp: ftp.rename(source, target))

    def delete(self, names: Iterable[str]) -> None:
        """Remove files, and the folders that they leave empty."""
        folders = set()
        for name in names:
            path = self._path(name)
            self._tried(name, lambda ftp, path=path: _passed_over(lambda: ftp.delete(path)))
            folders.add(name.rpartition("/")[0])
        for folder in sorted(folders, key=len, reverse=True):
            self._tried(folder, lambda ftp, folder=folder: self._remove_empty(ftp, folder))

    def path(self, name: str) -> Path | None:
        """Return None: a server is no disk."""
        return None

    def _claimed(self, name: str, claim: str) -> bool:
        """Whether this caller may write a name; False when the name is taken. A dead writer's claim is taken back."""
        path, waiting_since = self._path(name), time.monotonic()

        def claimed(ftp: ftplib.FTP) -> bool | None:
            if _exists(ftp, path):
                return False
            with suppress(ftplib.error_perm):
                ftp.mkd(claim)
                return True
            if time.monotonic() - waiting_since > CLAIM_SECONDS:
                _passed_over(lambda: ftp.rmd(claim))
            return None

        while (answer := self._tried(name, claimed)) is None:
            time.sleep(0.05)
        return answer

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        folder = self._path(prefix) if prefix else self._root or "/"
        try:
            entries = self._tried(prefix, lambda ftp: list(ftp.mlsd(folder, ["type", "size", "modify", "unique"])))
        except FileNotFoundError:
            return
        for name, facts in entries:
            if facts["type"] == "dir":
                yield name, None
            elif facts["type"] == "file":
                yield name, _blob(prefix + name, int(facts["size"]), _time_of(facts["modify"]))

    def _path(self, name: str) -> str:
        return f"{self._root}/{checked_name(name).strip('/')}"

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}"

    def _make_folder(self, name: str) -> None:
        folder = f"{self._root}/{name.rpartition('/')[0]}".rstrip("/")

        def make(ftp: ftplib.FTP) -> None:
            made = ""
            for part in folder.strip("/").split("/"):
                made += f"/{part}"
                _passed_over(lambda made=made: ftp.mkd(made))  # type: ignore[misc]

        if folder:
            self._tried(name, make)

    def _remove_empty(self, ftp: ftplib.FTP, folder: str) -> None:
        while folder:
            try:
                ftp.rmd(self._path(folder))
            except ftplib.error_perm:
                return  # it is not empty, or another machine was quicker
            folder = folder.rpartition("/")[0]

    def _tried(self, name: str, work: Callable[[ftplib.FTP], Result]) -> Result:
        """Do something on the server, again while it is only busy or away; turn what remains into one clear error."""
        where = self._where(name)
        try:
            for attempt in stamina.retry_context(
                on=_is_passing, attempts=ATTEMPTS, timeout=PATIENCE_SECONDS, wait_initial=0.1, wait_max=5.0
            ):
                with attempt, self._connected() as ftp:
                    return work(ftp)
        except ftplib.error_perm as error:
            if str(error)[:3] in NO_FILE:
                raise FileNotFoundError(where) from error
            raise StoreError(*_fault(where, error)) from error
        except (OSError, EOFError, ftplib.Error) as error:
            raise StoreError(*_fault(where, error)) from error
        raise AssertionError("a retry ends with a result or an error")

    @contextmanager
    def _connected(self) -> Iterator[ftplib.FTP]:
        """Lend a connection; it is kept for the next caller unless something went wrong on it."""
        with self._mutex:
            ftp = self._idle.pop() if self._idle else None
        ftp = ftp if ftp is not None and _lives(ftp) else self._connect()
        try:
            yield ftp
        except (ftplib.error_perm, StoreError):
            self._keep(ftp)
            raise
        except BaseException:
            ftp.close()
            raise
        else:
            self._keep(ftp)

    def _keep(self, ftp: ftplib.FTP) -> None:
        with self._mutex:
            if len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append(ftp)
                return
        ftp.close()

    def _connect(self) -> ftplib.FTP:
        if not self.tls:
            ftp = ftplib.FTP(timeout=CONNECT_SECONDS, encoding="utf-8")  # noqa: S321 - the address asks for it
            ftp.connect(self.host, self.port)
            ftp.login(self.access.username, self.access.password)
            return ftp
        context = ssl.create_default_context(cafile=str(self.access.ca_file) if self.access.ca_file else None)
        secure = ReusingTls(context=context, timeout=CONNECT_SECONDS, encoding="utf-8")
        secure.connect(self.host, self.port)
        secure.login(self.access.username, self.access.password)
        secure.prot_p()
        return secure


def _lives(ftp: ftplib.FTP) -> bool:
    try:
        ftp.voidcmd("NOOP")
    except (OSError, EOFError, ftplib.Error):
        ftp.close()
        return False
    return True


def _exists(ftp: ftplib.FTP, path: str) -> bool:
    ftp.voidcmd("TYPE I")
    try:
        ftp.size(path)
    except ftplib.error_perm as error:
        if str(error)[:3] in NO_FILE:
            return False
        raise
    return True


def _passed_over(work: Callable[[], object]) -> None:
    """Do what may have been done already."""
    with suppress(ftplib.error_perm):
        work()


def _is_passing(error: Exception) -> bool:
    """Whether the same call may work a little later."""
    return isinstance(error, (ConnectionError, TimeoutError, EOFError, ftplib.error_temp)) and not _is_full(error)


def _is_full(error: BaseException) -> bool:
    return str(error)[:3] in FULL


def _fault(where: str, error: BaseException) -> tuple[str, str, str]:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    if _is_full(error):
        return "disk_full", f"no space is left for {where}", "Free space there, then run again"
    if said[:3] in LOGIN_REFUSED:
        remedy = "Check VOD_FTP_USERNAME and VOD_FTP_PASSWORD; `vod doctor` tries them"
        return "store_denied", f"{where}: the server does not let this user in", remedy
    if isinstance(error, ssl.SSLCertVerificationError):
        return "store_denied", f"{where}: the server's certificate is not trusted: {said}", "Set VOD_FTP_CA_FILE"
    return "store_unreachable", f"{where} cannot be reached: {said}", "Check the server; then run again"


def _time_of(stamp: str) -> float:
    """Return seconds since the epoch for ``20260102030405.678`` (RFC 3659: UTC)."""
    whole, _, fraction = stamp.partition(".")
    moment = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment.timestamp() + float(f"0.{fraction or 0}")


def _blob(name: str, size_bytes: int, modified_at: float) -> Blob:
    return Blob(name, size_bytes, modified_at, f"{modified_at:.3f}-{size_bytes}")
