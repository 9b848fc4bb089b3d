"""Sessions with FTP and FTPS servers, and what their answers mean.

Paths are kept as they go over the wire (`wire`), each byte one character: a server has files whose names are no UTF-8,
and they can be read like any other.
"""

import errno
import ftplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import ShareAccess
from vod_assets.domain.errors import StoreError

ANSWER_SECONDS = 60
CHUNK_BYTES = 1 << 20
LATIN = "latin-1"
NOT_THERE = ("550", "553")  # the second from servers that cannot make a file where there is no folder
LOGIN_REFUSED = ("530", "532")
FULL = ("452", "552")
FULL_WORDS = (
    "no space",
    "disk full",
    "quota",
    "insufficient storage",
    "failure writing to local file",  # vsftpd
)
DENIED_WORDS = ("denied", "privilege", "permission", "not permitted", "read-only")
NOT_KNOWN = ("500", "501", "502", "504")  # a command that the server does not have
AWAY = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})


class Patient(ftplib.FTP):
    """A session that waits for each answer as long as the thread that asks; another may have asked before.

    Attributes:
        lists_facts: Whether the server has MLSD (RFC 3659), as far as it has been tried.
    """

    lists_facts = True

    def putcmd(self, line: str) -> None:
        """Send a command."""
        self.timeout = faults.answer_within(ANSWER_SECONDS)  # of data connections
        cast(socket.socket, self.sock).settimeout(self.timeout)
        super().putcmd(line)


class Plain(Patient):
    """FTP, for networks where the address asks for it."""


class Secure(Patient, ftplib.FTP_TLS):
    """FTPS whose data connections resume the control connection's TLS session, which strict servers ask for."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> Any:
        """Open a data connection."""
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - encrypted below
        if self._prot_p:  # type: ignore[attr-defined]
            session = self.sock.session  # type: ignore[union-attr]
            connection = self.context.wrap_socket(connection, server_hostname=self.host, session=session)
        return connection, size


Ftp = Plain | Secure


@dataclass(frozen=True)
class FtpHost:
    """A server, and who asks it."""

    host: str
    port: int
    access: ShareAccess
    is_secure: bool

    def connect(self) -> Ftp:
        """Return a session that transfers bytes as they are."""
        ftp: Ftp
        if self.is_secure:
            cafile = str(self.access.ca_file) if self.access.ca_file else None
            context = ssl.create_default_context(cafile=cafile)
            ftp = Secure(context=context, timeout=ANSWER_SECONDS, encoding=LATIN)
        else:
            ftp = Plain(timeout=ANSWER_SECONDS, encoding=LATIN)
        try:
            ftp.connect(self.host, self.port, timeout=faults.at_most(ANSWER_SECONDS))
            ftp.login(wire(self.access.username), wire(self.access.password))
            if isinstance(ftp, Secure):
                ftp.prot_p()
            ftp.voidcmd("TYPE I")
        except BaseException:
            ftp.close()
            raise
        return ftp


def lives(ftp: Ftp) -> bool:
    """Whether a session still answers."""
    try:
        ftp.voidcmd("NOOP")
    except (OSError, EOFError, ftplib.Error):
        return False
    return True


def hang_up(ftp: Ftp) -> None:
    """Close a session without a word; the server may not be there any more."""
    with suppress(OSError):
        ftp.close()


def wire(text: str) -> str:
    """Return text so that a session sends its own bytes: UTF-8, and whatever a name had that is no UTF-8."""
    return text.encode(errors="surrogateescape").decode(LATIN)


def lines(ftp: Ftp, command: str) -> list[bytes]:
    """Return the lines of a listing."""
    with ftp.transfercmd(command) as connection:
        with connection.makefile("rb") as file:
            found = [line.rstrip(b"\r\n") for line in file]
        end_of_data(connection)
    ftp.voidresp()
    return found


def end_of_data(connection: socket.socket) -> None:
    """Say on an encrypted data connection that all was read; a strict server waits for it."""
    if isinstance(connection, ssl.SSLSocket):
        connection.unwrap()


def store(
    ftp: Ftp, path: str, source: BinaryIO, begun: int = 0, on_chunk: Callable[[bytes], None] | None = None
) -> None:
    """Send what is left of a source as a file, or as the rest of one that was begun."""
    try:
        ftp.storbinary(f"STOR {path}", source, CHUNK_BYTES, on_chunk, begun or None)
    except (OSError, EOFError):
        with suppress(OSError, EOFError):
            ftp.voidresp()  # why the server hung up (a full disk, a quota) it says on the other connection
        raise


def size_of(ftp: Ftp, path: str) -> int | None:
    """Return a file's size, or None when there is none."""
    try:
        return ftp.size(path)
    except ftplib.error_perm as error:
        if is_missing(error):
            return None
        raise


def is_missing(error: BaseException) -> bool:
    """Whether a server says that there is no such file, which it says with the same number as that it is forbidden."""
    text = str(error)
    return isinstance(error, ftplib.error_perm) and text[:3] in NOT_THERE and not _has(text, DENIED_WORDS)


def is_sound(error: BaseException) -> bool:
    """Whether a session is good for another caller after an error: the server refused something, and waits for more."""
    return isinstance(error, (ftplib.error_perm, FileNotFoundError)) and not _is_refused(error)


def is_passing(error: Exception) -> bool:
    """Whether the same call may work a little later."""
    if _is_full(error) or isinstance(error, (ssl.SSLCertVerificationError, ftplib.error_perm)):
        return False
    if isinstance(error, OSError) and error.errno in AWAY:
        return True
    return isinstance(error, (ConnectionError, TimeoutError, EOFError, ssl.SSLError, ftplib.Error))


def fault(where: str, error: Exception) -> StoreError:
    """Return the error that a caller gets, with what to do."""
    said = faults.said(error).encode(LATIN, "replace").decode(errors="replace")
    if _is_full(error):
        return faults.full(where)
    if _is_refused(error):
        remedy = "Check VOD_FTP_USERNAME and VOD_FTP_PASSWORD; `vod doctor` tries them"
        return faults.denied(where, "the server does not let this user in", remedy)
    if isinstance(error, ssl.SSLCertVerificationError):
        return faults.denied(where, f"the server's certificate is not trusted: {said}", "Set VOD_FTP_CA_FILE")
    if isinstance(error, ftplib.error_perm) and _has(said, DENIED_WORDS):
        return faults.denied(where, said, "Check the rights of VOD_FTP_USERNAME on the server")
    if isinstance(error, ftplib.error_perm):
        return StoreError("store_failed", f"{where}: the server refuses: {said}", "Check the server's settings")
    if isinstance(error, ftplib.error_temp):
        cause = f"{where}: the server goes on failing: {said}"
        return StoreError("store_failed", cause, "Check the server's log and its free space; then run again")
    return faults.unreachable(where, said, "Check the server, VOD_FTP_PORT and the network; then run again")


def _is_refused(error: BaseException) -> bool:
    return isinstance(error, ftplib.error_perm) and str(error)[:3] in LOGIN_REFUSED


def _is_full(error: BaseException) -> bool:
    return isinstance(error, ftplib.Error) and (str(error)[:3] in FULL or _has(str(error), FULL_WORDS))


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text.lower() for word in words)
