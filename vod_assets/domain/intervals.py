"""Stretches of a title's time."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from vod_assets.domain.documents import Document


class Interval(Document):
    """From a time to another, in exact seconds of the programme."""

    start_seconds: Fraction
    end_seconds: Fraction

    @property
    def seconds(self) -> Fraction:
        """How long it is."""
        return self.end_seconds - self.start_seconds

    def holds(self, other: "Interval") -> bool:
        """Whether another one lies within."""
        return self.start_seconds <= other.start_seconds and other.end_seconds <= self.end_seconds

    def overlaps(self, other: "Interval") -> bool:
        """Whether they share any time."""
        return self.start_seconds < other.end_seconds and other.start_seconds < self.end_seconds


def joined(intervals: Iterable[Interval], gap_seconds: Fraction = Fraction(0)) -> tuple[Interval, ...]:
    """Return intervals in order, those as one that overlap or have no more than a gap between them."""
    found: list[Interval] = []
    for one in sorted(intervals, key=lambda one: one.start_seconds):
        if found and one.start_seconds - found[-1].end_seconds <= gap_seconds:
            end = max(found[-1].end_seconds, one.end_seconds)
            found[-1] = Interval(start_seconds=found[-1].start_seconds, end_seconds=end)
        else:
            found.append(one)
    return tuple(found)


def without(intervals: Iterable[Interval], others: Sequence[Interval]) -> tuple[Interval, ...]:
    """Return what is left of intervals where none of the others is."""
    left = list(intervals)
    for other in others:
        left = [piece for one in left for piece in _around(one, other)]
    return tuple(left)


def _around(one: Interval, hole: Interval) -> list[Interval]:
    if not one.overlaps(hole):
        return [one]
    pieces = ((one.start_seconds, hole.start_seconds), (hole.end_seconds, one.end_seconds))
    return [Interval(start_seconds=start, end_seconds=end) for start, end in pieces if start < end]
