"""Closed captions inside pictures (CEA-608 in ATSC A/53 user data): which channels and services say anything.

The decoder of FFmpeg mixes channels and keeps no italics or places. So the byte pairs of each channel become an SCC
file, which the library decodes; CEA-708 services are only named, for nothing at hand decodes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from vod_assets.domain.text.scc import SIGNATURE

FRAME_RATE = Fraction(30000, 1001)  # of the time codes in the SCC file; a byte pair a frame
TRIPLET = 3
_TEXT_SERVICE = (0x2A, 0x2B)  # text restart, resume text display: no captions
_CAPTION_MODES = (0x20, 0x25, 0x26, 0x27, 0x29)  # pop-on, roll-up of two to four rows, paint-on
_PADDING = 0x00


@dataclass(frozen=True)
class ClosedCaptions:
    """What the pictures carry.

    Attributes:
        channels: An SCC file for each channel of CEA-608 that says anything: 1 to 4 are CC1 to CC4.
        services: Numbers of the CEA-708 services that say anything.
    """

    channels: dict[int, str]
    services: tuple[int, ...]


@dataclass
class _Field:
    """One field of line 21: whose turn it is in it."""

    channel: int
    is_text: bool = False
    in_data: bool = False  # of programmes (XDS), between captions of the second field


@dataclass
class Line21:
    """Takes the user data of pictures in their order, and keeps the byte pairs of each channel."""

    pairs: dict[int, list[tuple[Fraction, int, int]]] = field(default_factory=dict)
    _fields: tuple[_Field, _Field] = field(default_factory=lambda: (_Field(1), _Field(3)))
    _packet: bytearray = field(default_factory=bytearray)
    _services: set[int] = field(default_factory=set)

    def feed(self, seconds: Fraction, data: bytes) -> None:
        """Take the triplets (``cc_data``) of one picture: a byte of kind and validity, and a pair."""
        for at in range(0, len(data) - TRIPLET + 1, TRIPLET):
            head, first, second = data[at : at + TRIPLET]
            if not head & 0x04:
                continue
            kind = head & 0x03
            if kind < 2:
                self._pair(seconds, kind, first & 0x7F, second & 0x7F)
            else:
                self._digital(first, second, begins=kind == 3)

    def found(self) -> ClosedCaptions:
        """Return what was said in all; a channel of nothing but controls says nothing."""
        self._end_packet()
        said = {
            channel: _scc(pairs)
            for channel, pairs in sorted(self.pairs.items())
            if any(first >= 0x20 for _, first, _ in pairs)
        }
        return ClosedCaptions(said, tuple(sorted(self._services)))

    def _pair(self, seconds: Fraction, number: int, first: int, second: int) -> None:
        at = self._fields[number]
        if 0x01 <= first <= 0x0F:
            at.in_data = number == 1 and first != 0x0F
            return
        if 0x10 <= first <= 0x1F:
            at.in_data = False
            at.channel = 1 + 2 * number + (1 if first & 0x08 else 0)
            first &= 0xF7
            is_control = first in (0x14, 0x15) and 0x20 <= second <= 0x2F
            first = 0x14 if is_control else first  # the second field's own controls are those of the first
            if is_control and second in (*_TEXT_SERVICE, *_CAPTION_MODES):
                at.is_text = second in _TEXT_SERVICE
        if at.in_data or at.is_text or first == second == _PADDING:
            return
        self.pairs.setdefault(at.channel, []).append((seconds, first, second))

    def _digital(self, first: int, second: int, *, begins: bool) -> None:
        """Take two bytes of a CEA-708 packet (CEA-708, 5)."""
        if begins:
            self._end_packet()
        self._packet += bytes((first, second))

    def _end_packet(self) -> None:
        """Note the services of the packet before: blocks of a number, a size, and bytes."""
        size = (self._packet[0] & 0x3F) * 2 - 1 if self._packet else 0
        data, self._packet = bytes(self._packet[1 : 1 + max(size, 0)]), bytearray()
        at = 0
        while at < len(data):
            service, length = data[at] >> 5, data[at] & 0x1F
            at += 1
            if service == 7 and at < len(data):
                service, at = data[at] & 0x3F, at + 1
            if service and any(byte >= 0x20 and not 0x80 <= byte <= 0x9F for byte in data[at : at + length]):
                self._services.add(service)
            at += length


def _scc(pairs: list[tuple[Fraction, int, int]]) -> str:
    """Return byte pairs as an SCC file in non-drop time code: each at its picture's time, one a frame."""
    lines: list[list[str]] = []
    last = -1
    for seconds, first, second in pairs:
        frame = max(last + 1, round(max(Fraction(0), seconds) * FRAME_RATE))
        if frame != last + 1 or not lines:
            lines.append([_time_code(frame)])
        lines[-1].append(f"{_odd(first):02x}{_odd(second):02x}")
        last = frame
    return "\n\n".join([f"{SIGNATURE} V1.0", *(f"{line[0]}\t{' '.join(line[1:])}" for line in lines)]) + "\n"


def _time_code(frame: int) -> str:
    seconds, frames = divmod(frame, 30)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def _odd(byte: int) -> int:
    """Return seven bits with the odd parity that SCC writes."""
    return byte | (0 if byte.bit_count() % 2 else 0x80)


def hexadecimal(lines: Iterator[str]) -> bytes:
    """Return the bytes of a dump of FFprobe: an offset, up to eight groups of hexadecimal digits, then characters."""
    return b"".join(bytes.fromhex(line[10:50].replace(" ", "")) for line in lines if line[8:10] == ": ")
