"""The order of fields is what the pictures show, and only where they show it."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from vod_assets.domain.glimpses import FieldGlimpse
from vod_assets.domain.interlacing import measured_interlacing

PAL, NTSC = Fraction(25), Fraction(30000, 1001)


def glimpsed(orders: Sequence[str], rate: Fraction, repeats: Sequence[str] = (), runs: int = 3) -> list[FieldGlimpse]:
    """Return runs of neighbouring frames, ten seconds apart; the outer two of each say something that is wrong."""
    frames = []
    for run in range(runs):
        padded = ["bff", *orders, "bff"]
        sides = ["bottom", *(repeats or ["neither"] * len(orders)), "bottom"]
        frames += [
            FieldGlimpse(10 * run + number / rate, order, side)
            for number, (order, side) in enumerate(zip(padded, sides, strict=True))
        ]
    return frames


@pytest.mark.parametrize(
    ("orders", "measured"),
    [
        (["tff"] * 6, "tt"),
        (["bff"] * 6, "bb"),
        (["progressive"] * 6, "progressive"),
        (["tff", "undetermined"] * 3, "tt"),
    ],
)
def test_what_all_moving_frames_show_is_measured(orders: list[str], measured: str):
    found = measured_interlacing(glimpsed(orders, PAL), PAL)
    assert found is not None
    assert (found.field_order, found.telecine) == (measured, "")


@pytest.mark.parametrize(
    "orders",
    [
        ["undetermined"] * 20,
        ["tff", "bff", "progressive"] * 4,
        ["tff"] * 2 + ["progressive"] * 6,
        ["progressive", "undetermined", "undetermined"],
    ],
)
def test_stills_and_noise_measure_nothing(orders: list[str]):
    assert measured_interlacing(glimpsed(orders, PAL), PAL) is None


def test_frames_at_the_ends_of_a_run_are_no_evidence():
    """They were compared with frames from elsewhere: here two of six in a run, all with the bottom field first."""
    assert measured_interlacing(glimpsed(["undetermined"] * 4, PAL, runs=9), PAL) is None


PULLED = ["tff", "tff", "progressive", "progressive", "tff"] * 2
CADENCE = ["neither", "top", "neither", "bottom", "neither"] * 2


def test_fields_that_repeat_every_five_frames_are_film():
    found = measured_interlacing(glimpsed(PULLED, NTSC, CADENCE), NTSC)
    assert found is not None
    assert (found.field_order, found.telecine) == ("tt", "3:2")


@pytest.mark.parametrize(
    ("rate", "repeats"),
    [
        (PAL, CADENCE),  # nobody pulls film down to 25 frames
        (NTSC, ["top", "neither", "bottom", "top", "neither", "neither", "bottom", "top", "bottom", "neither"]),
        (NTSC, ["neither", "top", "neither", "neither", "neither"] * 2),
    ],
)
def test_other_repeats_are_no_film(rate: Fraction, repeats: list[str]):
    found = measured_interlacing(glimpsed(["tff"] * 10, rate, repeats), rate)
    assert found is not None
    assert found.telecine == ""
