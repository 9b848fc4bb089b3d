"""Letters are tried eight times in a day, and then no more."""

from datetime import UTC, datetime

import pytest

from vod_assets.domain.events import published
from vod_assets.domain.letters import Answer, Letter, is_due, when_and_which

LATER = Answer("later", "it answered 500")
LETTER = Letter(channel="ops", event=published("film", 1, datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize("chance", [-100, 0, 100])
def test_eight_tries_last_about_a_day(chance: int) -> None:
    letter, now, tries = LETTER, 1_000_000, 1
    while (after := letter.after(LATER, now, chance)) is not None:
        letter, now, tries = after, after.due_at, tries + 1
    assert tries == 8
    assert 20 * 3600 <= now - 1_000_000 <= 25 * 3600


def test_a_receiver_may_ask_for_more_time_but_not_for_more_than_a_day() -> None:
    asked = [LETTER.after(Answer("later", "x", wait), 0, 0) for wait in (7, 120, 10**9)]
    assert [letter.due_at for letter in asked if letter] == [30, 120, 86_400]


def test_who_wants_no_letter_gets_none_again() -> None:
    assert LETTER.after(Answer("never", "it answered 410"), 0, 0) is None


def test_a_name_says_when_and_which() -> None:
    letter = LETTER.after(LATER, 1_700_000_000, 0)
    assert letter is not None
    assert when_and_which(f"due/ops/{letter.name}") == (1_700_000_030, letter.event.id)
    assert when_and_which("due/ops/.draft") is None


def test_a_time_absurdly_far_ahead_is_a_clock_that_was_wrong() -> None:
    assert [is_due(at, 1_000_000) for at in (999_999, 1_000_030, 1_086_400, 9_000_000)] == [True, False, False, True]
