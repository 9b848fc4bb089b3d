"""What runs and their tools said, from Dagster's events and from what it kept of their output."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from logging import getLevelName
from typing import Any

import dagster as dg
from dagster._core.events import ComputeLogsCaptureData  # no public names in 1.13
from dagster._core.storage.compute_log_manager import ComputeLogManager

from vod_assets.domain.operating_facts import RunFact
from vod_assets.domain.redacting import Redactor

MOST_RUNS, MOST_LINES, LONGEST_LINE = 200, 500, 2000
RECORDS_AT_ONCE = 1000
NOISE = frozenset(
    {
        dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
        dg.DagsterEventType.HANDLED_OUTPUT,
        dg.DagsterEventType.LOADED_INPUT,
        dg.DagsterEventType.STEP_INPUT,
        dg.DagsterEventType.STEP_OUTPUT,
        dg.DagsterEventType.RESOURCE_INIT_STARTED,
        dg.DagsterEventType.RESOURCE_INIT_SUCCESS,
    }
)
LAST_WORDS = ("command", "last_words")  # of a tool, in the metadata of a failure


def run_logs(
    instance: dg.DagsterInstance, runs: Iterable[RunFact], kept: ComputeLogManager[Any] | None, redact: Redactor
) -> list[dict[str, Any]]:
    """Return what runs said, a line each, without secrets: at most 200 runs, those that failed first.

    Args:
        instance: Where the runs are recorded.
        runs: Whose logs.
        kept: What keeps the output of steps; None: nothing does.
        redact: Takes secrets out.
    """
    chosen = sorted(runs, key=lambda run: (run.state != "failed", -run.created_at))[:MOST_RUNS]
    return [
        {"run": run.run, "title": run.title, "state": run.state, "lines": lines_of(instance, run.run, kept, redact)}
        for run in chosen
    ]


def lines_of(
    instance: dg.DagsterInstance, run: str, kept: ComputeLogManager[Any] | None, redact: Redactor
) -> list[str]:
    """Return what one run said, oldest first; of a longer one, its last 500 lines."""
    said = [line for entry in entries_of(instance, run) for line in _lines(entry, kept)]
    return [redact(line)[:LONGEST_LINE] for line in said[-MOST_LINES:]]


def entries_of(instance: dg.DagsterInstance, run: str) -> Iterator[dg.EventLogEntry]:
    """Yield the log entries of a run that say something to a person, oldest first."""
    cursor: str | None = None
    while True:
        page = instance.get_records_for_run(run, cursor=cursor, limit=RECORDS_AT_ONCE)
        for record in page.records:
            entry = record.event_log_entry
            if entry.dagster_event is None or entry.dagster_event.event_type not in NOISE:
                yield entry
        if not page.has_more:
            return
        cursor = page.cursor


def _lines(entry: dg.EventLogEntry, kept: ComputeLogManager[Any] | None) -> Iterator[str]:
    at = datetime.fromtimestamp(entry.timestamp, UTC).isoformat(timespec="milliseconds")
    level = entry.level if isinstance(entry.level, str) else getLevelName(entry.level)
    head = " ".join(part for part in (at, level, entry.step_key or "") if part)
    event = entry.dagster_event
    if event is not None and event.event_type == dg.DagsterEventType.LOGS_CAPTURED:
        yield from (f"{head} {line}" for line in _output(event, entry.run_id, kept))
        return
    said = [entry.user_message or (event.message if event else "") or ""]
    if event is not None and event.is_step_failure:
        said += _why(event)
    for text in said:
        yield from (f"{head} {line}" for line in text.splitlines() if line.strip())


def _why(event: dg.DagsterEvent) -> Iterator[str]:
    """Yield what a failure says: our sentence, the tool's command line, its last words."""
    data = event.step_failure_data
    if data.error is not None:
        yield data.error.message
    told = data.user_failure_data
    if told is not None:
        yield told.description or ""
        yield from (str(told.metadata[name].value) for name in LAST_WORDS if name in (told.metadata or {}))


def _output(event: dg.DagsterEvent, run: str, kept: ComputeLogManager[Any] | None) -> Iterator[str]:
    """Yield what steps wrote to their output and error, where that was kept."""
    if kept is None:
        return
    captured = event.event_specific_data
    if not isinstance(captured, ComputeLogsCaptureData):
        return
    found = kept.get_log_data([run, "compute_logs", captured.file_key])
    for said in (found.stdout, found.stderr):
        yield from (said or b"").decode("utf-8", errors="replace").splitlines()
