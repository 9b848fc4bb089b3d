"""A limit to what a process holds in memory at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Budget:
    """So many bytes, lent and given back; who wants more than is left waits, and those who come later wait behind.

    Args:
        size_bytes: No less than anybody asks for at a time.
    """

    def __init__(self, size_bytes: int) -> None:
        self._left_bytes = size_bytes
        self._turn = threading.Lock()  # or a stream of small wishes would leave nothing for a large one
        self._changed = threading.Condition()

    @contextmanager
    def lent(self, size_bytes: int) -> Iterator[None]:
        """Hold some bytes while the context lasts."""
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._left_bytes >= size_bytes)
            self._left_bytes -= size_bytes
        try:
            yield
        finally:
            with self._changed:
                self._left_bytes += size_bytes
                self._changed.notify()
