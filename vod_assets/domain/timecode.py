"""Time codes (SMPTE ST 12-1): which frame of a file a label names.

The libraries for this count frames from 1 and keep rates as floats; here a label becomes a whole number of frames.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

_LABEL = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})", re.ASCII)
_HOURS, _SIXTY, _TEN = 24, 60, 10
DROPPING = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}  # labels that each minute but every tenth leaves out


@dataclass(frozen=True)
class Timecode:
    """How a file counts its frames.

    Attributes:
        frame_rate: Exact: 30000/1001, not 29.97.
        is_dropping: Whether labels are left out, so that they keep up with the clock.
    """

    frame_rate: Fraction
    is_dropping: bool = False

    @property
    def base(self) -> int:
        """Frames that a second of labels counts."""
        return round(self.frame_rate)

    @property
    def frames_a_day(self) -> int:
        """Frames after which the labels begin again."""
        minutes = _HOURS * _SIXTY
        return minutes * _SIXTY * self.base - self._dropped(minutes)

    def number(self, label: str) -> int:
        """Return how many frames lie between midnight and a label.

        Raises:
            ValueError: It is no label, or one that is never given.
        """
        found = _LABEL.fullmatch(label.strip())
        if found is None:
            raise ValueError(f"{label!r} is no time code: write 10:00:00:00")
        hours, minutes, seconds, frames = (int(found[group]) for group in (1, 2, 3, 5))
        if hours >= _HOURS or minutes >= _SIXTY or seconds >= _SIXTY or frames >= self.base:
            raise ValueError(f"{label!r} is no time code at {self.base} frames a second")
        if self.is_dropping and minutes % _TEN and not seconds and frames < DROPPING[self.frame_rate]:
            raise ValueError(f"{label!r} is left out by drop-frame time code")
        total = hours * _SIXTY + minutes
        return (total * _SIXTY + seconds) * self.base + frames - self._dropped(total)

    def frames_between(self, first: str, label: str) -> int:
        """Return how many frames a label comes after a file's first one, across midnight if need be."""
        return (self.number(label) - self.number(first)) % self.frames_a_day

    def label(self, number: int) -> str:
        """Return the label of a frame, counted from midnight."""
        number %= self.frames_a_day
        if self.is_dropping:
            skipped = DROPPING[self.frame_rate]
            minute, ten = _SIXTY * self.base - skipped, _TEN * _SIXTY * self.base - 9 * skipped
            tens, rest = divmod(number, ten)
            number += 9 * skipped * tens + max(0, (rest - skipped) // minute) * skipped
        seconds, frames = divmod(number, self.base)
        minutes, seconds = divmod(seconds, _SIXTY)
        hours, minutes = divmod(minutes, _SIXTY)
        return f"{hours:02}:{minutes:02}:{seconds:02}{';' if self.is_dropping else ':'}{frames:02}"

    def _dropped(self, minutes: int) -> int:
        return (minutes - minutes // _TEN) * DROPPING[self.frame_rate] if self.is_dropping else 0


def timecode_of(first: str, frame_rate: Fraction) -> Timecode:
    """Return how a file counts whose first frame has a label.

    Raises:
        ValueError: It drops labels at a rate at which none are.
    """
    is_dropping = bool(re.search(r"[;.,]\d+$", first))
    if is_dropping and frame_rate not in DROPPING:
        raise ValueError(f"{first!r} drops labels, which nobody does at {frame_rate} frames a second")
    return Timecode(frame_rate, is_dropping)


def is_label(text: str) -> bool:
    """Whether a text is written like a time code."""
    return bool(_LABEL.fullmatch(text.strip()))
