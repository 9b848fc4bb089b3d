"""What Dagster knows of a house in operation, as measures: queues, pools, runs, its daemon."""

import time
from collections.abc import Callable
from datetime import UTC
from typing import Any

import dagster as dg

from vod_assets.defs.operated import STATES
from vod_assets.domain.measures import Measure, gauge, gauges
from vod_assets.settings import Settings

WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
BROKER_SECONDS = 2.0


def run_measures(instance: dg.DagsterInstance) -> list[Measure]:
    """Return how many runs there are of each state, and how long the oldest one waits."""
    counts: dict[str, float] = dict.fromkeys((*STATES.values(), "waiting"), 0.0)
    for status, state in [*STATES.items(), *((status, "waiting") for status in WAITING)]:
        counts[state] += instance.get_runs_count(dg.RunsFilter(statuses=[status]))
    oldest = instance.get_run_records(dg.RunsFilter(statuses=WAITING), limit=1, ascending=True)
    age = time.time() - oldest[0].create_timestamp.replace(tzinfo=UTC).timestamp() if oldest else 0.0
    return [
        gauges("vod_runs", "Runs that Dagster has a record of.", "state", counts),
        gauge("vod_oldest_waiting_run_age_seconds", "How long the oldest run waits; 0: none waits.", max(0.0, age)),
    ]


def pool_measures(instance: dg.DagsterInstance) -> list[Measure]:
    """Return how many slots each pool has, and how many are taken and waited for."""
    storage = instance.event_log_storage
    pools = {pool: storage.get_concurrency_info(pool) for pool in sorted(storage.get_concurrency_keys())}
    counts: dict[str, tuple[str, Callable[[Any], int]]] = {
        "vod_pool_slots": ("Slots of a pool.", lambda info: info.slot_count),
        "vod_pool_slots_taken": ("Slots of a pool that steps have.", lambda info: info.active_slot_count),
        "vod_pool_steps_waiting": ("Steps that wait for a slot.", lambda info: info.pending_step_count),
    }
    return [
        gauges(name, said, "pool", {pool: float(count(info)) for pool, info in pools.items()})
        for name, (said, count) in counts.items()
    ]


def daemon_measures(instance: dg.DagsterInstance) -> list[Measure]:
    """Return when each of Dagster's daemons gave its last sign of life."""
    beats = {
        kind: status.last_heartbeat.timestamp
        for kind, status in instance.get_daemon_statuses().items()
        if status.last_heartbeat
    }
    return [gauges("vod_daemon_heartbeat_timestamp_seconds", "Last sign of life of a daemon.", "daemon", beats)]


def queue_measures(settings: Settings) -> list[Measure]:
    """Return how many messages and consumers the queues of the farm have; none without a farm."""
    if settings.executor != "celery":
        return []
    import kombu

    from vod_assets.defs.farm.config import addresses
    from vod_assets.defs.farm.queues import QUEUES

    untyped: Any = kombu
    messages, consumers = dict[str, float](), dict[str, float]()
    with untyped.Connection(addresses(settings)[0], connect_timeout=BROKER_SECONDS) as connection:
        for queue in QUEUES:
            channel = connection.channel()
            try:
                found = channel.queue_declare(queue=queue, passive=True)
            except connection.channel_errors:  # no worker has made it yet; the channel is closed by that
                messages[queue], consumers[queue] = 0.0, 0.0
                continue
            messages[queue], consumers[queue] = float(found.message_count), float(found.consumer_count)
            channel.close()
    return [
        gauges("vod_queue_messages", "Steps that wait in a queue of the farm.", "queue", messages),
        gauges("vod_queue_workers", "Workers that take steps from a queue of the farm.", "queue", consumers),
    ]
