"""One writer at a time on a server that minds no conditions: what two would read and write is left to one.

Whoever finds the turn free writes its name there, waits for longer than any other could need who found it free too,
and has the turn when its own name is still there (Fischer's algorithm; Lamport, "A fast mutual exclusion algorithm",
1987). No clock is compared with another machine's. It rests on reads that show the last write, and on small
files that are written, or refused, before the turn of their writer is over for all others.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vod_assets.domain.errors import StoreError

Read = Callable[[], bytes | None]
Write = Callable[[bytes], None]

FOUND_SECONDS = 1.0  # from the look to the end of the write; who needs longer begins again
SETTLED_SECONDS = 1.5
KEPT_SECONDS = 5.0  # how long a turn lasts, for who has it
LAST_BEGUN_SECONDS = 2.0  # before its end, nothing new is begun
OVER_SECONDS = 12.0  # a name that has stood for so long has no turn any more, for all others
PATIENCE_SECONDS = 120.0
LOOKED_EVERY_SECONDS = 0.25


class Turn:
    """A turn at a server.

    Args:
        read: Returns what stands where the turn is noted.
        write: Notes something there.
        where: How the place is called.
    """

    def __init__(self, read: Read, write: Write, where: str) -> None:
        self._read, self._write, self._where = read, write, where
        self._mutex, self._until = threading.RLock(), 0.0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have the turn, alone among all threads and machines, for a few small requests.

        Raises:
            StoreError: ``store_unreachable``: others have it all the time, or the server is too slow.
        """
        with self._mutex:
            if time.monotonic() > self._until - LAST_BEGUN_SECONDS:
                self._until = self._taken() + KEPT_SECONDS
            yield

    def _taken(self) -> float:
        """Return when the look was that found it free, once the turn is ours."""
        mine, given_up = secrets.token_hex(16).encode(), time.monotonic() + PATIENCE_SECONDS
        seen, since = None, time.monotonic()
        while time.monotonic() < given_up:
            looked_at = time.monotonic()
            there = self._read()
            if there != seen:
                seen, since = there, looked_at
            if there not in (None, b"", mine) and looked_at - since < OVER_SECONDS:
                time.sleep(LOOKED_EVERY_SECONDS)
                continue
            self._write(mine)
            if time.monotonic() - looked_at > FOUND_SECONDS:
                continue
            time.sleep(SETTLED_SECONDS)
            if self._read() == mine:
                return looked_at
        cause = f"{self._where}: no turn came within {PATIENCE_SECONDS:.0f} s; others write, or the server is slow"
        raise StoreError("store_unreachable", cause, "Run again when they have finished; nothing is lost")
