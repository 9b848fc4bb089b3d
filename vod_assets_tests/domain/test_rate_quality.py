"""Curves go through their probes and never promise more for less; the hull leaves out what another size does better."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.rate_quality import Measured, curve_through, height, hull

PROBES = [Measured(20, 97.0, 4e6), Measured(24, 94.0, 2.2e6), Measured(28, 89.0, 1.2e6)]
POINTS = st.lists(st.tuples(st.floats(0, 30), st.floats(0, 100)), min_size=1, max_size=40)


@pytest.mark.parametrize("probe", PROBES)
def test_a_curve_goes_through_its_probes(probe: Measured) -> None:
    there = next(point for point in curve_through(PROBES, 12, 40).points if point.crf == probe.crf)
    assert there.score == pytest.approx(probe.score)
    assert there.bits_per_second == pytest.approx(probe.bits_per_second)


def test_the_cheapest_point_just_reaches_the_score() -> None:
    curve = curve_through(PROBES, 12, 40)
    point = curve.cheapest(95)
    assert 95 <= point.score < 95.2
    assert 22 < point.crf < 24
    assert curve.cheapest(101) == curve.points[0]


def test_a_rate_is_kept_to() -> None:
    curve = curve_through(PROBES, 12, 40)
    assert 1.9e6 < curve.within(2e6).bits_per_second <= 2e6
    assert curve.within(1.0) == curve.points[-1]


def test_a_curve_is_believed_two_steps_beyond_its_probes_and_no_further() -> None:
    crfs = [point.crf for point in curve_through(PROBES, 19, 40).points]
    assert (crfs[0], crfs[-1]) == (19, 30)


@given(
    st.lists(
        st.tuples(st.integers(12, 40), st.floats(0, 100), st.floats(1, 1e8)),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one[0],
    )
)
def test_whatever_was_measured_a_worse_factor_never_gives_more(said: list[tuple[int, float, float]]) -> None:
    points = curve_through([Measured(*one) for one in said], 12, 40).points
    assert all(
        a.crf < b.crf and a.score >= b.score and a.bits_per_second >= b.bits_per_second for a, b in pairwise(points)
    )


@given(POINTS)
def test_no_point_lies_above_the_hull(points: list[tuple[float, float]]) -> None:
    outline = hull(points)
    assert set(outline) <= set(points)
    assert all(height(outline, x) >= y - 1e-6 for x, y in points)
    assert all(a[1] <= b[1] for a, b in pairwise(outline))
