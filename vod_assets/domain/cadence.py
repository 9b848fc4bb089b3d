"""Cadence: frames that are repeated, or left out, in a regular pattern.

Film that was brought to a higher rate by showing frames twice, or to a lower one by dropping some, judders. Both show
in how much each frame differs from the one before: nearly nothing where one is repeated, more than around it where one
is missing, again and again after the same number of frames.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd
from statistics import median

from vod_assets.domain.documents import Document
from vod_assets.domain.intervals import Interval

WINDOWS = {"repeated": 2, "dropped": 4}  # seconds that are looked at together
LEAST_FRAMES = 24
LEAST_MOTION = 150  # thousandths of a per cent of full scale: below, a codec's own decisions look like repeats
REPEATED = 10  # a repeated frame differs less than a tenth of what a moving one does
JUMP = 116  # per cent of the frames around it; a jump is far less than twice as much: differences saturate
AROUND = 3
LONGEST_PERIOD = 12  # longer ones are no cadence, and come near the distance of key frames
REGULAR = Fraction(9, 10)
LEAST_PERIODS = 5
Pattern = tuple[int, int]


class Cadence(Document):
    """A pattern of frames, and where it is.

    Attributes:
        kind: ``repeated`` or ``dropped``.
        frames: How many frames of a period are repeated, or come after one that is missing.
        period: Frames after which the pattern begins anew.
    """

    kind: str
    frames: int
    period: int
    interval: Interval

    @property
    def sentence(self) -> str:
        """What a person reads."""
        if self.kind == "repeated":
            return f"{self.frames} of every {self.period} frames repeats the one before"
        return f"a frame is missing before {self.frames} of every {self.period}"


def find_cadences(differences: Sequence[int], frame_rate: Fraction) -> tuple[Cadence, ...]:
    """Return the patterns of a title by time, each as one where it goes on after a short pause.

    Args:
        differences: Of each frame from the one before, in thousandths of a per cent of full scale; the first is 0.
        frame_rate: Exact frames per second.
    """
    found = _found("repeated", _repeats, differences, frame_rate)
    dropped = _found("dropped", _drops, differences, frame_rate)
    found += [one for one in dropped if not any(one.interval.overlaps(other.interval) for other in found)]
    return tuple(sorted(found, key=lambda one: one.interval.start_seconds))


def _found(
    kind: str, look: Callable[[Sequence[int]], Pattern | None], differences: Sequence[int], frame_rate: Fraction
) -> list[Cadence]:
    frames = max(LEAST_FRAMES, round(WINDOWS[kind] * frame_rate))
    found: list[Cadence] = []
    for start in range(1, len(differences) - frames + 1, frames):
        window = differences[start : start + frames]
        pattern = look(window) if sorted(window)[frames * 3 // 4] >= LEAST_MOTION else None
        if pattern is None:
            continue
        begins, ends = start / frame_rate, (start + frames) / frame_rate
        last = found[-1] if found else None
        if last and (last.frames, last.period) == pattern and begins - last.interval.end_seconds <= ends - begins:
            begins = last.interval.start_seconds
            found.pop()
        span = Interval(start_seconds=begins, end_seconds=ends)
        found.append(Cadence(kind=kind, frames=pattern[0], period=pattern[1], interval=span))
    return found


def _repeats(window: Sequence[int]) -> Pattern | None:
    """Return how many frames of which period are repeated."""
    motion = sorted(window)[len(window) * 3 // 4]
    marks = [difference * REPEATED <= motion for difference in window]
    if not Fraction(1, 20) <= Fraction(sum(marks), len(marks)) <= Fraction(17, 20):
        return None
    for period in range(2, LONGEST_PERIOD + 1):
        again = marks[period:]
        same = sum(one == two for one, two in zip(marks, again, strict=False))
        kept = sum(one and two for one, two in zip(marks, again, strict=False))
        if same >= REGULAR * len(again) and kept >= REGULAR * sum(again):
            repeated = max(1, round(Fraction(sum(marks) * period, len(marks))))
            common = gcd(repeated, period)
            return repeated // common, period // common
    return None


def _drops(window: Sequence[int]) -> Pattern | None:
    """Return after how many frames one is missing."""
    jumps = [_jumps(window, at) for at in range(len(window))]
    for period in range(3, LONGEST_PERIOD + 1):
        phases = [jumps[phase::period] for phase in range(period)]
        first = max(range(period), key=lambda phase: sum(phases[phase]))
        regular, others = phases.pop(first), sum(sum(phase) for phase in phases)
        if len(regular) < LEAST_PERIODS or sum(regular) < REGULAR * len(regular):
            continue
        if others <= (1 - REGULAR) * (len(jumps) - len(regular)):
            return 1, period
    return None


def _jumps(window: Sequence[int], at: int) -> bool:
    """Whether a frame differs more than those around it."""
    around = [*window[max(0, at - AROUND) : at], *window[at + 1 : at + 1 + AROUND]]
    return window[at] * 100 > JUMP * median(around)
