"""How a run ended that this process executed: well, with a failed step, cancelled, or given up by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from dagster._core.events import JobFailureData, RunFailureReason  # no public name in 1.13

from vod_assets.defs.gate import CORRECT, FINDINGS
from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.domain.errors import Cancelled, GateError

STEP_PROBLEM = "step_failed"


@dataclass(frozen=True)
class StepFailure:
    """The first failed step of a run: a code, who must act, one sentence, the asset."""

    code: str
    type: str
    message: str
    asset: str | None


@dataclass(frozen=True)
class Ending:
    """How a run ended; without a failure and not cancelled, it ended well."""

    failure: StepFailure | None = None
    is_cancelled: bool = False


def ending_of(instance: dg.DagsterInstance, run_id: str, result: dg.ExecuteInProcessResult) -> Ending:
    """Return how a run ended; an interrupt that came between two steps is marked as what it was."""
    run = instance.get_run_by_id(run_id)
    if run is None:  # deleted meanwhile; Dagster's result cannot say even whether it succeeded
        return Ending(is_cancelled=True)
    if run.is_success:
        return Ending()
    if run.status == dg.DagsterRunStatus.FAILURE and not _failed_here(result):
        return Ending(_given_up(instance, run_id))
    failure = first_failure(result.all_events, run.tags.get(PARTITION_TAG, ""))
    if run.status == dg.DagsterRunStatus.FAILURE and failure is None:
        instance.report_run_canceled(run, message="Interrupted.")
        return Ending(is_cancelled=True)
    stopped = run.status in (dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.CANCELING)
    return Ending(failure, is_cancelled=stopped)


def _failed_here(result: dg.ExecuteInProcessResult) -> bool:
    return any(event.event_type == dg.DagsterEventType.RUN_FAILURE for event in result.all_events)


def _given_up(instance: dg.DagsterInstance, run_id: str) -> StepFailure:
    """Return the failure of a run that somebody else marked as failed, as Dagster's daemon does after a time limit."""
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.RUN_FAILURE, limit=1).records
    event = records[0].event_log_entry.get_dagster_event() if records else None
    why = (event.message or "" if event else "").rstrip(".")
    error = Cancelled(cause=f"the run was given up from outside{f': {why}' if why else ''}")
    return StepFailure(error.code, Cancelled.__name__, str(error), None)


def first_failure(events: Sequence[dg.DagsterEvent], title: str) -> StepFailure | None:
    """Return the first failure of a run's events; None when it was interrupted."""
    failures = [event for event in events if event.is_step_failure]
    if not failures:
        return _failure_outside_steps(events)
    first = failures[0]
    data = first.step_failure_data
    told = data.user_failure_data
    if told is not None and told.metadata:
        fields = {name: str(value.value) for name, value in told.metadata.items()}
        kind, code = fields.get("error_type", "StoreError"), fields.get("code", STEP_PROBLEM)
        return StepFailure(code, kind, told.description or fields.get("cause", ""), first.step_key)
    judged = _failed_check(events, first.step_key, title)
    if judged is not None:
        return judged
    message = data.error.message.strip() if data.error else "the step failed"
    kind = (data.error.cls_name if data.error else None) or "Failure"
    return StepFailure(STEP_PROBLEM, kind, message, first.step_key)


def _failed_check(events: Sequence[dg.DagsterEvent], step: str | None, title: str) -> StepFailure | None:
    """Return what a check found that stops what follows; Dagster's own error names no more than the check."""
    for event in events:
        if event.event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION or event.step_key != step:
            continue
        said = event.asset_check_evaluation_data
        if said.passed or said.severity != dg.AssetCheckSeverity.ERROR:
            continue
        asset, found = said.asset_key.to_user_string(), said.metadata.get(FINDINGS)
        why = f": {found.value}" if found else ""
        error = GateError("check_failed", f"the check {asset}.{said.check_name} failed{why}", CORRECT, title)
        return StepFailure(error.code, GateError.__name__, str(error), asset)
    return None


def _failure_outside_steps(events: Sequence[dg.DagsterEvent]) -> StepFailure | None:
    """Return why a run failed before or between its steps; None when it was interrupted."""
    for event in events:
        if event.event_type == dg.DagsterEventType.RUN_FAILURE:
            data = event.event_specific_data  # None where somebody else marked the run
            if (
                not isinstance(data, JobFailureData)
                or data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION
                or data.error is None
            ):
                return None
            root = data.error
            while root.cause is not None:
                root = root.cause
            return StepFailure(STEP_PROBLEM, root.cls_name or "Failure", root.message.strip(), None)
    return None
