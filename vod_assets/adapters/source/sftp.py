"""Sources on SFTP servers, read with paramiko; a server whose key nobody knows is refused."""

import hashlib
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import paramiko
import stamina

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.names import checked_name, is_draft, surveyed, walked
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob, Told

Result = TypeVar("Result")

ATTEMPTS = 6
CONNECT_SECONDS = 15.0
CHUNK_BYTES = 1 << 20
REQUESTS_AT_ONCE = 64  # of 32 KiB each: what is fetched ahead stays small
IDLE_CONNECTIONS = 4


@dataclass(frozen=True)
class SftpAccess:
    """Who reads, and which servers are known.

    Attributes:
        key_file: The user's private key; None: those in ``~/.ssh``, where no password is given.
        known_hosts: Keys of servers; None: ``~/.ssh/known_hosts``.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    port: int = 22
    key_file: Path | None = None
    known_hosts: Path | None = None


class SftpFiles:
    """The files of an SFTP server below a folder.

    Args:
        host: The server; ``host:port`` where the port is not the setting's.
        access: Who reads.
        folder: Below the server's root.
    """

    def __init__(self, host: str, access: SftpAccess, folder: str = "") -> None:
        self.host, _, port = host.partition(":")
        self.port, self.access = int(port or access.port), access
        self._root = f"/{folder.strip('/')}".rstrip("/")
        self.address = f"sftp://{host}{self._root}"
        self._idle: list[paramiko.SSHClient] = []
        self._mutex = threading.Lock()

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""

        def read(sftp: paramiko.SFTPClient) -> bytes:
            with sftp.open(self._path(name), "rb") as file:
                return bytes(file.read(most_bytes + 1))

        try:
            data = self._tried(name, read)
        except FileNotFoundError:
            return None
        if len(data) > most_bytes:
            cause = f"{self._where(name)} is longer than {most_bytes} bytes"
            raise StoreError("store_damaged", cause, "Name another file")
        return data

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file; None for a folder."""
        try:
            found = self._tried(name, lambda sftp: sftp.stat(self._path(name)))
        except FileNotFoundError:
            return None
        return None if stat.S_ISDIR(found.st_mode or 0) else _blob(name, found)

    def walk(self, prefix: str = "", start_after: str = "") -> Iterator[Blob]:
        """Walk a folder in the order of names; a listing brings sizes and times with it."""
        return walked(self._listed, prefix, start_after, with_drafts=False)

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        """Walk all of it, past hidden folders and such as may not be read."""
        return surveyed(self._listed, start_after, told)

    def files(self, prefix: str = "") -> Iterator[Blob]:
        """Yield the files directly below a prefix."""
        return (blob for name, blob in self._listed(prefix) if blob is not None and not is_draft(name))

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Receive a file, and hash it on the way."""

        def fetch(sftp: paramiko.SFTPClient) -> str:
            digest, count = hashlib.sha256(), counter()
            with sftp.open(self._path(name), "rb") as file, path.open("wb") as target:
                file.prefetch(max_concurrent_requests=REQUESTS_AT_ONCE)
                while chunk := file.read(CHUNK_BYTES):
                    digest.update(chunk)
                    target.write(chunk)
                    count(len(chunk))
            return digest.hexdigest()

        try:
            found = self._tried(name, fetch)
            if sha256 not in ("", found):
                raise StoreError("store_corrupt", f"{self._where(name)} has other bytes than before", "Run again")
        except FileNotFoundError as error:
            path.unlink(missing_ok=True)
            raise StoreError("artifact_missing", f"{self._where(name)} is gone") from error
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return found

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        folder = self._path(prefix) if prefix else self._root or "/"
        try:
            entries = self._tried(prefix, lambda sftp: sftp.listdir_attr(folder))
        except FileNotFoundError:
            return
        for entry in entries:
            if stat.S_ISDIR(entry.st_mode or 0):
                yield entry.filename, None
            elif stat.S_ISREG(entry.st_mode or 0):
                yield entry.filename, _blob(prefix + entry.filename, entry)

    def _path(self, name: str) -> str:
        return f"{self._root}/{checked_name(name).strip('/')}"

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}"

    def _tried(self, name: str, work: Callable[[paramiko.SFTPClient], Result]) -> Result:
        """Do something on the server, again while it is only away; turn what remains into one clear error."""
        where = self._where(name)
        try:
            for attempt in stamina.retry_context(
                on=_is_passing, attempts=ATTEMPTS, timeout=faults.PATIENCE_SECONDS.get(), wait_initial=0.1, wait_max=5.0
            ):
                with attempt, self._connected() as sftp:
                    return work(sftp)
        except FileNotFoundError:
            raise
        except PermissionError as error:
            raise StoreError("store_denied", f"{where} may not be read", "Check the rights on the server") from error
        except paramiko.BadHostKeyException as error:
            remedy = "Ask its owner, then correct VOD_SFTP_KNOWN_HOSTS"
            raise StoreError("store_denied", f"{self.host} shows another key than it is known by", remedy) from error
        except paramiko.AuthenticationException as error:
            remedy = "Check VOD_SFTP_USERNAME, VOD_SFTP_PASSWORD and VOD_SFTP_KEY_FILE"
            raise StoreError("store_denied", f"{self.host} does not let this user in", remedy) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            said = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
            remedy = "Check the server, and that VOD_SFTP_KNOWN_HOSTS has its key; then run again"
            raise StoreError("store_unreachable", f"{where} cannot be reached: {said}", remedy) from error
        raise AssertionError("a retry ends with a result or an error")

    @contextmanager
    def _connected(self) -> Iterator[paramiko.SFTPClient]:
        """Lend a connection; it is kept for the next caller unless something went wrong on it."""
        with self._mutex:
            client = self._idle.pop() if self._idle else None
        if client is None or not _lives(client):
            client = self._connect()
        try:
            with client.open_sftp() as sftp:
                yield sftp
        except (FileNotFoundError, PermissionError):
            self._keep(client)
            raise
        except BaseException:
            client.close()
            raise
        else:
            self._keep(client)

    def _keep(self, client: paramiko.SSHClient) -> None:
        with self._mutex:
            if len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append(client)
                return
        client.close()

    def _connect(self) -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        known = self.access.known_hosts
        client.load_system_host_keys(str(known) if known else None)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        by_password = bool(self.access.password)
        client.connect(
            self.host,
            self.port,
            username=self.access.username or None,
            password=self.access.password or None,
            key_filename=str(self.access.key_file) if self.access.key_file else None,
            timeout=faults.at_most(CONNECT_SECONDS),
            allow_agent=not by_password,
            look_for_keys=not by_password and self.access.key_file is None,
        )
        return client


def _lives(client: paramiko.SSHClient) -> bool:
    transport = client.get_transport()
    if transport is not None and transport.is_active():
        return True
    client.close()
    return False


def _blob(name: str, found: paramiko.SFTPAttributes) -> Blob:
    size, modified_at = found.st_size or 0, found.st_mtime or 0
    return Blob(name, size, float(modified_at), f"{modified_at:x}-{size:x}")


def _is_passing(error: Exception) -> bool:
    """Whether the same call may work a little later."""
    if isinstance(error, (paramiko.AuthenticationException, paramiko.BadHostKeyException)):
        return False
    if isinstance(error, paramiko.SSHException):
        return "known_hosts" not in str(error)
    return isinstance(error, (ConnectionError, TimeoutError, EOFError))
