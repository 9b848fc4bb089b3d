"""Budgets of backfills: once the hours of encoding are spent, what still waits is not launched any more."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import dagster as dg
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus  # no public names in 1.13

from vod_assets.defs.backfills import BACKFILL_TAG, BUDGET_TAG, ENDED, launch_no_more
from vod_assets.defs.crew import helped_seconds
from vod_assets.defs.money_budgets import budget_of, withhold
from vod_assets.domain.estimates import Estimate
from vod_assets.domain.plan import TitlePlan

LOOK_SECONDS = 30
OVERLAP_SECONDS = 120  # an update may be seen later than its time says
ENCODES = ("_renditions", "_rendition", "rate_quality")  # ends of the steps that take a slot of the pool `encode`
ENCODED = "encode_cpu_seconds"  # metadata of a rendition that was encoded
LOOKED_BACK = 50
SPENT = "The budget of its backfill is spent."


@dataclass(frozen=True)
class Meter:
    """What a backfill has spent.

    Attributes:
        seconds: Of encoding, in the runs that have ended.
        until: Runs that changed before were counted.
        counted: Runs that changed at about that time, and were counted.
    """

    seconds: float = 0.0
    until: float = 0.0
    counted: tuple[str, ...] = ()

    def after(self, instance: dg.DagsterInstance, backfill_id: str) -> "Meter":
        """Return the meter after another look, which reads only runs that have ended since."""
        since = datetime.fromtimestamp(max(0.0, self.until - OVERLAP_SECONDS), tz=UTC)
        filters = dg.RunsFilter(tags={BACKFILL_TAG: backfill_id}, statuses=ENDED, updated_after=since)
        ended = {one.dagster_run.run_id: one.update_timestamp for one in instance.get_run_records(filters)}
        fresh = [run for run in ended if run not in self.counted]
        until = max((_seconds(when) for when in ended.values()), default=self.until)
        late = [run for run, when in ended.items() if _seconds(when) >= until - OVERLAP_SECONDS]
        return Meter(self.seconds + encode_seconds(instance, fresh), until, tuple(sorted(late)))


def encode_seconds(instance: dg.DagsterInstance, runs: Iterable[str]) -> float:
    """Return how long the encoding steps of runs took, without waiting for a slot; those reused took no time.

    What other workers of a farm encoded for them comes to it.
    """
    known = list(runs)
    steps = (step for run in known for step in instance.get_run_step_stats(run) if step.step_key.endswith(ENCODES))
    own = sum(step.end_time - step.start_time for step in steps if step.end_time and step.start_time)
    return own + sum(helped_seconds(run, one.tags) for run in known if (one := instance.get_run_by_id(run)))


def encode_hours(instance: dg.DagsterInstance, backfill_id: str) -> float:
    """Return the hours of encoding that a backfill's ended runs took."""
    return Meter().after(instance, backfill_id).seconds / 3600


def expected_hours(
    instance: dg.DagsterInstance, renditions: Iterable[str], estimated: Callable[[TitlePlan], Estimate]
) -> Callable[[TitlePlan], float | None]:
    """Return what tells the hours of encoding that a plan will take.

    Args:
        instance: Where runs are recorded.
        renditions: Assets that are encoded.
        estimated: Estimates a plan; one that it cannot, takes as long as the last runs took on average.
    """
    keys = frozenset(renditions)
    runs = {run for key in sorted(keys) for run in _encoding_runs(instance, key)}
    usual = encode_seconds(instance, runs) / len(runs) / 3600 if runs else None

    def hours(plan: TitlePlan) -> float | None:
        if not keys.intersection(plan.executed):
            return 0.0
        estimate = estimated(plan)
        if keys.intersection(estimate.unknown):
            return usual
        return sum(seconds for asset, seconds in estimate.seconds.items() if asset in keys) / 3600

    return hours


def _encoding_runs(instance: dg.DagsterInstance, rendition: str) -> Iterator[str]:
    """Yield the last runs that have encoded a rendition, instead of finding it made."""
    for record in instance.fetch_materializations(dg.AssetKey(rendition), limit=LOOKED_BACK).records:
        made = record.asset_materialization
        if made is not None and ENCODED in made.metadata:
            yield record.run_id


@dg.sensor(minimum_interval_seconds=LOOK_SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def backfill_budgets(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Launch no more runs of backfills whose hours of encoding are spent; those that work go on."""
    instance = context.instance
    known = {backfill: Meter(**kept) for backfill, kept in json.loads(context.cursor or "{}").items()}
    going_on = instance.get_backfills(filters=BulkActionsFilter(statuses=[BulkActionStatus.REQUESTED]))
    meters = {
        one.backfill_id: known.get(one.backfill_id, Meter()).after(instance, one.backfill_id)
        for one in going_on
        if BUDGET_TAG in one.tags
    }
    for one in going_on:
        meter = meters.get(one.backfill_id)
        if meter is not None and meter.seconds >= float(one.tags[BUDGET_TAG]) * 3600:
            cancelled = launch_no_more(instance, one.backfill_id, SPENT)
            context.log.info(f"backfill {one.backfill_id} has spent its budget; {cancelled} runs were not launched")
    for one in going_on:
        budget = budget_of(one.tags)
        if budget is not None and (cancelled := withhold(instance, one.backfill_id, budget)):
            context.log.info(f"backfill {one.backfill_id}: {cancelled} runs were not launched: its budget ends")
    return dg.SensorResult(
        cursor=json.dumps({backfill: asdict(meter) for backfill, meter in meters.items()}),
        skip_reason=dg.SkipReason(f"{len(meters)} backfills with a budget go on"),
    )


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
