"""A run is dead once its sign of life has stood still for too long; what it was to make is then answered for."""

import pytest

from vod_assets.domain.leases import (
    DEAD_AFTER_SECONDS,
    MOST_TRIES,
    UNBORN_AFTER_SECONDS,
    WATCH_GAP_SECONDS,
    DeadRun,
    LaterRun,
    Watch,
    answer,
)

SOME = frozenset({"poster", "captions"})


def watched(*looks: tuple[float, dict[str, str]]) -> list[str]:
    watch = Watch.new()
    for now, signs in looks:
        watch = watch.after(signs, now)
    return watch.dead()


def test_a_run_is_not_dead_at_first_sight() -> None:
    assert watched((1e9, {"a": "beat 7"})) == []


def test_a_run_whose_sign_stands_still_is_dead() -> None:
    assert watched((100, {"a": "beat 7"}), (100 + DEAD_AFTER_SECONDS, {"a": "beat 7"})) == ["a"]


def test_a_run_that_counts_on_lives() -> None:
    assert watched((100, {"a": "beat 7"}), (130, {"a": "beat 8"})) == []


def test_a_watcher_that_was_away_begins_anew() -> None:
    """The daemon and the runs may have stood still together, as when a share was away."""
    later = 100 + WATCH_GAP_SECONDS + 1
    assert watched((100, {"a": "beat 7"}), (later, {"a": "beat 7"})) == []
    assert watched((100, {"a": "beat 7"}), (later, {"a": "beat 7"}), (later + 30, {"a": "beat 7"})) == ["a"]


def test_a_clock_that_goes_back_kills_nobody() -> None:
    assert watched((1000, {"a": "beat 7"}), (100, {"a": "beat 7"})) == []


def test_a_run_that_is_being_launched_has_more_time() -> None:
    looks = [(float(now), {"a": "unborn"}) for now in (0, 30, 60, 90)]
    assert watched(*looks[:3]) == []
    assert watched(*looks) == ["a"]
    assert looks[3][0] >= UNBORN_AFTER_SECONDS


@pytest.mark.parametrize("tries", range(1, MOST_TRIES))
def test_what_died_is_tried_again(tries: int) -> None:
    assert answer(DeadRun("a", tries), []) == ("again", True)


def test_the_third_death_puts_the_title_into_quarantine() -> None:
    assert answer(DeadRun("a", MOST_TRIES), []) == ("quarantined", True)


@pytest.mark.parametrize(
    ("wanted", "done", "expected"),
    [
        (None, None, ("superseded", False)),
        (SOME, None, ("superseded", False)),
        (SOME, SOME, ("superseded", False)),
        (SOME, frozenset({"poster"}), ("again", True)),
        (None, SOME, ("again", True)),
    ],
)
def test_a_later_run_of_the_same_assets_makes_another_try_needless(
    wanted: frozenset[str] | None, done: frozenset[str] | None, expected: tuple[str, bool]
) -> None:
    assert answer(DeadRun("a", 1, wanted), [LaterRun("", done)]) == expected


def test_one_death_is_answered_by_one_run() -> None:
    assert answer(DeadRun("a", 1), [LaterRun("a", None)]) == ("again", False)


def test_a_title_that_was_removed_is_let_go() -> None:
    assert answer(DeadRun("a", 1, is_wanted=False), []) == ("superseded", False)
