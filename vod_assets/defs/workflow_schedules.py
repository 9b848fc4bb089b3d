"""The sensor that begins workflows when their time has come."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster._utils.schedules import cron_string_iterator, is_valid_cron_string

from vod_assets.defs.jobs import register_title
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.workflow_schedules import WorkflowSchedule, last_due
from vod_assets.ports.schedules import Schedules

LOOK_SECONDS = 10
SCHEDULE_TAG = "vod/schedule"  # on a run that registers a source for a schedule: its id
FIELDS = 5


def require_cron(text: str) -> str:
    """Return a cron expression that Dagster reads.

    Raises:
        ConfigError: ``bad_usage``.
    """
    if len(text.split()) != FIELDS or not is_valid_cron_string(text):
        cause = f"{text!r} is no cron expression of five fields"
        raise ConfigError("bad_usage", cause, "Write minute, hour, day, month, weekday: '0 6 * * 1-5'")
    return text


def ticks(schedule: WorkflowSchedule, since: datetime) -> Iterator[datetime]:
    """Yield the instants of a schedule after another one; where clocks change, as Dagster's own schedules do."""
    for tick in cron_string_iterator(since.timestamp(), schedule.every, schedule.timezone):
        if tick.timestamp() > since.timestamp():
            yield tick.astimezone(UTC)


def next_due(schedule: WorkflowSchedule, begun: datetime | None, now: datetime) -> datetime | None:
    """Return when a schedule begins next, which may be past; None: never again."""
    if schedule.at is not None:
        return None if begun else schedule.at
    since = begun or schedule.created
    missed = last_due(schedule, ticks(schedule, since), now)
    return missed or next(ticks(schedule, max(since, now)))


@dg.sensor(
    job_name=register_title.name,
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Registers the sources of workflows that are due (vod schedule-workflow); their runs follow.",
)
def workflow_schedules(
    context: dg.SensorEvaluationContext, schedules: dg.ResourceParam[Schedules]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Begin what is due: each instant once, whatever was missed once.

    The claim of an instant names this deployment, so that of two that share a store one begins it; a daemon that is
    killed behind the claim begins it after all, and Dagster itself launches a run key once.
    """
    storage: Any = context.instance.run_storage  # each of Dagster's has an id, which its protocol does not say
    now, who = datetime.now(tz=UTC), str(storage.get_run_storage_id())
    try:
        for schedule in schedules.all():
            begun = schedules.begun(schedule)
            due = begun if begun and not _is_launched(context.instance, schedule, begun) else None
            due = due or _due(schedule, begun, now)
            if due is not None and schedules.begin(schedule, due, who):
                yield _request(schedule, due)
    except StoreError as error:
        context.log.warning(str(error))
        yield dg.SkipReason(str(error))


def _due(schedule: WorkflowSchedule, begun: datetime | None, now: datetime) -> datetime | None:
    if schedule.at is not None:
        return None if begun else last_due(schedule, (), now)
    return last_due(schedule, ticks(schedule, begun or schedule.created), now)


def _is_launched(instance: dg.DagsterInstance, schedule: WorkflowSchedule, due: datetime) -> bool:
    """Whether an instant that was claimed has its run; a daemon may have died between the two."""
    tags = {SCHEDULE_TAG: schedule.id, "dagster/run_key": _run_key(schedule, due)}
    return bool(instance.get_runs_count(dg.RunsFilter(tags=tags)))


def _request(schedule: WorkflowSchedule, due: datetime) -> dg.RunRequest:
    config = {"source": schedule.source, "title": schedule.title, "profile": schedule.profile}
    return dg.RunRequest(
        run_key=_run_key(schedule, due),
        run_config={"ops": {"register_source": {"config": config}}},
        tags={SCHEDULE_TAG: schedule.id},
    )


def _run_key(schedule: WorkflowSchedule, due: datetime) -> str:
    return f"schedule/{schedule.id}/{due.astimezone(UTC).isoformat(timespec='seconds')}"
