"""Telling how far files on their way are: whoever moves them tells whoever watches, without being introduced."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Transfer:
    """How far some files are.

    Attributes:
        what: What is done with them: ``sending h264_1080p``.
        seconds: Since it began.
        is_over: Whether this is the last that is told of it.
    """

    what: str
    done_bytes: int
    total_bytes: int
    seconds: float
    is_over: bool = False

    @property
    def percent(self) -> int:
        """Whole percent done, 0 to 100."""
        return min(100, 100 * self.done_bytes // self.total_bytes) if self.total_bytes else 0

    @property
    def bytes_per_second(self) -> int:
        """The mean since it began."""
        return int(self.done_bytes / self.seconds) if self.seconds > 0 else 0

    @property
    def left_seconds(self) -> int | None:
        """Seconds until the end at this rate; None while nothing has come."""
        left = max(0, self.total_bytes - self.done_bytes)
        return int(left / self.bytes_per_second) if self.bytes_per_second else None

    def __str__(self) -> str:
        left = "" if self.left_seconds is None else f", {self.left_seconds // 60}:{self.left_seconds % 60:02} left"
        return f"{self.what} {self.percent} % of {_sized(self.total_bytes)}, {_sized(self.bytes_per_second)}/s{left}"


OnTransfer = Callable[[Transfer], None]
_watcher: ContextVar[OnTransfer | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(on_transfer: OnTransfer) -> Iterator[None]:
    """Be told of every transfer that takes long, from this thread and in it; what is raised then ends the transfer."""
    before = _watcher.get()
    _watcher.set(on_transfer)
    try:
        yield
    finally:
        _watcher.set(before)  # not by token: a body that is abandoned half-way may end in another context


def watcher() -> OnTransfer | None:
    """Return who is told of transfers."""
    return _watcher.get()


def _sized(size_bytes: int) -> str:
    """Return a size for people.

    >>> _sized(2_700_000_000), _sized(110_400_000), _sized(900)
    ('2.7 GB', '110.4 MB', '0.9 kB')
    """
    for unit, count in (("GB", 10**9), ("MB", 10**6)):
        if size_bytes >= count:
            return f"{size_bytes / count:.1f} {unit}"
    return f"{size_bytes / 1000:.1f} kB"
