"""Runs of one title that this process executes, and ending runs that others execute, or nobody any more."""

import time
import uuid
from dataclasses import dataclass

import dagster as dg

from vod_assets.defs.executors import Executor
from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.leases import is_gone
from vod_assets.defs.partitions import TITLES
from vod_assets.defs.run_endings import StepFailure, ending_of
from vod_assets.defs.selection import all_but, force_tags, selected_assets
from vod_assets.defs.step import StepReporter
from vod_assets.defs.terminal import on_terminal
from vod_assets.domain.selecting import Asked
from vod_assets.ports import Leases, Progress, Transfer

ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
DIED_TAG = "vod/died"  # on a run whose process died: what has become of it
WISH_TAG = "vod/callback"  # on a run whose end somebody wants to be told: the id of that wish; tries again keep it
DIED_OPEN = "open"  # the reaper has not answered yet
DIED_UNWANTED = "cancelled"
CANCELLED_BY = "Cancelled with vod cancel."
PROCESS_GONE = "the process that executed it is gone"
EXECUTED_BY_NOBODY = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)


@dataclass(frozen=True)
class RunResult:
    """How a run ended, and which assets it made or found made; some of both do not apply to the title."""

    run_id: str
    is_cancelled: bool
    elapsed_seconds: float
    executed: tuple[str, ...]
    reused: tuple[str, ...]
    empty: tuple[str, ...]
    failure: StepFailure | None


class Tally:
    """Keeps count of what was made, and passes everything on to a display."""

    def __init__(self, display: StepReporter) -> None:
        self.display = display
        self.executed: list[str] = []
        self.reused: list[str] = []
        self.empty: list[str] = []  # of both

    def started(self, title: str, step: str) -> None:
        """Pass it on."""
        self.display.started(title, step)

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Pass it on."""
        self.display.progressed(title, step, progress)

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Pass it on."""
        self.display.moved(title, step, transfer)

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        """Count it, and pass it on."""
        (self.reused if reused else self.executed).append(asset)
        if empty:
            self.empty.append(asset)
        self.display.made(title, asset, reused, empty)


def run_title(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    title: str,
    asked: Asked,
    tally: Tally,
) -> RunResult:
    """Materialise a title's assets in this process, and return how it went.

    Args:
        definitions: Built with ``tally`` as their reporter.
        instance: Where the run is recorded.
        title: A registered title.
        asked: Which assets, and which of them are made again though they are there.
        tally: Knows afterwards what was executed and what was reused.

    Raises:
        ConfigError: ``bad_selection``.
    """
    settle_dead_runs(instance, title)
    job = definitions.resolve_implicit_global_asset_job_def()
    chosen, whole = all_but(definitions, selected_assets(definitions, asked.selection), asked.without)
    tags = whole | force_tags(definitions, asked.force)
    wished = {WISH_TAG: asked.wish} if asked.wish else {}
    started, run_id = time.monotonic(), str(uuid.uuid4())
    result = job.execute_in_process(
        instance=instance,
        partition_key=title,
        asset_selection=chosen,
        run_config=on_terminal(instance),
        raise_on_error=False,
        run_id=run_id,
        tags={"vod/title": title, **tags, **wished, **Executor.this_process().as_tags()},
    )
    ending = ending_of(instance, run_id, result)
    return RunResult(
        run_id=run_id,
        is_cancelled=ending.is_cancelled,
        elapsed_seconds=time.monotonic() - started,
        executed=tuple(tally.executed),
        reused=tuple(tally.reused),
        empty=tuple(tally.empty),
        failure=ending.failure,
    )


@dataclass(frozen=True)
class Cancellation:
    """What became of a title's active runs: settled or cancelled at once, or asked to stop."""

    ended: tuple[str, ...]
    asked: tuple[str, ...]


def cancel_runs(
    instance: dg.DagsterInstance, title: str, leases: Leases | None = None, *, force: bool = False
) -> Cancellation:
    """Cancel the active runs of a title, whoever executes them.

    A run that is executed is marked, and stops by itself: its guard asks the instance for the mark at least every two
    seconds while a tool runs, and before anything is committed or published. One that nobody executes, because it
    waits in the queue or its process is gone, ends here and now.

    Args:
        instance: Where the runs are recorded.
        title: The title.
        leases: Where runs give signs of life; None: only their tags say which process executes them.
        force: Mark every run as cancelled at once. For runs of a machine or container that is gone: from here nobody
            can know. A run that lives after all finds the mark, and publishes nothing.
    """
    before = [run.run_id for run in _active(instance, title)]
    living = settle_dead_runs(instance, title, leases, is_wanted=False)
    ended, asked = sorted({*before} - {run.run_id for run in living}), []
    for run in living:
        if force or _is_executed_by_nobody(run):
            instance.report_run_canceled(run, message=CANCELLED_BY)
            ended.append(run.run_id)
            continue
        if run.status != dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceling(run, message=CANCELLED_BY)
        asked.append(run.run_id)
    return Cancellation(tuple(ended), tuple(asked))


def settle_dead_runs(
    instance: dg.DagsterInstance, title: str, leases: Leases | None = None, *, is_wanted: bool = True
) -> list[dg.DagsterRun]:
    """End a title's active runs whose process is certainly gone, and return those that are still active.

    Args:
        instance: Where the runs are recorded.
        title: The title.
        leases: Where runs give signs of life; None: only their tags say which process executes them.
        is_wanted: Whether the reaper may try again what they were to make.
    """
    active = _active(instance, title)
    gone = {run.run_id for run in active if is_executor_gone(run, leases)}
    for run in _active(instance, title) if gone else ():  # asked anew: it may have ended well before its process did
        if run.run_id in gone:
            end_dead_run(instance, run, PROCESS_GONE, is_wanted=is_wanted)
    return [run for run in active if run.run_id not in gone]


def is_executor_gone(run: dg.DagsterRun, leases: Leases | None) -> bool:
    """Whether the process that executes a run has certainly ended."""
    executor = Executor.from_tags(run.tags)
    return executor.is_gone() if executor else leases is not None and is_gone(leases.beat_of(run.run_id))


def end_dead_run(instance: dg.DagsterInstance, run: dg.DagsterRun, cause: str, *, is_wanted: bool = True) -> None:
    """End a run that nobody executes any more: as cancelled when that was asked for, else as failed.

    The mark that the reaper goes by comes first: who is killed between the two marks the run again.
    """
    if run.status == dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, message=f"Cancelled; {cause}.")
        return
    instance.add_run_tags(run.run_id, {DIED_TAG: DIED_OPEN if is_wanted else DIED_UNWANTED})
    instance.report_run_failed(run, message=f"{cause[:1].upper()}{cause[1:]}.")


def active_runs(instance: dg.DagsterInstance, title: str, leases: Leases | None = None) -> list[str]:
    """Return the ids of a title's runs that have not ended; those whose process is gone are ended first."""
    return [run.run_id for run in settle_dead_runs(instance, title, leases)]


def working_titles(instance: dg.DagsterInstance, leases: Leases | None = None) -> set[str]:
    """Return the titles that any run works on, or waits to; runs whose process is gone are ended first."""
    found: set[str] = set()
    for run in instance.get_runs(dg.RunsFilter(statuses=ACTIVE)):
        title = run.tags.get(PARTITION_TAG, "")
        if not title or title in found:
            continue
        is_alive = _is_executed_by_nobody(run) or not is_executor_gone(run, leases)
        if is_alive or active_runs(instance, title, leases):
            found.add(title)
    return found


def withdraw(instance: dg.DagsterInstance, title: str) -> None:
    """Remove a title's partition."""
    if instance.has_dynamic_partition(TITLES, title):
        instance.delete_dynamic_partition(TITLES, title)


def _active(instance: dg.DagsterInstance, title: str) -> list[dg.DagsterRun]:
    return list(instance.get_runs(dg.RunsFilter(statuses=ACTIVE, tags={PARTITION_TAG: title})))


def _is_executed_by_nobody(run: dg.DagsterRun) -> bool:
    """Whether a run waits to be launched; one that a command line has just created is executed by it."""
    return run.status in EXECUTED_BY_NOBODY and Executor.from_tags(run.tags) is None
