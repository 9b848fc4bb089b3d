"""The sensor that tells of ended runs and empties the outbox."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from vod_assets.defs.ended_runs import Teller, has_ended
from vod_assets.domain.errors import StoreError
from vod_assets.ports import Leases, Post
from vod_assets.publishing import Publisher

ROUND_SECONDS = 30
MOST_RUNS = 200  # of a tick
OVERLAP = timedelta(seconds=30)  # a run's end may be written after that of one that ended later
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dataclass(frozen=True)
class Seen:
    """Which runs were told of.

    Attributes:
        until: When the last one was changed that was looked at, in seconds since the epoch.
        runs: Those of the last moments before, by their ids.
    """

    until: float
    runs: frozenset[str] = frozenset()

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Seen":
        """Return what a cursor says; the first time, what ended before is nobody's news any more."""
        if not cursor:
            return cls(datetime.now(UTC).timestamp())
        kept = json.loads(cursor)
        return cls(kept["until"], frozenset(kept["runs"]))

    def as_cursor(self) -> str:
        """Return the sensor's cursor."""
        return json.dumps({"until": self.until, "runs": sorted(self.runs)})


def tell_of_runs(teller: Teller, seen: Seen) -> Seen:
    """Tell of the runs that have ended since, and return which were looked at."""
    since = datetime.fromtimestamp(seen.until, UTC) - OVERLAP
    found = teller.instance.get_run_records(
        dg.RunsFilter(statuses=ENDED, updated_after=since),
        limit=MOST_RUNS + len(seen.runs),
        order_by="update_timestamp",
        ascending=True,
    )
    until, near = seen.until, dict.fromkeys(seen.runs, seen.until)
    for record in found:
        run_id, changed = record.dagster_run.run_id, record.update_timestamp.replace(tzinfo=UTC).timestamp()
        if run_id not in near:
            teller.tell(run_id)
        near[run_id], until = changed, max(until, changed)
    oldest = until - OVERLAP.total_seconds()
    return Seen(until, frozenset(run for run, changed in near.items() if changed >= oldest))


@dg.sensor(
    minimum_interval_seconds=ROUND_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells of runs that ended and of titles in quarantine, and sends what waits in the outbox.",
)
def notifications(
    context: dg.SensorEvaluationContext,
    publisher: dg.ResourceParam[Publisher],
    leases: dg.ResourceParam[Leases],
    post: dg.ResourceParam[Post],
) -> dg.SensorResult:
    """Tell of what happened, and send what waits."""
    seen = Seen.from_cursor(context.cursor)
    try:
        teller = Teller(context.instance, publisher.store, publisher.origin, post)
        seen = tell_of_runs(teller, seen)
        for one in leases.quarantines():
            teller.tell_of_quarantine(one)
    except StoreError as error:  # a full outbox has to be emptied all the same
        context.log.warning(str(error))
    try:
        done = post.deliver(lambda batch: has_ended(context.instance, batch))
    except StoreError as error:
        context.log.warning(str(error))
        return dg.SensorResult(skip_reason=dg.SkipReason(str(error)), cursor=seen.as_cursor())
    for line in done.failed:
        context.log.warning(line)
    said = f"{done.sent} sent, {len(done.failed)} failed" if done.is_ours else "another process sends"
    return dg.SensorResult(skip_reason=dg.SkipReason(said), cursor=seen.as_cursor())
