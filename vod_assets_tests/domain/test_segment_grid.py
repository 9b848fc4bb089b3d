"""Segments begin on a regular grid and at cues, and a cue moves no other segment."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.segment_grid import borders, cut_times

SECONDS = st.fractions(min_value=0, max_value=100, max_denominator=60)
LENGTHS = st.sampled_from([Fraction(1001, 250), Fraction(4), Fraction(48, 25)])


def packaged(cuts: tuple[Fraction, ...], segment: Fraction, end: Fraction) -> list[Fraction]:
    """Return where a packager begins segments that counts them from the last cut on."""
    found, at = [Fraction(0)], Fraction(0)
    while True:
        at = min([at + segment, *(cut for cut in cuts if cut > at)])
        if at >= end:
            return [*found, end]
        found.append(at)


@given(cues=st.lists(SECONDS, max_size=8), segment=LENGTHS, end=st.fractions(min_value=1, max_value=100))
def test_the_times_that_the_packager_is_told_make_the_grid_with_the_cues(
    cues: list[Fraction], segment: Fraction, end: Fraction
) -> None:
    assert packaged(cut_times(cues, segment), segment, end) == borders(end, segment, cues)


def test_a_cue_on_the_grid_cuts_nothing_more() -> None:
    assert cut_times([Fraction(0), Fraction(8)], Fraction(4)) == ()
    assert borders(Fraction(10), Fraction(4), [Fraction(8), Fraction(9)]) == [0, 4, 8, 9, 10]
