"""SCTE 35: what a ``splice_info_section`` of a transport stream says (ANSI/SCTE 35, clause 9).

The libraries for it are under a licence that would reach into whatever uses them, and skip damage without a word; of
the standard, no more is needed than two commands and one descriptor.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TABLE_ID = 0xFC
CRC_BYTES = 4
CUE_IDENTIFIER = 0x43554549  # "CUEI"
SEGMENTATION = 0x02
UNKNOWN_LENGTH = 0xFFF  # of old splicers, which leave it to the command to say where it ends
SPLICE_NULL, SPLICE_INSERT, TIME_SIGNAL = 0x00, 0x05, 0x06
# segmentation_type_id (10.3.3.1): breaks, advertisements, placement opportunities and ad blocks; the next ends each.
BREAK_STARTS = frozenset({0x22, 0x30, 0x32, 0x34, 0x36, 0x44, 0x46})
CHAPTER_START = 0x20
CLOCK_TICKS = 90_000  # a second
CLOCK_RANGE = 1 << 33

Kind = Literal["out", "in", "cancel", "chapter"]
_POLYNOMIAL = 0x04C11DB7


class SpliceError(ValueError):
    """A section that cannot be used, and why."""


@dataclass(frozen=True)
class SpliceEvent:
    """One thing that a section announces.

    Attributes:
        kind: ``out`` (a break begins), ``in`` (it ends), ``cancel`` (it was announced, and will not be), ``chapter``.
        name: What pairs the end with the beginning: an event's own id, and that of its kind of segment.
        pts: When, in ticks of the stream's clock; None: when the section arrives.
        duration: How long it will last, in ticks; None when nothing says so.
    """

    kind: Kind
    name: str
    pts: int | None = None
    duration: int | None = None


def read_section(section: bytes) -> tuple[SpliceEvent, ...]:
    """Return what a section announces; nothing for commands that place nothing on the timeline.

    Raises:
        SpliceError: It is damaged (its CRC is wrong, a field reaches past its end), or encrypted.
    """
    if len(section) < CRC_BYTES or section[0] != TABLE_ID:
        raise SpliceError("is no splice_info_section")
    if crc(section):
        raise SpliceError("has a wrong CRC")
    bits = _Bits(section[:-CRC_BYTES])
    bits.skip(12)
    if bits.take(12) + 3 != len(section):
        raise SpliceError("is not as long as it says")
    bits.skip(8)
    if bits.take(1):
        raise SpliceError("is encrypted")
    bits.skip(6)
    adjustment = bits.take(33)
    bits.skip(8 + 12)
    length, command = bits.take(12), bits.take(8)
    begins = bits.at
    inserted = list(_insertion(bits, adjustment)) if command == SPLICE_INSERT else []
    signalled = _time(bits, adjustment) if command == TIME_SIGNAL else None
    if length != UNKNOWN_LENGTH:
        bits.at = begins + 8 * length
    elif command not in (SPLICE_NULL, SPLICE_INSERT, TIME_SIGNAL):
        return ()
    segments = list(_segments(bits, signalled)) if command == TIME_SIGNAL else []
    return (*inserted, *segments)


def is_null(section: bytes) -> bool:
    """Whether a whole section is a mere sign of life."""
    return len(section) > 13 and section[13] == SPLICE_NULL and not crc(section)


def crc(data: bytes) -> int:
    """Return the CRC of ISO/IEC 13818-1, annex A; zero for data that end with their own."""
    value = 0xFFFFFFFF
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


class _Bits:
    """Reads bits from the front."""

    def __init__(self, data: bytes) -> None:
        self._value, self._size, self.at = int.from_bytes(data, "big"), 8 * len(data), 0

    def take(self, count: int) -> int:
        self.skip(count)
        return self._value >> (self._size - self.at) & ((1 << count) - 1)

    def skip(self, count: int) -> None:
        self.at += count
        if self.at > self._size:
            raise SpliceError("ends within a field")


def _time(bits: _Bits, adjustment: int) -> int | None:
    """Return a ``splice_time()``, adjusted; None when it is not specified."""
    if not bits.take(1):
        bits.skip(7)
        return None
    bits.skip(6)
    return (bits.take(33) + adjustment) % CLOCK_RANGE


def _insertion(bits: _Bits, adjustment: int) -> Iterator[SpliceEvent]:
    """Yield what a ``splice_insert()`` announces (9.7.3)."""
    name, is_cancelled = f"{bits.take(32)}", bits.take(1)
    bits.skip(7)
    if is_cancelled:
        yield SpliceEvent("cancel", name)
        return
    is_out, is_whole, has_duration, is_immediate = (bits.take(1) for _ in range(4))
    bits.skip(4)
    times = []
    if is_whole:
        times = [] if is_immediate else [_time(bits, adjustment)]
    else:
        for _ in range(bits.take(8)):
            bits.skip(8)
            times += [] if is_immediate else [_time(bits, adjustment)]
    duration = None
    if has_duration:
        bits.skip(7)
        duration = bits.take(33)
    bits.skip(32)
    yield SpliceEvent("out" if is_out else "in", name, times[0] if times else None, duration if is_out else None)


def _segments(bits: _Bits, pts: int | None) -> Iterator[SpliceEvent]:
    """Yield what the segmentation descriptors of a ``time_signal()`` announce (10.3.3)."""
    end = bits.take(16) * 8 + bits.at
    while bits.at < end:
        tag, length = bits.take(8), bits.take(8)
        next_one = bits.at + 8 * length
        if tag == SEGMENTATION and length >= 9 and bits.take(32) == CUE_IDENTIFIER:
            yield from _segment(bits, pts)
        if bits.at > next_one:
            raise SpliceError("has a descriptor that is longer than it says")
        bits.at = next_one


def _segment(bits: _Bits, pts: int | None) -> Iterator[SpliceEvent]:
    event, is_cancelled = bits.take(32), bits.take(1)
    bits.skip(7)
    if is_cancelled:
        yield from (SpliceEvent("cancel", f"{event}-{kind:02x}") for kind in (CHAPTER_START, *sorted(BREAK_STARTS)))
        return
    is_whole, has_duration = bits.take(1), bits.take(1)
    bits.skip(6)
    if not is_whole:
        bits.skip(bits.take(8) * 48)
    duration = bits.take(40) if has_duration else None
    bits.skip(8)
    bits.skip(bits.take(8) * 8)
    kind = bits.take(8)
    bits.skip(16)
    if kind == CHAPTER_START:
        yield SpliceEvent("chapter", f"{event}-{kind:02x}", pts)
    elif kind in BREAK_STARTS:
        yield SpliceEvent("out", f"{event}-{kind:02x}", pts, duration)
    elif kind - 1 in BREAK_STARTS:
        yield SpliceEvent("in", f"{event}-{kind - 1:02x}", pts)


def _remainder(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1 & 0xFFFFFFFF) ^ (_POLYNOMIAL if value >> 31 else 0)
    return value


_TABLE = tuple(_remainder(byte) for byte in range(256))
