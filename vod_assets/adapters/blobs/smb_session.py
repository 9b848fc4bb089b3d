"""Sessions with SMB servers, and what their answers mean.

One caller uses a connection at a time: a server serves connections side by side, and one that stalls holds up no other.
"""

import errno
import math
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import smbclient
from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBAuthenticationError, SMBException
from smbprotocol.header import NtStatus
from smbprotocol.tree import TreeConnect

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets.domain.errors import StoreError

CONNECT_SECONDS = 15
ANSWER_SECONDS = 60  # for one request; a server that is busy says so, and is asked again
SMB_PORT = 445

GONE = frozenset({errno.ENOENT, errno.ENOTDIR})
FULL = frozenset({NtStatus.STATUS_DISK_FULL, 0xC000_0044})  # and STATUS_QUOTA_EXCEEDED
# A reader that holds a file open makes a server refuse to replace it for a moment, with either of these.
HELD = frozenset({NtStatus.STATUS_SHARING_VIOLATION, NtStatus.STATUS_ACCESS_DENIED})
REFUSED = frozenset(
    {
        NtStatus.STATUS_LOGON_FAILURE,
        0xC000_006E,  # STATUS_ACCOUNT_RESTRICTION
        0xC000_0072,  # STATUS_ACCOUNT_DISABLED
        0xC000_0234,  # STATUS_ACCOUNT_LOCKED_OUT
    }
)
EXPIRED = frozenset(
    {
        0xC000_0071,  # STATUS_PASSWORD_EXPIRED
        0xC000_0193,  # STATUS_ACCOUNT_EXPIRED
        0xC000_0224,  # STATUS_PASSWORD_MUST_CHANGE
    }
)
NO_SHARE = NtStatus.STATUS_BAD_NETWORK_NAME
LOST = frozenset(
    {
        NtStatus.STATUS_NETWORK_NAME_DELETED,
        NtStatus.STATUS_USER_SESSION_DELETED,
        NtStatus.STATUS_FILE_CLOSED,
        0xC000_035C,  # STATUS_NETWORK_SESSION_EXPIRED: the ticket must be renewed, which a new session does
    }
)
BUSY = frozenset(
    {
        NtStatus.STATUS_INSUFFICIENT_RESOURCES,
        NtStatus.STATUS_SHARING_VIOLATION,
        NtStatus.STATUS_DELETE_PENDING,
        0xC000_00B5,  # STATUS_IO_TIMEOUT
        0xC000_0205,  # STATUS_INSUFF_SERVER_RESOURCES
        0xC000_0466,  # STATUS_SERVER_UNAVAILABLE
    }
)
Session = dict[str, Any]


class PatientConnection(Connection):  # type: ignore[misc]
    """A connection on which no request waits for ever; the library's own waits until TCP gives up."""

    def receive(
        self, request: Any, wait: bool = True, timeout: int | None = None, resolve_symlinks: bool = True
    ) -> Any:
        """Return a request's answer, or fail after a while."""
        seconds = timeout or math.ceil(faults.answer_within(ANSWER_SECONDS))
        return super().receive(request, wait, seconds, resolve_symlinks)


@dataclass(frozen=True)
class SmbHost:
    """A server and its share, and who asks it."""

    host: str
    share: str
    access: ShareAccess

    def connect(self) -> Session:
        """Return what every call of ``smbclient`` takes, with a connection and a session of its own.

        The share is connected here: left to the library, one that is not there is looked for in DFS, and not every
        server answers that.
        """
        port = self.access.port or SMB_PORT
        connection = PatientConnection(uuid.uuid4(), self.host, port, require_signing=True)
        connection.connect(timeout=math.ceil(faults.at_most(CONNECT_SECONDS)))
        connection.transport._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, ANSWER_SECONDS * 1000)
        session: Session = {
            "username": self.access.username or None,
            "password": self.access.password or None,
            "port": port,
            "encrypt": self.access.encrypt or None,
            "connection_timeout": CONNECT_SECONDS,
            "connection_cache": {f"{self.host.lower()}:{port}": connection},
        }
        try:
            opened = smbclient.register_session(self.host, **session)
            TreeConnect(opened, f"\\\\{self.host}\\{self.share}").connect()
        except BaseException:
            connection.disconnect(close=False)
            raise
        return session


def hang_up(session: Session) -> None:
    """Close a connection without asking the server, which may not be there any more."""
    for connection in session["connection_cache"].values():
        with suppress(OSError, SMBException):
            connection.disconnect(close=False)


def lives(session: Session) -> bool:
    """Whether a connection still answers."""
    try:
        for connection in session["connection_cache"].values():
            connection.echo(sid=next(iter(connection.session_table)), timeout=CONNECT_SECONDS)
    except (OSError, SMBException, StopIteration):
        return False
    return True


def is_sound(error: BaseException) -> bool:
    """Whether a connection is good for another caller after an error: the server answered, and keeps the session."""
    if isinstance(error, (StoreError, FileNotFoundError)):
        return True
    return bool(status_of(error)) and status_of(error) not in LOST | REFUSED | EXPIRED


def is_passing(error: Exception) -> bool:
    """Whether the same call may work a little later."""
    if isinstance(error, SMBAuthenticationError):
        return False
    if status := status_of(error):
        return status in BUSY | LOST
    # ValueError: a server that cannot be connected to
    return isinstance(error, (SMBException, ValueError, ConnectionError, TimeoutError))


def is_held(error: Exception) -> bool:
    """Whether a file may be replaced a little later, for a reader holds it."""
    return is_passing(error) or status_of(error) in HELD


def status_of(error: BaseException) -> int:
    """Return the NT status that a server answered with; 0 when it did not answer."""
    return int(getattr(error, "ntstatus", 0) or (getattr(error, "status", 0) if hasattr(error, "header") else 0))


def fault(host: str, where: str, error: Exception) -> StoreError:
    """Return the error that a caller gets, with what to do."""
    status, said = status_of(error), faults.said(error)
    if status in FULL:
        return faults.full(where)
    if status in EXPIRED:
        return faults.expired(where, "Renew the password on the server, then set VOD_SMB_PASSWORD")
    if isinstance(error, SMBAuthenticationError) or status in REFUSED:
        remedy = "Check VOD_SMB_USERNAME and VOD_SMB_PASSWORD; `vod doctor` tries them"
        return faults.denied(where, f"{host} does not let this user in", remedy)
    if status == NO_SHARE:
        return faults.unreachable(where, f"{host} has no such share", "Check the address; `vod doctor` tries it")
    if status == NtStatus.STATUS_ACCESS_DENIED:
        return faults.denied(
            where, "it may not be read or written", "Check the rights of VOD_SMB_USERNAME on the share"
        )
    if status == NtStatus.STATUS_SHARING_VIOLATION:
        return StoreError("store_failed", f"{where} is held open by somebody else", "Wait until it is closed")
    return faults.unreachable(where, said, "Check the host, the share, VOD_SMB_PORT and the network; then run again")


@contextmanager
def opened(path: str, mode: str, share_access: str, session: Session) -> Iterator[Any]:
    """Open a file unbuffered; what a lost connection leaves open is the server's to close."""
    file = smbclient.open_file(path, mode=mode, share_access=share_access, buffering=0, **session)
    try:
        yield file
    except BaseException:
        with suppress(OSError, SMBException):
            file.close()
        file.fd._connected = False
        raise
    file.close()
