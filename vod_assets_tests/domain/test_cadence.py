"""Frames that are repeated or missing in a pattern are found, and nothing else is taken for them."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from vod_assets.domain.cadence import find_cadences

SECONDS = 8


def differences(rate: int, of_frame: Callable[[int], float]) -> list[int]:
    """Return the differences of a moving picture: each frame's own share, with the unrest of a camera."""
    return [0, *(round(2000 * of_frame(at) * (0.95 + at * 7919 % 101 / 1000)) for at in range(1, rate * SECONDS))]


@pytest.mark.parametrize(
    ("rate", "moves", "frames", "period"),
    [
        (30, lambda at: at % 5 != 0, 1, 5),  # 24 frames shown as 30
        (50, lambda at: at % 2 == 0, 1, 2),  # 25 shown as 50
        (60, lambda at: at % 5 in (0, 2), 3, 5),  # 24 shown as 60
    ],
)
def test_repeated_frames_are_found(rate: int, moves: Callable[[int], bool], frames: int, period: int) -> None:
    (found,) = find_cadences(differences(rate, moves), Fraction(rate))
    assert (found.kind, found.frames, found.period) == ("repeated", frames, period)
    assert found.interval.seconds > SECONDS - 3


def test_frames_that_were_dropped_are_found_by_the_jumps_that_they_leave() -> None:
    (found,) = find_cadences(differences(24, lambda at: 1.4 if at % 4 == 0 else 1), Fraction(24))
    assert (found.kind, found.frames, found.period) == ("dropped", 1, 4)


@pytest.mark.parametrize(
    "of_frame",
    [
        lambda at: 1,
        lambda at: 0.01,
        lambda at: at % 7 / 7 + at % 11 / 11,
        lambda at: 3 if at % 48 == 0 else 1,  # key frames that come every two seconds
    ],
    ids=["motion", "stillness", "unrest", "key frames"],
)
def test_what_has_no_pattern_is_left_alone(of_frame: Callable[[int], float]) -> None:
    assert find_cadences(differences(24, of_frame), Fraction(24)) == ()


def test_a_single_frame_has_no_cadence() -> None:
    assert find_cadences([0], Fraction(25)) == find_cadences([], Fraction(25)) == ()
