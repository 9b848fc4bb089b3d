"""Runs of one title and their events, as evidence."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from vod_assets.defs.operated import everything, run_fact, run_records
from vod_assets.defs.run_logs import entries_of

LONGEST = 4000
UNTOLD_TAGS = (".dagster/", "vod/callback")  # Dagster's own; and who wanted to be told


def runs_of(instance: dg.DagsterInstance, title: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return each run of a title with its events, the oldest run first."""
    records = list(run_records(instance, everything(), title))
    return [(_run(instance, record), list(events_of(instance, record.dagster_run.run_id))) for record in records[::-1]]


def events_of(instance: dg.DagsterInstance, run: str) -> Iterator[dict[str, Any]]:
    """Yield what happened in a run, oldest first."""
    for entry in entries_of(instance, run):
        event = entry.dagster_event
        said = {
            "time": _instant(entry.timestamp),
            "step": entry.step_key,
            "event": event.event_type_value if event else None,
            "message": (entry.user_message or (event.message if event else "") or "")[:LONGEST],
            **_facts(event),
        }
        yield {name: value for name, value in said.items() if value not in (None, "", {})}


def checks_of(events: Iterator[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the last result of each check, by its name; events are given the oldest first."""
    return {event["check"]: event for event in events if "check" in event}


def _run(instance: dg.DagsterInstance, record: dg.RunRecord) -> dict[str, Any]:
    fact, run = run_fact(instance, record), record.dagster_run
    tags = {name: value for name, value in run.tags.items() if not name.startswith(UNTOLD_TAGS)}
    return {
        "run": fact.run,
        "state": fact.state,
        "created": _instant(fact.created_at),
        "started": _instant(fact.started_at),
        "ended": _instant(fact.ended_at),
        "code": fact.code,
        "cause": fact.cause,
        "is_retry": fact.is_retry,
        "tags": tags,
        "selected": sorted(key.to_user_string() for key in run.asset_selection or ()),
    }


def _facts(event: dg.DagsterEvent | None) -> dict[str, Any]:
    """Return what an event says besides its message: of an asset, a check, a failure."""
    if event is None:
        return {}
    if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
        made = event.step_materialization_data.materialization
        return {"asset": made.asset_key.to_user_string(), "metadata": _metadata(made.metadata)}
    if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        judged = event.asset_check_evaluation_data
        name = f"{judged.asset_key.to_user_string()}.{judged.check_name}"
        facts = {"check": name, "passed": judged.passed, "severity": judged.severity.value}
        return facts | {"metadata": _metadata(judged.metadata)}
    if event.is_step_failure and event.step_failure_data.error is not None:
        told = event.step_failure_data.user_failure_data
        why = {"error": event.step_failure_data.error.to_string()[:LONGEST]}
        return why | ({"metadata": _metadata(told.metadata or {})} if told else {})
    return {}


def _metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: one.value for name, one in metadata.items()}
    return {
        name: value if isinstance(value, bool | int | float) else str(value)[:LONGEST] for name, value in values.items()
    }


def _instant(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
