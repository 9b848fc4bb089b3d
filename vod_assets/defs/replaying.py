"""Which run an operator means, what of it failed, and what makes that again."""

from dataclasses import dataclass

import dagster as dg

from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.standing_runs import failed_steps
from vod_assets.domain.errors import ConfigError

SHORTEST = 4  # characters of a run's id
LOOKED_AT = 5000  # runs, the newest first


@dataclass(frozen=True)
class Replay:
    """What is made again.

    Attributes:
        run: That failed.
        steps: Of it that failed; empty: all is asked for.
        selection: The assets of those steps and everything behind them, as ``vod plan`` takes them.
    """

    run: str
    title: str
    steps: tuple[str, ...]
    selection: str

    @property
    def described(self) -> str:
        """What is done, for a person."""
        failed = f"from {', '.join(self.steps)} on" if self.steps else "all of it"
        return f"run {self.run[:8]} is made again, {failed}; what is there is reused"


def find(instance: dg.DagsterInstance, what: str, *, even_if_well: bool = False) -> Replay:
    """Return what an operator's word means: a run, ``RUN/STEP``, a task of Celery (likewise), or a title.

    Raises:
        ConfigError: ``bad_usage``: nothing is called so, several are, or there is nothing to make again.
    """
    name, _, step = what.partition("/")
    run = _run(instance, name)
    title = run.tags.get(PARTITION_TAG, "")
    if not title:
        cause = f"run {run.run_id[:8]} works on no title ({run.job_name})"
        raise ConfigError("bad_usage", cause, "Launch its job again in the UI")
    if not run.is_finished:
        cause = f"run {run.run_id[:8]} of {title} has not ended ({run.status.value.lower()})"
        raise ConfigError("bad_usage", cause, f"Wait for it, or cancel it: vod cancel {title}")
    if run.status == dg.DagsterRunStatus.SUCCESS and not even_if_well:
        cause = f"run {run.run_id[:8]} of {title} succeeded"
        raise ConfigError("bad_usage", cause, "Nothing has to be made again; --all does it nevertheless")
    steps = _steps(instance, run, step)
    return Replay(run.run_id, title, steps, _selection(instance, run, steps))


def _steps(instance: dg.DagsterInstance, run: dg.DagsterRun, step: str) -> tuple[str, ...]:
    """Return the step that is named, or those that failed.

    Raises:
        ConfigError: ``bad_usage``: the run has no such step.
    """
    if not step:
        return tuple(failed_steps(instance, run.run_id))
    known = [one.step_key for one in instance.get_run_step_stats(run.run_id)]
    if step not in known:
        cause = f"run {run.run_id[:8]} has no step {step!r}"
        raise ConfigError("bad_usage", cause, f"It has {', '.join(sorted(known)) or 'none'}")
    return (step,)


def _selection(instance: dg.DagsterInstance, run: dg.DagsterRun, steps: tuple[str, ...]) -> str:
    """Return the assets of steps and what follows them; a check's step is made again with its asset's followers."""
    planned = instance.event_log_storage.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED
    )
    events = [record.event_log_entry.dagster_event for record in planned.records]
    keys = sorted(
        event.asset_key.to_user_string() for event in events if event and event.step_key in steps and event.asset_key
    )
    return " or ".join(f'key:"{key}"+' for key in keys) if keys else "*"


def _run(instance: dg.DagsterInstance, name: str) -> dg.DagsterRun:
    if run := instance.get_run_by_id(name):
        return run
    of_title = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: name}), limit=LOOKED_AT)
    if of_title:
        failed = [run for run in of_title if run.status == dg.DagsterRunStatus.FAILURE]
        active = [run for run in of_title if not run.is_finished]
        return (active or (failed if of_title[0] in failed else of_title))[0]
    found = [one for one in instance.get_run_ids(limit=LOOKED_AT) if one.startswith(name)]
    if len(name) >= SHORTEST and len(found) == 1 and (run := instance.get_run_by_id(found[0])):
        return run
    if len(name) >= SHORTEST and found:
        cause = f"{len(found)} runs begin with {name!r}"
        raise ConfigError("bad_usage", cause, "Write more of its characters")
    cause = f"{name!r} is no run, no task and no title that was run"
    raise ConfigError("bad_usage", cause, "`vod status` lists titles; the UI and vod inspect-queue list runs")
