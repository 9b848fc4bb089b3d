"""Where two files differ: the first byte that does, and how many do, without holding either of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from operator import ne

ENOUGH = 1 << 20  # bytes that differ are counted up to here: more of them say no more


@dataclass(frozen=True)
class ByteDifference:
    """What has changed in a file.

    Attributes:
        offset: Of the first byte that differs, counted from 0.
        run_bytes: How many differ in a row from there.
        changed_bytes: How many differ in all; a byte that one of both has not differs.
        is_all: Whether they were all counted; else there are more.
    """

    offset: int
    run_bytes: int
    changed_bytes: int
    is_all: bool = True

    def __str__(self) -> str:
        if self.changed_bytes == 1:
            return f"1 byte differs, at offset {self.offset}"
        count = f"{'' if self.is_all else 'more than '}{self.changed_bytes} bytes differ"
        if self.run_bytes == self.changed_bytes:
            return f"{count}, from offset {self.offset} on"
        return f"{count}, the first {self.run_bytes} in a row from offset {self.offset} on"


def byte_difference(released: Iterable[bytes], there: Iterable[bytes], enough: int = ENOUGH) -> ByteDifference | None:
    """Return where two files differ; None: they are the same.

    Args:
        released: Blocks of the one, all but the last of one length.
        there: Blocks of the other, likewise, of the same length.
        enough: How many bytes that differ are counted.
    """
    first, run, changed = -1, 0, 0
    is_run = False
    for offset, old, new in _pairs(released, there):
        if old == new:
            is_run = False
            continue
        for position, differs in enumerate(_differing(old, new), offset):
            if differs:
                is_run, first = (True, position) if first < 0 else (is_run, first)
                run, changed = run + is_run, changed + 1
                if changed > enough:
                    return ByteDifference(first, min(run, enough), enough, is_all=False)
            else:
                is_run = False
    return ByteDifference(first, run, changed) if changed else None


def _pairs(released: Iterable[bytes], there: Iterable[bytes]) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield blocks that lie at the same place, with their offset; beyond the end of one there is nothing of it."""
    offset, ours, theirs = 0, chain(released, repeat(b"")), chain(there, repeat(b""))
    for old, new in zip(ours, theirs, strict=False):
        if not old and not new:
            return
        yield offset, old, new
        offset += max(len(old), len(new))


def _differing(old: bytes, new: bytes) -> Iterator[bool]:
    """Yield of each byte whether it differs."""
    yield from map(ne, old, new)
    yield from repeat(True, abs(len(old) - len(new)))
