"""What Dagster knows of the runs of titles, as facts that reports are made of."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from vod_assets.defs.ended_runs import TOLD_OF, failure_of_run
from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.reaper import AFTER_TAG
from vod_assets.domain.errors import printable
from vod_assets.domain.operating_facts import RunFact, RunState
from vod_assets.domain.report_lines import Window

RUNS_AT_ONCE = 1000
LONGEST_CAUSE = 500
STATES: dict[dg.DagsterRunStatus, RunState] = {
    dg.DagsterRunStatus.SUCCESS: "succeeded",
    dg.DagsterRunStatus.FAILURE: "failed",
    dg.DagsterRunStatus.CANCELED: "cancelled",
    dg.DagsterRunStatus.STARTED: "running",
    dg.DagsterRunStatus.CANCELING: "running",
    dg.DagsterRunStatus.STARTING: "running",
}


def run_facts(instance: dg.DagsterInstance, window: Window, title: str = "") -> Iterator[RunFact]:
    """Yield the runs of titles that were created in a window, the newest first.

    Args:
        instance: Where they are recorded.
        window: From when to when.
        title: Only this one's; empty: every title's.
    """
    for record in run_records(instance, window, title):
        if PARTITION_TAG in record.dagster_run.tags:
            yield run_fact(instance, record)


def run_records(instance: dg.DagsterInstance, window: Window, title: str = "") -> Iterator[dg.RunRecord]:
    """Yield Dagster's records of the runs that were created in a window, the newest first."""
    filters = dg.RunsFilter(
        created_after=window.since,
        created_before=window.until,
        tags={PARTITION_TAG: title} if title else {},
    )
    cursor: str | None = None
    while True:
        found = instance.get_run_records(filters, limit=RUNS_AT_ONCE, cursor=cursor)
        yield from found
        if len(found) < RUNS_AT_ONCE:
            return
        cursor = found[-1].dagster_run.run_id


def run_fact(instance: dg.DagsterInstance, record: dg.RunRecord) -> RunFact:
    """Return what is known of one run; of one that failed, its events are read."""
    run = record.dagster_run
    title = run.tags.get(PARTITION_TAG, "")
    state = STATES.get(run.status, "waiting")
    code, cause = _why(instance, run, title) if state == "failed" else ("", "")
    return RunFact(
        run=run.run_id,
        title=title,
        state=state,
        created_at=record.create_timestamp.replace(tzinfo=record.create_timestamp.tzinfo or UTC).timestamp(),
        started_at=record.start_time,
        ended_at=record.end_time,
        code=code,
        cause=cause,
        is_retry=AFTER_TAG in run.tags or run.parent_run_id is not None,
    )


def _why(instance: dg.DagsterInstance, run: dg.DagsterRun, title: str) -> tuple[str, str]:
    records = instance.get_records_for_run(run.run_id, of_type=TOLD_OF).records
    happened = [event for record in records if (event := record.event_log_entry.get_dagster_event()) is not None]
    (code, cause), _asset, _severity = failure_of_run(run, happened, title)
    return code, printable(" ".join(cause.split()))[:LONGEST_CAUSE]


def everything() -> Window:
    """Return the window of every run there ever was."""
    return Window(datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
