"""Delta rates of curves whose difference is known."""

import pytest

from benchmarks.bd_rate import bd_rate, rate_at

ANCHOR = [(500_000.0, 70.0), (1_000_000.0, 82.0), (2_000_000.0, 90.0), (4_000_000.0, 95.0)]


def test_the_same_quality_for_half_the_bits_is_minus_half() -> None:
    assert bd_rate(ANCHOR, [(rate / 2, quality) for rate, quality in ANCHOR]) == pytest.approx(-0.5)
    assert bd_rate(ANCHOR, ANCHOR) == pytest.approx(0)


def test_only_the_common_span_counts() -> None:
    assert bd_rate(ANCHOR, [(1_200_000.0, 82.0), (2_400_000.0, 90.0)]) == pytest.approx(0.2, abs=0.06)
    assert bd_rate(ANCHOR, [(1e5, 20.0), (2e5, 40.0)]) is None


def test_a_rate_is_read_off_between_points() -> None:
    assert rate_at(ANCHOR, 90.0) == pytest.approx(2_000_000)
    between = rate_at(ANCHOR, 86.0)
    assert between is not None
    assert 1_000_000 < between < 2_000_000
    assert rate_at(ANCHOR, 99.0) is None
