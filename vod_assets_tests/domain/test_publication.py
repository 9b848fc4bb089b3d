"""What an entry says of its publication, and what there is to tell when that changes."""

from datetime import UTC, datetime

import pytest

from vod_assets.domain.policy import read_policy
from vod_assets.domain.publication import Status, event_of, status_of

POLICY = read_policy({"windows": [{"from": "2026-03-01", "until": "2026-03-02"}, {"from": "2026-04-01"}]})


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-02-28", "scheduled"),
        ("2026-03-01", "published"),
        ("2026-03-20", "paused"),
        ("2026-05-01", "published"),
    ],
)
def test_windows_decide_when_nobody_else_does(day: str, status: Status) -> None:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert status_of(POLICY, at) == status
    assert status_of(POLICY, at, approved=False) == "awaiting_approval"
    assert status_of(POLICY, at, approved=False, taken_down=True) == "taken_down"


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        (None, ("published", 1), "published"),
        (("published", 1), ("published", 1), ""),
        (("published", 1), ("published", 2), "published"),
        (("published", 2), ("published", 1), "rolled_back"),
        (("scheduled", 1), ("scheduled", 2), ""),
        (("scheduled", 1), ("published", 1), "published"),
        (("published", 1), ("expired", 1), "expired"),
        (("published", 1), ("taken_down", 1), "taken_down"),
        (None, ("awaiting_approval", 1), "awaiting_approval"),
    ],
)
def test_only_what_somebody_could_notice_is_told(
    before: tuple[Status, int] | None, after: tuple[Status, int], event: str
) -> None:
    assert event_of(before, after) == event
