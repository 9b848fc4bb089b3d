"""Line 21 inside pictures (CEA-608 in ATSC A/53 user data): which byte pairs belong to which channel.

The decoder of FFmpeg mixes channels and keeps no italics or places. So the byte pairs of each channel become an SCC
file, which the library decodes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from vod_assets.domain.text.scc import SIGNATURE

FRAME_RATE = Fraction(30000, 1001)  # of the time codes in the SCC file; a byte pair a frame
_TEXT_SERVICE = (0x2A, 0x2B)  # text restart, resume text display: no captions
_CAPTION_MODES = (0x20, 0x25, 0x26, 0x27, 0x29)  # pop-on, roll-up of two to four rows, paint-on
_PADDING = 0x00
_LETTERS = str.maketrans("*\\^_`{}~", "aeioucnn")  # where CEA-608 is not ASCII, without their accents


@dataclass
class _Field:
    """One field of line 21: whose turn it is in it."""

    channel: int
    is_text: bool = False
    in_data: bool = False  # of programmes (XDS), between captions of the second field


@dataclass
class Line21:
    """Takes byte pairs in the order of their pictures, and keeps those of each channel: 1 to 4 are CC1 to CC4."""

    pairs: dict[int, list[tuple[Fraction, int, int]]] = field(default_factory=dict)
    _fields: tuple[_Field, _Field] = field(default_factory=lambda: (_Field(1), _Field(3)))

    def channels(self) -> dict[int, str]:
        """Return an SCC file for each channel that says anything; one of nothing but controls says nothing."""
        return {
            channel: _scc(pairs)
            for channel, pairs in sorted(self.pairs.items())
            if any(first >= 0x20 for _, first, _ in pairs)
        }

    def sent(self, channel: int) -> Iterator[tuple[Fraction, str]]:
        """Yield the plain letters that a channel is sent, and when: enough to recognise the same text elsewhere."""
        for seconds, first, second in self.pairs.get(channel, []):
            if first >= 0x20:
                yield seconds, (chr(first) + chr(second)).translate(_LETTERS)

    def feed(self, seconds: Fraction, number: int, first: int, second: int) -> None:
        """Take a pair, without parity, of the first (0) or second field (1)."""
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
