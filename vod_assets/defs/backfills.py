"""Backfills: launching one over titles that need it, seeing how far it is, stopping it.

They are Dagster's own: its daemon launches a run a title, its UI shows and stops them, and those that the UI launches
are shown here.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import dagster as dg
from dagster._core.definitions.assets.graph.asset_graph_subset import AssetGraphSubset  # no public names in 1.13
from dagster._core.definitions.partitions.subset import DefaultPartitionsSubset
from dagster._core.execution.backfill import (
    BulkActionsFilter,
    BulkActionStatus,
    PartitionBackfill,
)
from dagster._core.utils import make_new_backfill_id

from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.runs import ACTIVE, CANCELLED_BY
from vod_assets.defs.selection import force_tags
from vod_assets.domain.errors import ConfigError

BACKFILL_TAG = "dagster/backfill"  # Dagster puts it on every run of a backfill
PRIORITY_TAG = "dagster/priority"
BUDGET_TAG, WISH_TAG = "vod/budget_hours", "vod/wish"
AMOUNT_TAG = "vod/budget_amount"
GOING_ON = (BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING, BulkActionStatus.FAILING)
LOOKED_BACK = 50  # backfills that a repeated wish is looked for in; each is read whole
COUNTED = {
    "made": (dg.DagsterRunStatus.SUCCESS,),
    "failed": (dg.DagsterRunStatus.FAILURE,),
    "cancelled": (dg.DagsterRunStatus.CANCELED,),
    "waiting": (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED),
    "working": (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING),
}
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dataclass(frozen=True)
class Wish:
    """What a person asked for; asked again, the new backfill goes on with what the last one left.

    Attributes:
        selection: Assets, as `vod plan` takes them.
        titles: The filter of titles, as it was written.
        takes_all: Whether titles run that need nothing, too; what is there is reused.
        force: Patterns of assets that are made again though they are there.
        priority: Of the runs in the queue; arrivals have 0 unless their place says otherwise.
        budget_hours: After so many hours of encoding, no more runs are launched; None: no end.
    """

    selection: str = "*"
    titles: str = ""
    takes_all: bool = False
    force: tuple[str, ...] = ()
    priority: int = -10
    budget_hours: float | None = None
    budget: Decimal | None = None

    @property
    def token(self) -> str:
        """A word for what is asked for: who comes before whom, and how much at once, does not matter."""
        asked = repr((self.selection, self.titles.split(), self.takes_all, self.force))
        return hashlib.sha256(asked.encode()).hexdigest()[:16]

    def as_tags(self) -> dict[str, str]:
        """Return the tags of the backfill and its runs."""
        budget = {} if self.budget_hours is None else {BUDGET_TAG: f"{self.budget_hours:g}"}
        budget |= {} if self.budget is None else {AMOUNT_TAG: str(self.budget)}
        return {PRIORITY_TAG: str(self.priority), WISH_TAG: self.token, **budget}

    def __str__(self) -> str:
        """What was asked for, for a person."""
        said = [f"--select '{self.selection}'" if self.selection != "*" else "", "--all" if self.takes_all else ""]
        said += [f"--where '{self.titles}'" if self.titles else "", *(f"--force '{one}'" for one in self.force)]
        return " ".join(["vod backfill", *filter(None, said)])


@dataclass(frozen=True)
class Standing:
    """How far a backfill is.

    Attributes:
        state: ``going on``, ``stopping``, ``stopped``, ``done``, ``done with failures``, ``failing`` or ``failed``.
        titles: How many it was launched over.
        runs: How many of its runs are ``made``, ``failed``, ``cancelled``, ``waiting`` and ``working``.
        wish: What was asked for, as its description says.
    """

    backfill: str
    state: str
    created: str
    titles: int
    runs: Mapping[str, int] = field(default_factory=dict)
    priority: int = 0
    budget_hours: float | None = None
    wish: str = ""

    @property
    def left(self) -> int:
        """How many titles it has not made."""
        return self.titles - self.runs.get("made", 0)


STATES = {
    BulkActionStatus.REQUESTED: "going on",
    BulkActionStatus.CANCELING: "stopping",
    BulkActionStatus.CANCELED: "stopped",
    BulkActionStatus.FAILING: "failing",
    BulkActionStatus.FAILED: "failed",
    BulkActionStatus.COMPLETED: "done",
    BulkActionStatus.COMPLETED_SUCCESS: "done",
    BulkActionStatus.COMPLETED_FAILED: "done with failures",
}


def launch(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    titles: Sequence[str],
    wish: Wish,
    keys: Sequence[dg.AssetKey] | None = None,
) -> str:
    """Ask Dagster's daemon for a run of each title, and return the backfill's id.

    Args:
        instance: Where backfills and runs are recorded.
        definitions: The asset graph.
        titles: What it is launched over.
        wish: Its tags and what it is called.
        keys: Assets of the runs; None: all.
    """
    graph = definitions.resolve_asset_graph()
    selected = keys or sorted(graph.materializable_asset_keys)
    same = DefaultPartitionsSubset(set(titles))
    subset = AssetGraphSubset(partitions_subsets_by_asset_key=dict.fromkeys(selected, same))  # type: ignore[call-arg]
    backfill: PartitionBackfill = PartitionBackfill.from_asset_graph_subset(
        backfill_id=make_new_backfill_id(),
        asset_graph_subset=subset,
        backfill_timestamp=datetime.now(tz=UTC).timestamp(),
        tags=wish.as_tags() | force_tags(definitions, wish.force),
        dynamic_partitions_store=instance,
        title=None,
        description=str(wish),
        run_config=None,
    )
    instance.add_backfill(backfill)
    return str(backfill.backfill_id)


def standings(instance: dg.DagsterInstance, limit: int = 20) -> Iterator[Standing]:
    """Yield how far the last backfills are, the newest first."""
    return (_standing(instance, one) for one in instance.get_backfills(limit=limit))


def standing(instance: dg.DagsterInstance, backfill_id: str) -> Standing:
    """Return how far a backfill is.

    Raises:
        ConfigError: ``unknown_backfill``.
    """
    return _standing(instance, _found(instance, backfill_id))


def last_of(instance: dg.DagsterInstance, wish: Wish) -> Standing | None:
    """Return how far the last backfill is that was asked for in the same way."""
    asked = (one for one in instance.get_backfills(limit=LOOKED_BACK) if one.tags.get(WISH_TAG) == wish.token)
    last = next(asked, None)
    return _standing(instance, last) if last else None


def stop(instance: dg.DagsterInstance, backfill_id: str) -> bool:
    """End a backfill, and return whether it was still going on.

    What waits in the queue is cancelled at once; Dagster's daemon ends what works, and says when all has ended.

    Raises:
        ConfigError: ``unknown_backfill``.
    """
    backfill = _found(instance, backfill_id)
    if backfill.status != BulkActionStatus.REQUESTED:
        return False
    instance.update_backfill(backfill.with_status(BulkActionStatus.CANCELING))  # type: ignore[no-untyped-call]
    launch_no_more(instance, backfill_id, "Its backfill was stopped.")
    return True


def launch_no_more(instance: dg.DagsterInstance, backfill_id: str, why: str = CANCELLED_BY) -> int:
    """Cancel those runs of a backfill that still wait in the queue, and return how many; what works, goes on."""
    waiting = dg.RunsFilter(tags={BACKFILL_TAG: backfill_id}, statuses=[dg.DagsterRunStatus.QUEUED])
    runs = instance.get_runs(waiting)
    for run in runs:
        instance.report_run_canceling(run, message=why)
        instance.report_run_canceled(run, message=why)
    return len(runs)


def busy_titles(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return why titles are left to others: a run of them waits or works, or is about to be launched."""
    active = instance.get_runs(dg.RunsFilter(statuses=ACTIVE))
    busy = {run.tags[PARTITION_TAG]: f"run {run.run_id[:8]} of it" for run in active if PARTITION_TAG in run.tags}
    for backfill in instance.get_backfills(filters=BulkActionsFilter(statuses=GOING_ON)):
        ended = instance.get_runs(dg.RunsFilter(tags={BACKFILL_TAG: backfill.backfill_id}, statuses=ENDED))
        over = {run.tags.get(PARTITION_TAG) for run in ended}
        for title in _titles(backfill):
            if title not in over:
                busy.setdefault(title, f"backfill {backfill.backfill_id}")
    return busy


def _found(instance: dg.DagsterInstance, backfill_id: str) -> PartitionBackfill:
    backfill = instance.get_backfill(backfill_id)
    if backfill is None:
        raise ConfigError(
            "unknown_backfill", f"there is no backfill “{backfill_id[:40]}”", "`vod backfill list` lists them"
        )
    return backfill


def _standing(instance: dg.DagsterInstance, backfill: PartitionBackfill) -> Standing:
    tags = {BACKFILL_TAG: backfill.backfill_id}
    runs = Counter(
        {
            name: instance.get_runs_count(dg.RunsFilter(tags=tags, statuses=list(statuses)))
            for name, statuses in COUNTED.items()
        }
    )
    priority, budget = backfill.tags.get(PRIORITY_TAG, "0"), backfill.tags.get(BUDGET_TAG)
    return Standing(
        backfill=backfill.backfill_id,
        state=STATES[backfill.status],
        created=datetime.fromtimestamp(backfill.backfill_timestamp, tz=UTC).isoformat(timespec="seconds"),
        titles=len(_titles(backfill)),
        runs=dict(runs),
        priority=int(priority) if priority.lstrip("-").isdigit() else 0,
        budget_hours=float(budget) if budget else None,
        wish=backfill.description or "launched in Dagster",
    )


def _titles(backfill: PartitionBackfill) -> Collection[str]:
    """Return the titles that a backfill was launched over, whether of assets or of a job."""
    if backfill.partition_names is not None:
        return backfill.partition_names
    data = backfill.asset_backfill_data
    subsets = data.target_subset.partitions_subsets_by_asset_key.values() if data else ()
    return {title for subset in subsets for title in subset.get_partition_keys()}
