"""Messages of RTSP, and the media between them, as they come over a connection (RFC 2326, 4 and 10.12)."""

from dataclasses import dataclass
from typing import BinaryIO

MOST_HEADER_BYTES, MOST_BODY_BYTES = 64 << 10, 1 << 20
MEDIA = b"$"


class BadMessage(ValueError):  # noqa: N818 - it is what came
    """What came is no RTSP."""


@dataclass
class Message:
    """A request or an answer.

    Attributes:
        first: Its first line.
        headers: Names and values, in their order.
    """

    first: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        """Return the values of a header."""
        return [value for said, value in self.headers if said.lower() == name.lower()]

    def with_header(self, name: str, value: str) -> "Message":
        """Return the same message with one value of a header, in place of those that it has; empty: with none."""
        others = [(said, kept) for said, kept in self.headers if said.lower() != name.lower()]
        return Message(self.first, [*others, *([(name, value)] if value else [])], self.body)

    def as_bytes(self) -> bytes:
        """Return what is sent."""
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + self.body


def read_one(stream: BinaryIO) -> Message | bytes | None:
    """Return the next message, or a packet of media with its four bytes before; None: nothing comes any more.

    Raises:
        BadMessage: It is neither.
    """
    start = stream.read(1)
    while start in (b"\r", b"\n"):
        start = stream.read(1)
    if not start:
        return None
    if start == MEDIA:
        head = _exactly(stream, 3)
        return start + head + _exactly(stream, int.from_bytes(head[1:], "big"))
    lines, size = list[str](), 0
    line = start + stream.readline(MOST_HEADER_BYTES)
    while line.strip():
        size += len(line)
        if size > MOST_HEADER_BYTES or not line.endswith(b"\n"):
            raise BadMessage("a header is too long, or broken off")
        lines.append(line.decode("utf-8", "surrogateescape").rstrip("\r\n"))
        line = stream.readline(MOST_HEADER_BYTES)
    if "RTSP/" not in lines[0]:
        raise BadMessage("it speaks no RTSP")
    pairs = (one.partition(":") for one in lines[1:])
    message = Message(lines[0], [(name.strip(), value.strip()) for name, _, value in pairs])
    length = next(iter(message.values("Content-Length")), "0")
    if not length.isdecimal() or int(length) > MOST_BODY_BYTES:
        raise BadMessage("its length cannot be")
    message.body = _exactly(stream, int(length))
    return message


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise BadMessage("it is broken off")
    return data
