"""Frame rates: exact where they are constant, sensible where they are not."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest

from vod_assets.domain.frame_rates import EXACT, Rhythm, rendition_rate, rhythm_of

MS = Fraction(1, 1000)
NTSC_FILM = Fraction(24000, 1001)


@pytest.mark.parametrize("rate", [rate for rate in EXACT if rate <= 120])
def test_milliseconds_of_matroska_become_the_exact_rate(rate: Fraction):
    times = [round(n * 1000 / rate) for n in range(500)]
    steps: dict[int, int] = {}
    for earlier, later in pairwise(times):
        steps[later - earlier] = steps.get(later - earlier, 0) + 1
    assert rhythm_of(steps, MS, None) == Rhythm(rate, is_variable=False)


@pytest.mark.parametrize("stated", [NTSC_FILM, Fraction(24)])
def test_a_short_clip_believes_what_is_stated(stated: Fraction):
    assert rhythm_of({41: 3, 42: 7}, MS, stated).rate == stated


def test_an_uncommon_rate_is_kept():
    assert rhythm_of({4: 100}, Fraction(1, 117), Fraction(117, 4)) == Rhythm(Fraction(117, 4), is_variable=False)


def test_a_dropped_frame_makes_the_rate_variable_and_keeps_it():
    assert rhythm_of({40: 999, 80: 1}, MS, None) == Rhythm(Fraction(25), is_variable=True)


def test_a_phone_that_hesitates_gets_a_standard_rate():
    assert rhythm_of({33: 40, 50: 30, 100: 30}, MS, Fraction(90000)) == Rhythm(Fraction(30), is_variable=True)


def walked(steps: list[int]) -> Rhythm:
    pairs = Counter(one + other for one, other in pairwise(steps))
    return rhythm_of(Counter(steps), MS, Fraction(30000, 1001), pairs)


def test_frames_shown_for_three_fields_and_two_in_turn_are_film():
    assert walked([50, 33, 50, 34] * 25) == Rhythm(NTSC_FILM, is_variable=True, is_film=True)


def test_the_same_steps_in_another_order_are_no_film():
    """Thirty frames a second, and then twenty: at 24 some of the quick ones would be lost."""
    assert walked([33] * 50 + [50] * 50) == Rhythm(Fraction(30), is_variable=True)


def test_without_any_step_the_stated_rate_counts():
    assert rhythm_of({}, MS, Fraction(24)).rate == 24
    assert rhythm_of({}, MS, None).rate == 25


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (Fraction(25), Fraction(25)),
        (Fraction(60), Fraction(60)),
        (Fraction(100), Fraction(50)),
        (Fraction(120000, 1001), Fraction(60000, 1001)),
        (Fraction(72), Fraction(36)),
        (Fraction(75), Fraction(75, 2)),
        (Fraction(165), Fraction(55)),
        (Fraction(601, 10), Fraction(60)),
        (Fraction(240), Fraction(60)),
        (Fraction(1000), Fraction(60)),
        (Fraction(1), Fraction(5)),
        (Fraction(1, 10), Fraction(5)),
        (Fraction(4), Fraction(8)),
    ],
)
def test_renditions_have_between_5_and_60_frames_a_second(source: Fraction, made: Fraction):
    assert rendition_rate(source) == made
