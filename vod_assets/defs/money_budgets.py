"""Budgets of backfills in money: what was quoted is kept back for every run, until its end tells what it cost."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

import dagster as dg

from vod_assets.defs.backfills import AMOUNT_TAG, BACKFILL_TAG, ENDED
from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.recorded_makes import read_cost

NOT_LAUNCHED = "The budget of its backfill does not hold what it was quoted."


def keep_quotes(instance: dg.DagsterInstance, backfill_id: str, quotes: Mapping[str, Decimal]) -> None:
    """Remember what the titles of a backfill were quoted, with the margin."""
    said = {title: str(amount) for title, amount in quotes.items()}
    instance.run_storage.set_cursor_values({_key(backfill_id): json.dumps(said)})


def kept_quotes(instance: dg.DagsterInstance, backfill_id: str) -> dict[str, Decimal]:
    """Return what the titles of a backfill were quoted, with the margin."""
    key = _key(backfill_id)
    said = json.loads(instance.run_storage.get_cursor_values({key}).get(key, "{}"))
    return {title: Decimal(amount) for title, amount in said.items()}


def spent(instance: dg.DagsterInstance, runs: Iterable[str]) -> Decimal:
    """Return what ended runs cost, as Dagster has recorded it."""
    total = Decimal(0)
    for run in runs:
        made = instance.event_log_storage.get_records_for_run(
            run, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION, limit=10_000
        )
        total += sum((read_cost(record.event_log_entry) for record in made.records), Decimal(0))
    return total


def withhold(instance: dg.DagsterInstance, backfill_id: str, budget: Decimal) -> int:
    """Cancel the waiting runs of a backfill that its budget may not hold any more; return how many.

    What ended counts as it was recorded, what works or waits as it was quoted; runs of higher priority come first, as
    they do in the queue.
    """
    quotes = kept_quotes(instance, backfill_id)
    runs = instance.get_runs(dg.RunsFilter(tags={BACKFILL_TAG: backfill_id}))
    ended = [run.run_id for run in runs if run.status in ENDED]
    waiting = [run for run in runs if run.status == dg.DagsterRunStatus.QUEUED]
    working = [run for run in runs if run.status not in ENDED and run.status != dg.DagsterRunStatus.QUEUED]
    left = budget - spent(instance, ended) - sum((_quoted(quotes, run) for run in working), Decimal(0))
    cancelled = 0
    for run in reversed(waiting):  # the oldest first
        left -= _quoted(quotes, run)
        if left < 0:
            instance.report_run_canceling(run, message=NOT_LAUNCHED)
            instance.report_run_canceled(run, message=NOT_LAUNCHED)
            left += _quoted(quotes, run)
            cancelled += 1
    return cancelled


def budget_of(tags: Mapping[str, str]) -> Decimal | None:
    """Return the budget of a backfill by its tags; None: it has none."""
    return Decimal(tags[AMOUNT_TAG]) if AMOUNT_TAG in tags else None


def _quoted(quotes: Mapping[str, Decimal], run: dg.DagsterRun) -> Decimal:
    return quotes.get(run.tags.get(PARTITION_TAG, ""), Decimal(0))


def _key(backfill_id: str) -> str:
    return f"vod/quotes/{backfill_id}"
