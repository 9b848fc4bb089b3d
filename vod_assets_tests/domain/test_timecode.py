"""Time codes name frames: with and without dropped labels, and across midnight."""

from fractions import Fraction

import pytest

from vod_assets.domain.timecode import timecode_of

NTSC = Fraction(30000, 1001)


def test_a_day_of_drop_frame_labels_is_given_once_and_in_order() -> None:
    for rate in (NTSC, 2 * NTSC):
        counting = timecode_of("00:00:00;00", rate)
        assert counting.frames_a_day == 24 * 6 * round(rate * 600)
        numbers = range(0, counting.frames_a_day, 1799)
        assert [counting.number(counting.label(number)) for number in numbers] == list(numbers)


def test_known_labels_of_drop_frame_time_code() -> None:
    counting = timecode_of("00:00:00;00", NTSC)
    assert [counting.label(number) for number in (1799, 1800, 17981, 17982)] == [
        "00:00:59;29",
        "00:01:00;02",
        "00:09:59;29",
        "00:10:00;00",
    ]
    assert counting.number("10:00:00;00") == 1_078_920


def test_labels_go_on_across_midnight() -> None:
    assert timecode_of("23:59:59:20", Fraction(25)).frames_between("23:59:59:20", "00:00:01:00") == 30


@pytest.mark.parametrize(
    ("first", "label", "cause"),
    [
        ("00:00:00;00", "00:01:00;01", "left out by drop-frame"),
        ("00:00:00:00", "00:00:00:30", "no time code at 30"),
        ("00:00:00:00", "00:61:00:00", "no time code"),
        ("00:00:00:00", "an hour", "no time code"),
    ],
)
def test_a_label_that_is_never_given_is_refused(first: str, label: str, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        timecode_of(first, NTSC).number(label)


def test_labels_are_dropped_at_no_other_rate() -> None:
    with pytest.raises(ValueError, match="nobody does at 25"):
        timecode_of("00:00:00;00", Fraction(25))
