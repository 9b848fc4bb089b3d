"""A waiver lets one check pass until a day, and says who and why; checks of packages have none."""

from datetime import date
from fractions import Fraction

import pytest
from pydantic import ValidationError

from vod_assets.domain.intervals import Interval
from vod_assets.domain.quality_control import Spot
from vod_assets.domain.waivers import SaidWaiver, Waiver, expired, waivers_for

DAY = date(2026, 12, 31)
SAID = {"check": "quality_control.black", "until": "2026-12-31", "because": "opens on black", "by": "mk"}


def waiver(**said: str) -> Waiver:
    return Waiver.of(SaidWaiver.model_validate({**SAID, **said}))


def spot(start: int, end: int) -> Spot:
    return Spot(interval=Interval(start_seconds=Fraction(start), end_seconds=Fraction(end)), what="black")


def passes(waivers: list[Waiver], *spots: Spot, today: date = DAY, are_all: bool = True) -> bool:
    return bool(waivers_for("quality_control.black", spots, waivers, today, are_all=are_all))


def test_it_holds_to_the_end_of_its_last_day() -> None:
    assert passes([waiver()], spot(0, 9))
    assert not passes([waiver()], spot(0, 9), today=date(2027, 1, 1))
    assert expired("quality_control.black", [waiver()], date(2027, 1, 1)) == waiver()
    assert expired("quality_control.black", [waiver()], DAY) is None


def test_it_speaks_of_its_own_check_and_not_when_it_was_withdrawn() -> None:
    assert not passes([waiver(check="quality_control.freeze")], spot(0, 9))
    assert not passes([waiver().model_copy(update={"withdrawn": "today by mk"})], spot(0, 9))


def test_one_of_a_time_lets_pass_what_lies_wholly_within() -> None:
    opening = waiver(**{"from": "0", "to": "0:10"})
    end = waiver(**{"from": "50", "to": "60"})
    assert passes([opening], spot(0, 9))
    assert not passes([opening], spot(0, 11))
    assert not passes([opening], spot(0, 9), spot(52, 58))
    assert passes([opening, end], spot(0, 9), spot(52, 58))
    assert not passes([opening], spot(0, 9), are_all=False)  # nobody knows where the others are


def test_a_check_of_a_package_cannot_be_waived_even_if_the_store_says_so() -> None:
    forged = waiver().model_copy(update={"check": "hls_package.decodes"})
    assert waivers_for("hls_package.decodes", [], [forged], DAY) == ()


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"check": "hls_package.decodes"}, "hls_package.decodes cannot be waived: use quality_control.black, "),
        ({"check": "quality_control.nonsense"}, "cannot be waived"),
        ({"until": "next week"}, "write 2026-12-31"),
        ({"until": "2026-02-30"}, "day"),
        ({"because": ""}, "because"),
        ({"because": " \t"}, "because"),
        ({"by": "  "}, "by"),
        ({"check": "quality_report.floor", "from": "0", "to": "10"}, "quality_report.floor speaks of the whole title"),
        ({"from": "3"}, "from and to stand together"),
        ({"from": "3", "to": "2"}, "from is before to"),
    ],
)
def test_what_is_no_waiver_is_refused_in_a_sentence(said: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        SaidWaiver.model_validate({**SAID, **said})
