"""Runs that wait or work now: in which order, what holds them, and which steps are under way."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from vod_assets.defs.guard import PARTITION_TAG

BEGUN, TAKEN = "celery_queue_wait", "celery_queue_wait"  # dagster-celery's marks of a step that waits for a worker
WORKING = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
PRIORITY = "dagster/priority"


@dataclass(frozen=True)
class WaitingRun:
    """A run that waits for its turn.

    Attributes:
        why: What it waits for; empty: the daemon takes it at its next look.
    """

    run: str
    title: str
    priority: int
    waits_seconds: int
    why: str


@dataclass(frozen=True)
class Underway:
    """A step that waits for a worker, or that one executes.

    Attributes:
        worker: Who executes it; empty: nobody yet, or the run's own process.
        state: ``waiting`` or ``working``.
    """

    run: str
    title: str
    step: str
    state: str
    since_seconds: int
    worker: str = ""


def waiting_runs(instance: dg.DagsterInstance, now: float | None = None) -> list[WaitingRun]:
    """Return the runs of the queue, in the order in which Dagster takes them."""
    now = now or time.time()
    queued = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
    active = list(instance.get_runs(dg.RunsFilter(statuses=WORKING)))
    busy = {run.tags.get(PARTITION_TAG, ""): run.run_id for run in active}
    most = _most_runs(instance)
    found = []
    for record in sorted(queued, key=lambda one: (-_priority(one.dagster_run.tags), one.storage_id)):
        run = record.dagster_run
        title = run.tags.get(PARTITION_TAG, "")
        why = ""
        if title in busy:
            why = f"run {busy[title][:8]} works on the title"
        elif most is not None and len(active) >= most:
            why = f"{len(active)} runs work, and {most} may (max_concurrent_runs)"
        waits = int(now - record.create_timestamp.timestamp())
        found.append(WaitingRun(run.run_id, title, _priority(run.tags), max(0, waits), why))
        busy.setdefault(title, run.run_id)
    return found


def steps_underway(instance: dg.DagsterInstance, now: float | None = None) -> list[Underway]:
    """Return the steps of all runs that work, the longest under way first."""
    now = now or time.time()
    found: list[Underway] = []
    for run in instance.get_runs(dg.RunsFilter(statuses=WORKING)):
        found += _of_run(instance, run, now)
    return sorted(found, key=lambda one: -one.since_seconds)


def _of_run(instance: dg.DagsterInstance, run: dg.DagsterRun, now: float) -> list[Underway]:
    kinds = {
        dg.DagsterEventType.ENGINE_EVENT,
        dg.DagsterEventType.STEP_START,
        dg.DagsterEventType.STEP_SUCCESS,
        dg.DagsterEventType.STEP_FAILURE,
        dg.DagsterEventType.STEP_SKIPPED,
    }
    steps: dict[str, Underway] = {}
    workers: dict[str, str] = {}
    for entry in instance.all_logs(run.run_id, of_type=kinds):
        event = entry.dagster_event
        if event is None or not event.step_key:
            continue
        step, since = event.step_key, max(0, int(now - entry.timestamp))
        title = run.tags.get(PARTITION_TAG, "")
        if event.event_type == dg.DagsterEventType.ENGINE_EVENT:
            said = event.engine_event_data
            if said.marker_start == BEGUN:
                steps[step] = Underway(run.run_id, title, step, "waiting", since)
            workers[step] = _worker_of(said.metadata) or workers.get(step, "")
        elif event.event_type == dg.DagsterEventType.STEP_START:
            steps[step] = Underway(run.run_id, title, step, "working", since, workers.get(step, ""))
        else:
            steps.pop(step, None)
    return list(steps.values())


def _worker_of(metadata: Mapping[str, Any]) -> str:
    value = metadata.get("Celery worker")
    return str(getattr(value, "value", value or ""))


def _priority(tags: Mapping[str, str]) -> int:
    try:
        return int(tags.get(PRIORITY, 0))
    except ValueError:
        return 0


def _most_runs(instance: dg.DagsterInstance) -> int | None:
    """Return how many runs may work at once; None: as many as there are."""
    config = instance.get_concurrency_config().run_queue_config
    most = config.max_concurrent_runs if config else -1
    return most if most >= 0 else None


def failed_steps(instance: dg.DagsterInstance, run_id: str) -> Sequence[str]:
    """Return the steps of a run that failed."""
    stats = instance.get_run_step_stats(run_id)
    return [one.step_key for one in stats if one.status is not None and one.status.value == "FAILURE"]
