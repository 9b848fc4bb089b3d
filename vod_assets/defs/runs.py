"""Runs of one title that this process executes, and ending runs that others execute."""

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from dagster._core.events import RunFailureReason  # no public name in 1.13

from vod_assets.defs.partitions import TITLES
from vod_assets.defs.step import StepReporter
from vod_assets.domain.errors import ConfigError
from vod_assets.ports import Progress

ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
PARTITION_TAG = "dagster/partition"
STEP_PROBLEM = "step_failed"


@dataclass(frozen=True)
class StepFailure:
    """The first failed step of a run: a code, who must act, one sentence, the asset."""

    code: str
    type: str
    message: str
    asset: str | None


@dataclass(frozen=True)
class RunResult:
    """How a run ended, and which assets it made or found made."""

    run_id: str
    is_cancelled: bool
    elapsed_seconds: float
    executed: tuple[str, ...]
    reused: tuple[str, ...]
    failure: StepFailure | None


class Tally:
    """Keeps count of what was made, and passes everything on to a display."""

    def __init__(self, display: StepReporter) -> None:
        self.display = display
        self.executed: list[str] = []
        self.reused: list[str] = []

    def started(self, title: str, step: str) -> None:
        """Pass it on."""
        self.display.started(title, step)

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Pass it on."""
        self.display.progressed(title, step, progress)

    def made(self, title: str, asset: str, reused: bool) -> None:
        """Count it, and pass it on."""
        (self.reused if reused else self.executed).append(asset)
        self.display.made(title, asset, reused)


def run_title(
    definitions: dg.Definitions, instance: dg.DagsterInstance, title: str, selection: str, tally: Tally
) -> RunResult:
    """Materialise a title's assets in this process, and return how it went.

    Args:
        definitions: Built with ``tally`` as their reporter.
        instance: Where the run is recorded.
        title: A registered title.
        selection: Assets in Dagster's selection syntax; several are separated by commas.
        tally: Knows afterwards what was executed and what was reused.

    Raises:
        ConfigError: ``bad_selection``.
    """
    job = definitions.resolve_implicit_global_asset_job_def()
    keys = _selected(definitions, selection)
    started = time.monotonic()
    result = job.execute_in_process(
        instance=instance, partition_key=title, asset_selection=keys, raise_on_error=False, tags={"vod/title": title}
    )
    failure = None if result.success else _first_failure(result)
    return RunResult(
        run_id=result.run_id,
        is_cancelled=_settle_cancelled(instance, result.run_id, failure),
        elapsed_seconds=time.monotonic() - started,
        executed=tuple(tally.executed),
        reused=tuple(tally.reused),
        failure=failure,
    )


def cancel_runs(instance: dg.DagsterInstance, title: str) -> list[str]:
    """Ask every active run of a title to stop, and return their ids.

    A run that Dagster's launcher can reach is terminated by it; one that a command line executes sees the mark itself.
    """
    runs = instance.get_runs(dg.RunsFilter(statuses=ACTIVE, tags={PARTITION_TAG: title}))
    for run in runs:
        if run.status != dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceling(run, message="Cancelled with vod cancel.")
    return [run.run_id for run in runs]


def active_runs(instance: dg.DagsterInstance, title: str) -> list[str]:
    """Return the ids of a title's runs that have not ended."""
    runs = instance.get_runs(dg.RunsFilter(statuses=ACTIVE, tags={PARTITION_TAG: title}))
    return [run.run_id for run in runs]


def withdraw(instance: dg.DagsterInstance, title: str) -> None:
    """Remove a title's partition."""
    if instance.has_dynamic_partition(TITLES, title):
        instance.delete_dynamic_partition(TITLES, title)


def _selected(definitions: dg.Definitions, selection: str) -> Sequence[dg.AssetKey] | None:
    if selection in ("", "*"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=dg.BetaWarning)  # Dagster warns of its own parser
            chosen = dg.AssetSelection.from_coercible(selection.split(","))
        keys = chosen.resolve(definitions.resolve_asset_graph())
    except (dg.DagsterInvalidSubsetError, dg.DagsterError, ValueError) as error:
        raise ConfigError(
            "bad_selection", f"“{selection}” cannot be selected: {error}", "Write it as in `+key:hls_package`"
        ) from error
    if not keys:
        raise ConfigError("bad_selection", f"“{selection}” selects no asset", "`vod status` lists the assets")
    return sorted(keys)


def _first_failure(result: dg.ExecuteInProcessResult) -> StepFailure | None:
    failures = [event for event in result.all_events if event.is_step_failure]
    if not failures:
        return _failure_outside_steps(result)
    first = failures[0]
    data = first.step_failure_data
    told = data.user_failure_data
    if told is not None and told.metadata:
        fields = {name: str(value.value) for name, value in told.metadata.items()}
        kind, code = fields.get("error_type", "StoreError"), fields.get("code", STEP_PROBLEM)
        return StepFailure(code, kind, told.description or fields.get("cause", ""), first.step_key)
    message = data.error.message.strip() if data.error else "the step failed"
    kind = (data.error.cls_name if data.error else None) or "Failure"
    return StepFailure(STEP_PROBLEM, kind, message, first.step_key)


def _failure_outside_steps(result: dg.ExecuteInProcessResult) -> StepFailure | None:
    """Return why a run failed before or between its steps; None when it was interrupted."""
    for event in result.all_events:
        if event.event_type == dg.DagsterEventType.RUN_FAILURE:
            data = event.job_failure_data
            if data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION or data.error is None:
                return None
            root = data.error
            while root.cause is not None:
                root = root.cause
            return StepFailure(STEP_PROBLEM, root.cls_name or "Failure", root.message.strip(), None)
    return None


def _settle_cancelled(instance: dg.DagsterInstance, run_id: str, failure: StepFailure | None) -> bool:
    """Return whether the run was cancelled; an interrupt that came between two steps is marked as what it was."""
    run = instance.get_run_by_id(run_id)
    if run is None:
        return False
    if run.status == dg.DagsterRunStatus.FAILURE and failure is None:
        instance.report_run_canceled(run, message="Interrupted.")
        return True
    return run.status in (dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.CANCELING)
