"""Connections that are lent to one caller at a time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Connection = TypeVar("Connection")

MOST_IDLE = 8
TRUSTED_SECONDS = 10.0  # a server may have hung up on what was idle for longer


class Pool(Generic[Connection]):
    """Lends a connection to each caller, and keeps some for the next.

    Args:
        opened: Makes a connection.
        closed: Ends one, without asking the other side.
        lives: Whether one still works, asked after a while of idleness.
        is_sound: Whether a connection is good for the next caller after an error of this one.
    """

    def __init__(
        self,
        opened: Callable[[], Connection],
        closed: Callable[[Connection], None],
        lives: Callable[[Connection], bool],
        is_sound: Callable[[BaseException], bool],
    ) -> None:
        self._opened, self._closed, self._lives, self._is_sound = opened, closed, lives, is_sound
        self._idle: list[tuple[float, Connection]] = []
        self._mutex = threading.Lock()

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """Lend a connection; after a fault of it, those that lie idle are given up too, for the server was the same."""
        connection = self._taken() or self._opened()
        try:
            yield connection
        except BaseException as error:
            if self._is_sound(error):
                self._keep(connection)
            else:
                self._closed(connection)
                self.clear()
            raise
        self._keep(connection)

    def clear(self) -> None:
        """Close what lies idle."""
        with self._mutex:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            self._closed(connection)

    def _taken(self) -> Connection | None:
        while True:
            with self._mutex:
                if not self._idle:
                    return None
                kept_at, connection = self._idle.pop()
            if time.monotonic() - kept_at < TRUSTED_SECONDS or self._lives(connection):
                return connection
            self._closed(connection)

    def _keep(self, connection: Connection) -> None:
        with self._mutex:
            if len(self._idle) < MOST_IDLE:
                self._idle.append((time.monotonic(), connection))
                return
        self._closed(connection)
