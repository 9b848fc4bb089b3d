"""What a tool says: cut into lines as it comes, and kept within bounds."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

KEPT_STDERR_BYTES = 64 << 10
KEPT_STDERR_LINES = 200
LONGEST_LINE_BYTES = 8 << 10

OnLine = Callable[[str], None]


@dataclass
class LineReader:
    """Cuts a pipe's bytes into lines, at LF or CR, and never keeps more than a line's worth of a flood."""

    on_line: OnLine
    _rest: bytearray = field(default_factory=bytearray)

    def feed(self, chunk: bytes) -> None:
        """Take bytes as they come and pass on every complete line."""
        self._rest += chunk
        *lines, rest = self._rest.replace(b"\r", b"\n").split(b"\n")
        self._rest = bytearray(rest[:LONGEST_LINE_BYTES])
        for line in lines:
            if line:
                self.on_line(bytes(line[:LONGEST_LINE_BYTES]).decode(errors="replace"))

    def close(self) -> None:
        """Pass on the last line if it did not end."""
        self.feed(b"\n")


class Tail:
    """The last lines of a stream, within 200 lines and 64 KiB."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self._bytes = 0

    def add(self, line: str) -> None:
        """Keep a line, and let the oldest go when there is no room."""
        self._lines.append(line)
        self._bytes += len(line) + 1
        while len(self._lines) > KEPT_STDERR_LINES or self._bytes > KEPT_STDERR_BYTES:
            self._bytes -= len(self._lines.popleft()) + 1

    @property
    def text(self) -> str:
        """The kept lines."""
        return "\n".join(self._lines)
