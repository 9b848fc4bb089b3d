"""What `vod doctor` looks at through Dagster: the daemon, the sensors, the pools."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from vod_assets.doctor import Finding, State
from vod_assets.home import ensure_dagster_home
from vod_assets.settings import Settings


def check_instance(settings: Settings) -> Iterator[Finding]:
    """The Dagster instance: its titles, daemon, sensors and pools."""
    ensure_dagster_home(settings)
    with dg.DagsterInstance.get() as instance:
        yield Finding("titles", State.OK, f"{len(instance.get_dynamic_partitions('titles'))} registered")
        yield daemon_finding(instance.get_daemon_statuses(), time.time())
        yield from sensor_findings(_sensors(settings), _switched(instance))
        for pool in sorted(instance.event_log_storage.get_concurrency_keys()):
            slots = instance.event_log_storage.get_concurrency_info(pool)
            found = f"{slots.active_slot_count} of {slots.slot_count} slots taken"
            yield Finding(f"pool {pool}", State.OK, found)


def daemon_finding(statuses: Any, now: float) -> Finding:
    """Return whether the daemon is alive: without it queued runs, sensors and schedules wait for ever."""
    beats = [status.last_heartbeat.timestamp for status in statuses.values() if status.last_heartbeat]
    if any(status.healthy for status in statuses.values()):
        return Finding("daemon", State.OK, f"heartbeat {max(0, int(now - max(beats)))} s ago")
    found = f"last heartbeat {int((now - max(beats)) / 60)} minutes ago" if beats else "never ran"
    remedy = (
        "`vod run-workflow` works without it; `make dev` or `dagster dev` starts it for the UI, sensors and schedules"
    )
    return Finding("daemon", State.WARNING, found, remedy)


def sensor_findings(defaults: dict[str, bool], switched: dict[str, bool]) -> Iterator[Finding]:
    """Yield which sensors and schedules run: a person's switch wins over the default in the code."""
    for name in sorted(defaults):
        is_on = switched.get(name, defaults[name])
        remedy = "" if is_on else "Switch it on in the UI, under Automation, if it shall start runs"
        yield Finding(f"sensor {name}", State.OK, "on" if is_on else "off", remedy)


def _sensors(settings: Settings) -> dict[str, bool]:
    from vod_assets.definitions import build_definitions

    repository = build_definitions(settings).get_repository_def()
    sensors = {sensor.name: sensor.default_status for sensor in repository.sensor_defs}
    schedules = {schedule.name: schedule.default_status for schedule in repository.schedule_defs}
    return {name: status.value == "RUNNING" for name, status in {**sensors, **schedules}.items()}


def _switched(instance: dg.DagsterInstance) -> dict[str, bool]:
    states = instance.all_instigator_state()
    return {state.instigator_name: state.is_running for state in states if state.status.value != "DECLARED_IN_CODE"}
