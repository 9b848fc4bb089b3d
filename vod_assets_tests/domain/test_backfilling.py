"""A backfill takes the titles that need it, within its limits, and says why it leaves others out."""

from collections.abc import Iterator, Sequence

import pytest

from vod_assets.domain.backfilling import Gathered, Gathering, Limits
from vod_assets.domain.plan import PlannedAsset, TitlePlan

MANY = 1000
HOURS = {"short": 1.0, "long": 5.0, "unknown": None}


def plan(title: str, reason: str = "never made", obstacle: str = "") -> TitlePlan:
    mezzanine, poster = PlannedAsset(asset="mezzanine", obstacle=obstacle), PlannedAsset(asset="poster", reason=reason)
    return TitlePlan(title=title, assets=(mezzanine, poster))


def gathered(plans: Sequence[TitlePlan], limits: Limits, *, takes_all: bool = False) -> Gathered:
    gathering = Gathering(limits, lambda one: HOURS.get(one.title.rstrip("0123456789")), takes_all)
    return gathering.gather([one.title for one in plans], iter(plans), {})


def test_only_titles_that_need_something_are_taken() -> None:
    found = gathered([plan("short1"), plan("short2", ""), plan("short3")], Limits(MANY))
    assert (found.titles, found.unneeded, found.hours) == (["short1", "short3"], 1, 2.0)


def test_titles_that_need_nothing_are_taken_when_all_are_asked_for() -> None:
    assert gathered([plan("short1", "")], Limits(MANY), takes_all=True).titles == ["short1"]


@pytest.mark.parametrize("takes_all", [False, True])
def test_what_cannot_be_made_is_left_out_with_its_reason(takes_all: bool) -> None:
    found = gathered([plan("short1", obstacle="it is on tape"), plan("short2")], Limits(MANY), takes_all=takes_all)
    assert (found.titles, found.left_out) == (["short2"], {"short1": "it is on tape"})


def test_titles_apart_are_left_out_whatever_they_need() -> None:
    found = Gathering(Limits(MANY), lambda _: 0.0).gather(["a", "b"], [plan("b")], {"a": "in quarantine", "c": "no"})
    assert (found.titles, found.left_out, found.unlooked) == (["b"], {"a": "in quarantine"}, 0)


def test_no_more_plans_are_made_than_titles_are_taken() -> None:
    looked = []

    def plans() -> Iterator[TitlePlan]:
        for number in range(MANY):
            looked.append(number)
            yield plan(f"short{number}")

    found = Gathering(Limits(2), lambda _: 1.0).gather([f"short{n}" for n in range(MANY)], plans(), {})
    assert (found.titles, found.limit, found.unlooked) == (["short0", "short1"], "titles", MANY - 2)
    assert len(looked) == 3


def test_a_budget_takes_titles_until_their_hours_exceed_it() -> None:
    found = gathered(
        [plan("short1"), plan("short2", ""), plan("short3"), plan("long1"), plan("short4")], Limits(MANY, 3)
    )
    assert (found.titles, found.hours, found.limit) == (["short1", "short3"], 2.0, "hours")
    assert (found.unneeded, found.unlooked) == (1, 2)


def test_what_cannot_be_made_uses_up_no_budget() -> None:
    plans = [plan("short1"), plan("long1", obstacle="it is on tape"), plan("short2")]
    found = gathered(plans, Limits(MANY, 3))
    assert (found.titles, found.hours, found.limit) == (["short1", "short2"], 2.0, "")
    assert (found.left_out, found.unlooked) == ({"long1": "it is on tape"}, 0)


def test_a_title_longer_than_the_budget_comes_alone() -> None:
    found = gathered([plan("long1"), plan("short1")], Limits(MANY, 3))
    assert (found.titles, found.limit) == (["long1"], "hours")


def test_titles_that_nobody_can_estimate_are_counted() -> None:
    found = gathered([plan("unknown1"), plan("short1")], Limits(MANY, 3))
    assert (found.titles, found.hours, found.unknown) == (["unknown1", "short1"], 1.0, 1)
