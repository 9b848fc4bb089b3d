"""Stretches of time are joined and cut exactly."""

from fractions import Fraction

from vod_assets.domain.intervals import Interval, joined, without


def span(start: int, end: int) -> Interval:
    return Interval(start_seconds=Fraction(start), end_seconds=Fraction(end))


def test_what_touches_is_one() -> None:
    assert joined([span(4, 5), span(0, 2), span(2, 3)]) == (span(0, 3), span(4, 5))
    assert joined([span(4, 5), span(0, 2), span(2, 3)], Fraction(1)) == (span(0, 5),)


def test_what_is_taken_out_leaves_what_is_around_it() -> None:
    assert without([span(0, 10)], [span(2, 3), span(9, 12)]) == (span(0, 2), span(3, 9))
    assert without([span(2, 3)], [span(0, 10)]) == ()
