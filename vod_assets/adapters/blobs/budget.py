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
        self._size_bytes = self._left_bytes = size_bytes
        self._turn = threading.Lock()  # or a stream of small wishes would leave nothing for a large one
        self._changed = threading.Condition()
        self._kept: list[bytearray] = []  # buffers for the next who want one, while the budget has room for them

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
                if self._left_bytes == self._size_bytes:
                    self._kept.clear()
                self._changed.notify()

    @contextmanager
    def buffer(self, size_bytes: int) -> Iterator[memoryview]:
        """Hold a buffer while the context lasts, one that was used before if there is one: fresh memory is dear.

        Args:
            size_bytes: How long it is; what counts is the next power of two, or all there is.
        """
        whole_bytes = min(1 << max(size_bytes - 1, 0).bit_length(), self._size_bytes)
        with self.lent(whole_bytes):
            buffer = self._used(whole_bytes) or bytearray(whole_bytes)
            yield memoryview(buffer)[:size_bytes]
            with self._changed:  # not after an error: whoever failed may still be reading
                self._kept.append(buffer)

    def _used(self, size_bytes: int) -> bytearray | None:
        """Return a buffer that was given back, and forget those that have no room beside what is lent."""
        with self._changed:
            place = next((place for place, one in enumerate(self._kept) if len(one) == size_bytes), None)
            found = None if place is None else self._kept.pop(place)
            while sum(map(len, self._kept)) > self._left_bytes:
                self._kept.pop()
            return found
