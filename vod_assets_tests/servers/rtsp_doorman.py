"""A doorman before an RTSP server that asks nobody: who does not know the password gets no further."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from vod_assets.adapters.rtsp.messages import Message, read_one

DIGEST = 'Digest realm="media", nonce="8b5a", qop="auth", algorithm=SHA-256'
PATIENCE_SECONDS = 10.0


@dataclass
class Doorman:
    """What stands there.

    Attributes:
        url: Where it is.
        to: The port of the server behind it.
        user: Who may go in; his password is ``open-sesame``.
        wants: What it asks for.
        seen: Method and ``Authorization`` of each request.
        numbers: Of those that went in, as the server behind counts them, with their own.
    """

    url: str
    to: int
    user: str = "vod"
    wants: str = DIGEST
    seen: list[tuple[str, str]] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)

    def lets_in(self, request: Message) -> bool:
        """Whether a request proves who asks."""
        method, uri, _ = request.first.split()
        said = next(iter(request.values("Authorization")), "")
        self.seen.append((method, said))
        scheme, _, rest = said.partition(" ")
        if scheme == "Basic":
            return False
        fields = dict(one.strip().replace('"', "").split("=", 1) for one in rest.split(",") if one)

        def sha(text: str) -> str:
            return hashlib.sha256(text.encode()).hexdigest()

        middle = f"8b5a:{fields.get('nc')}:{fields.get('cnonce')}:auth"
        wanted = sha(f"{sha(f'{self.user}:media:open-sesame')}:{middle}:{sha(f'{method}:{uri}')}")
        return (fields.get("response"), fields.get("uri")) == (wanted, uri)

    def serve(self, near: socket.socket) -> None:
        """Pass on what those who may go in say."""
        with suppress(OSError), near, socket.create_connection(("127.0.0.1", self.to), PATIENCE_SECONDS) as far:
            back = threading.Thread(target=self._answer, args=(far, near), daemon=True)
            back.start()
            with near.makefile("rb") as stream:
                while (came := read_one(stream)) is not None:
                    if isinstance(came, bytes):
                        far.sendall(came)
                    elif self.lets_in(came):
                        first = came.first.replace(self.url, f"rtsp://127.0.0.1:{self.to}")
                        number = str(len(self.numbers) + 1)  # FFmpeg as a server wants them without a gap
                        self.numbers[number] = came.values("CSeq")[0]
                        known = Message(first, came.headers, came.body).with_header("CSeq", number)
                        far.sendall(known.with_header("Authorization", "").as_bytes())
                    else:
                        asks = [("CSeq", came.values("CSeq")[0]), ("WWW-Authenticate", self.wants)]
                        near.sendall(Message("RTSP/1.0 401 Unauthorized", asks).as_bytes())
                far.shutdown(socket.SHUT_WR)
                back.join(PATIENCE_SECONDS)  # to close with answers unread would throw away what was sent

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError), far.makefile("rb") as stream:
            while (came := read_one(stream)) is not None:
                if isinstance(came, Message):
                    came = came.with_header("CSeq", self.numbers.get("".join(came.values("CSeq")), "")).as_bytes()
                near.sendall(came)
            near.shutdown(socket.SHUT_RDWR)


@contextmanager
def doorman(to: int) -> Iterator[Doorman]:
    """Have a doorman stand on loopback while the context lasts."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        standing = Doorman(f"rtsp://127.0.0.1:{listening.getsockname()[1]}", to)

        def stand() -> None:
            with suppress(OSError):
                while True:
                    near = listening.accept()[0]
                    near.settimeout(PATIENCE_SECONDS)
                    threading.Thread(target=standing.serve, args=(near,), daemon=True).start()

        thread = threading.Thread(target=stand, daemon=True)
        thread.start()
        yield standing
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE_SECONDS)
