"""Flashes are counted as ITU-R BT.1702 counts them: by quarter of the picture, step of luminance and second."""

from fractions import Fraction

import pytest

from vod_assets.domain.flashes import FlashCounter
from vod_assets.domain.intervals import Interval

RATE = Fraction(25)
CELLS = 144


def counted(levels: list[int], cells: int = CELLS, rest: int = 16) -> FlashCounter:
    """Show frames of which some cells have these luma codes."""
    counter = FlashCounter(RATE)
    for level in levels:
        counter.take(bytes([level] * cells + [rest] * (CELLS - cells)))
    return counter


def flashing(period: int = 5, seconds: int = 2, low: int = 16, high: int = 235) -> list[int]:
    return [high if frame % period < period // 2 else low for frame in range(25 * seconds)]


@pytest.mark.parametrize(("period", "worst", "is_harmful"), [(13, 2, False), (9, 3, False), (8, 3, True), (5, 5, True)])
def test_more_than_three_flashes_a_second_are_too_many(period: int, worst: int, is_harmful: bool) -> None:
    """With one in eight frames of 25 there are three and a half."""
    found = counted(flashing(period))
    assert (found.worst, bool(found.intervals)) == (worst, is_harmful)


def test_the_place_where_it_flashes_is_named() -> None:
    still = [16] * 50
    found = counted([*still, *flashing(), *still])
    (where,) = found.intervals
    assert Interval(start_seconds=Fraction(2), end_seconds=Fraction(4)).holds(where)
    assert where.seconds > Fraction(3, 2)


def test_a_flash_of_less_than_a_quarter_of_the_picture_does_no_harm() -> None:
    assert counted(flashing(), cells=CELLS // 4).worst == 0
    assert counted(flashing(), cells=CELLS // 4 + 2).intervals


def test_a_step_below_twenty_candelas_is_no_flash() -> None:
    assert counted(flashing(low=100, high=110)).worst == 0


def test_light_that_stays_bright_is_no_flash() -> None:
    """Where the darker picture has 160 cd/m² or more, eyes are no longer dazzled."""
    assert counted(flashing(low=220, high=235)).worst == 0


def test_a_fade_is_one_change_however_long_it_takes() -> None:
    assert counted(list(range(16, 236, 4))).worst == 0
    assert not counted([*range(16, 236, 4), *range(235, 16, -4)]).intervals
