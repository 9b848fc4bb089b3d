"""When a workflow begins that was put off."""

from datetime import UTC, datetime

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.workflow_schedules import WorkflowSchedule, instant, last_due

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_time_without_an_offset_is_local() -> None:
    assert instant("2026-12-24T20:15", "Europe/Berlin") == datetime(2026, 12, 24, 19, 15, tzinfo=UTC)
    assert instant("2026-12-24T20:15-05:00", "Europe/Berlin") == datetime(2026, 12, 25, 1, 15, tzinfo=UTC)


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert instant("2026-10-25T02:30", "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "timezone", "said"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "never comes"),
        ("tomorrow", "UTC", "is no time"),
        ("2026-03-29T02:30", "Europe/Atlantis", "is no time zone"),
        ("2026-03-29T02:30", "../../etc/passwd", "is no time zone"),
    ],
)
def test_what_never_comes_is_refused(text: str, timezone: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        instant(text, timezone)


def test_what_was_missed_is_made_up_for_once() -> None:
    each_hour = WorkflowSchedule(source="file:///a.mov", every="0 * * * *", created=NOON)
    hours = [NOON.replace(hour=hour) for hour in range(13, 20)]
    assert last_due(each_hour, hours, NOON.replace(hour=17, minute=30)) == NOON.replace(hour=17)
    assert last_due(each_hour, hours, NOON.replace(minute=59)) is None


def test_the_same_schedule_has_one_name() -> None:
    one, other = (WorkflowSchedule(source="file:///a.mov", at=NOON, created=NOON) for _ in range(2))
    assert one.id == other.id
    assert one.id != WorkflowSchedule(source="file:///b.mov", at=NOON, created=NOON).id
