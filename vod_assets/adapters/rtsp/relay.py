"""A way to an RTSP server that FFmpeg cannot go by itself without showing the password: in its command line.

FFmpeg publishes at a port of loopback that takes one connection, of this process's own user. What it says is passed on,
with the server's address in place of the port's, and with the login.
"""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from vod_assets.adapters.rtsp.messages import BadMessage, Message, read_one
from vod_assets.domain.rtsp_login import Challenge, Login, challenge_of
from vod_assets.places import LOOPBACK

CONNECT_SECONDS, LEAVE_SECONDS = 10.0, 2.0
PORT = 554
HERE = "127.0.0.1"
UNAUTHORISED = "401"
NO_WAY = "the server asks for a login that is not given it: it needs Digest, or Basic on this machine"
WRONG = "the server refuses VOD_RTSP_USERNAME and VOD_RTSP_PASSWORD"


@dataclass
class Way:
    """Where FFmpeg publishes.

    Attributes:
        address: Of the title.
        failure: Why nothing is passed on, where the relay knows better than FFmpeg.
    """

    address: str
    failure: str = ""


@contextmanager
def relayed(address: str, login: Login) -> Iterator[Way]:
    """Lend a way to where a title is announced, for one FFmpeg, while the context lasts."""
    with closing(socket.create_server((HERE, 0), backlog=1)) as listening:
        port = listening.getsockname()[1]
        way = Way(f"rtsp://{HERE}:{port}{urlsplit(address).path}")
        relay = _Relay(way, address, login)
        thread = threading.Thread(target=relay.serve, args=(listening,), name="rtsp-relay", daemon=True)
        thread.start()
        try:
            yield way
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)  # wakes whoever waits there
            relay.close()
            thread.join(CONNECT_SECONDS + 1)


@dataclass
class _Relay:
    """One connection of FFmpeg, and the one to the server that belongs to it."""

    way: Way
    address: str
    login: Login
    challenge: Challenge | None = None
    answers: int = 0
    sent: int = 0  # requests; each has a number of ours at the server
    asked: dict[str, tuple[Message, str]] = field(default_factory=dict)  # by that number: with FFmpeg's number
    again: set[str] = field(default_factory=set)  # those that were asked a second time, with the login
    ends: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, listening: socket.socket) -> None:
        """Pass on what both sides say until one of them has enough."""
        try:
            near = _ours(listening)
            self.ends.append(near)
            listening.close()
            far = self._connected()
            self.ends.append(far)
            back = threading.Thread(target=self._pass_back, args=(far, near), daemon=True)
            back.start()
            with near.makefile("rb") as stream:
                self._pass_on(stream, far)
            far.shutdown(socket.SHUT_WR)  # what was said last, TEARDOWN maybe, arrives all the same
            back.join(LEAVE_SECONDS)
        except BadMessage as error:
            self._fail(f"what came from FFmpeg cannot be passed on: {error}")
        except OSError:
            pass  # one of both is gone, and FFmpeg says so
        finally:
            self.close()

    def close(self) -> None:
        """End both connections."""
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _connected(self) -> socket.socket:
        parts = urlsplit(self.address)
        try:
            far = socket.create_connection((parts.hostname or "", parts.port or PORT), CONNECT_SECONDS)
        except OSError as error:
            self._fail(f"{self.address} cannot be reached: {error.strerror or error}")
            raise
        far.settimeout(None)  # who watches FFmpeg ends what stands still
        return far

    def _pass_on(self, stream: BinaryIO, far: socket.socket) -> None:
        while (came := read_one(stream)) is not None:
            if isinstance(came, Message):
                self._ask(far, came, next(iter(came.values("CSeq")), ""))
            else:
                with self.lock:
                    far.sendall(came)

    def _ask(self, far: socket.socket, request: Message, number: str) -> None:
        """Send a request under a number of ours, with the login if the server has asked for it."""
        method, _, rest = request.first.partition(" ")
        uri = rest.rpartition(" ")[0].replace(self.way.address, self.address, 1)
        with self.lock:
            self.sent += 1
            ours = str(self.sent)
            self.asked[ours] = request, number
            said = Message(f"{method} {uri} RTSP/1.0", request.headers, request.body).with_header("CSeq", ours)
            if self.challenge is not None:
                self.answers += 1
                answer = self.challenge.answer(self.login, method, uri, self.answers, secrets.token_hex(8))
                said = said.with_header("Authorization", answer)
                self.again.add(ours)
            far.sendall(said.as_bytes())

    def _pass_back(self, far: socket.socket, near: socket.socket) -> None:
        try:
            with far.makefile("rb") as stream:
                while (came := read_one(stream)) is not None:
                    data = self._answered(far, came) if isinstance(came, Message) else came
                    with suppress(OSError):  # FFmpeg may be gone, who says so by the other thread
                        near.sendall(data)
        except BadMessage as error:
            self._fail(f"{self.address} answers oddly: {error}")
        except OSError:
            pass  # likewise
        finally:
            self.close()

    def _answered(self, far: socket.socket, answer: Message) -> bytes:
        """Return what FFmpeg gets of an answer: nothing, where the same is asked again with the login."""
        ours = next(iter(answer.values("CSeq")), "")
        request, number = self.asked.pop(ours, (None, ours))
        if answer.first.split()[1:2] == [UNAUTHORISED] and request is not None:
            is_stale = any("stale=true" in one.lower().replace(" ", "") for one in answer.values("WWW-Authenticate"))
            challenge = challenge_of(answer.values("WWW-Authenticate"), is_private=self._is_private)
            if challenge is not None and (ours not in self.again or is_stale):
                self.challenge, self.answers = challenge, 0
                self._ask(far, request, number)
                return b""
            self._fail(WRONG if challenge is not None else NO_WAY)
        return self._with_source(answer, far).with_header("CSeq", number).as_bytes()

    def _with_source(self, answer: Message, far: socket.socket) -> Message:
        """Have FFmpeg send packets of UDP to the server itself, and not here."""
        for transport in answer.values("Transport"):
            if "interleaved=" not in transport and "source=" not in transport:
                return answer.with_header("Transport", f"{transport};source={far.getpeername()[0]}")
        return answer

    @property
    def _is_private(self) -> bool:
        return urlsplit(self.address).hostname in LOOPBACK

    def _fail(self, why: str) -> None:
        self.way.failure = self.way.failure or why


def _ours(listening: socket.socket) -> socket.socket:
    """Return the first connection of a process of this user; others are turned away.

    The port is open to everybody on this machine, and who publishes through it has the login.
    """
    while True:
        near, peer = listening.accept()
        if _owner(peer[1], near.getsockname()[1]) == os.getuid():
            return near
        near.close()


def _owner(port: int, to: int) -> int | None:
    """Return whose the end of a connection over loopback is, as the kernel says; None: it does not know it."""
    ends = f"0100007F:{port:04X}", f"0100007F:{to:04X}"
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if (words[1], words[2]) == ends:
            return int(words[7])
    return None
