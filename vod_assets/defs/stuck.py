"""What is stuck: held by a run that is over, or waiting for a process that is gone. What lives is never touched."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg

from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.leases import is_gone
from vod_assets.defs.runs import ACTIVE, PROCESS_GONE, end_dead_run, is_executor_gone
from vod_assets.ports import Leases

LAUNCH_SECONDS = 600  # a run that was handed to a process, and of which no process has said anything since


@dataclass(frozen=True)
class Stuck:
    """Something that is stuck.

    Attributes:
        kind: ``run``, ``pool slot``, ``lease`` or ``sign of life``.
        name: Of it.
        title: That it is about; empty: none.
        why: What is wrong with it.
        remedy: What is done about it.
    """

    kind: str
    name: str
    title: str
    why: str
    remedy: str


def clear(instance: dg.DagsterInstance, leases: Leases, *, dry_run: bool) -> Iterator[Stuck]:
    """Yield what is stuck; each is cleared first, unless it is a dry run."""
    yield from _runs(instance, leases, dry_run)
    yield from _slots(instance, dry_run)
    yield from _leases(instance, leases, dry_run)


def _runs(instance: dg.DagsterInstance, leases: Leases, dry_run: bool) -> Iterator[Stuck]:
    for record in instance.get_run_records(dg.RunsFilter(statuses=ACTIVE)):
        run, why = record.dagster_run, ""
        if run.status != dg.DagsterRunStatus.QUEUED and is_executor_gone(run, leases):
            why = PROCESS_GONE
        elif run.status == dg.DagsterRunStatus.STARTING and _since(record) > LAUNCH_SECONDS:
            beat = leases.beat_of(run.run_id)
            why = "" if beat else f"it was launched {_since(record)} s ago, and no process has begun it"
        if why:
            if not dry_run:
                end_dead_run(instance, run, why)
            title = run.tags.get(PARTITION_TAG, "")
            yield Stuck("run", run.run_id, title, why, "it is ended; the reaper launches what it was to make")


def _slots(instance: dg.DagsterInstance, dry_run: bool) -> Iterator[Stuck]:
    storage = instance.event_log_storage
    freed: set[str] = set()
    for pool in sorted(storage.get_concurrency_keys()):
        info = storage.get_concurrency_info(pool)
        claims: list[Any] = [*info.claimed_slots, *info.pending_steps]
        for claim in claims:
            run = instance.get_run_by_id(claim.run_id)
            if run is not None and not run.is_finished:
                continue
            why = "its run has ended" if run else "its run is not known"
            if not dry_run and claim.run_id not in freed:
                storage.free_concurrency_slots_for_run(claim.run_id)
                freed.add(claim.run_id)
            title = run.tags.get(PARTITION_TAG, "") if run else ""
            yield Stuck("pool slot", f"{pool}: {claim.step_key}", title, why, "it is free for the next step")


def _leases(instance: dg.DagsterInstance, leases: Leases, dry_run: bool) -> Iterator[Stuck]:
    for beat in leases.beats():
        run = instance.get_run_by_id(beat.run)
        ended = run is not None and run.is_finished and is_gone(beat)
        if not ended:
            continue
        held = leases.holder(beat.title) if beat.title else None
        if held is not None and held.run == beat.run:
            if not dry_run:
                leases.let_go(held)
            yield Stuck("lease", beat.run, beat.title, "its run has ended", "the title is free")
        if not dry_run:
            leases.stop(beat.run)
        yield Stuck("sign of life", beat.run, beat.title, "its process is gone, and its run has ended", "it is removed")


def _since(record: Any) -> int:
    return int(time.time() - record.update_timestamp.timestamp())
