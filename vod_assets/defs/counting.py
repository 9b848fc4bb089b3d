"""Counters that survive a restart: what was encoded, and what failed by which code."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from vod_assets.defs.operated import run_fact
from vod_assets.defs.recorded_makes import newest_event, recorded_makes
from vod_assets.defs.run_endings import STEP_PROBLEM
from vod_assets.domain.codes import CODES
from vod_assets.domain.measures import Measure, counters

FIRST_LOOK_SECONDS = 86_400  # how far back the very first look goes
OVERLAP_SECONDS = 300  # an update may be seen later than its time says
OTHER = "other"


@dataclass
class Counted:
    """What was counted so far.

    Attributes:
        event: Everything up to this id in Dagster's record was counted; None: nothing yet.
        until: Runs that ended before were counted, and those of ``runs``.
        shared: Programme of the last runs, by run and codec: rungs of one codec share it.
    """

    event: int | None = None
    until: float = 0.0
    runs: dict[str, float] = field(default_factory=dict)
    media_seconds: dict[str, float] = field(default_factory=dict)
    encode_seconds: dict[str, float] = field(default_factory=dict)
    encodes: dict[str, float] = field(default_factory=dict)
    reused: dict[str, float] = field(default_factory=dict)
    failures: dict[str, float] = field(default_factory=dict)
    shared: dict[str, float] = field(default_factory=dict)


class Counting:
    """Counts on from where it was.

    Args:
        instance: Where runs are recorded.
        file: Keeps what was counted.
    """

    def __init__(self, instance: dg.DagsterInstance, file: Path) -> None:
        self.instance, self.file = instance, file
        self.counted = _read(file)

    def measures(self) -> list[Measure]:
        """Look at what is new, and return the counters."""
        now = time.time()
        since = now - FIRST_LOOK_SECONDS if self.counted.event is None else 0.0
        newest = newest_event(self.instance)
        self._count_encodes(since, newest)
        self._count_failures(now)
        self.counted.event = newest
        _keep(self.file, self.counted)
        counted = self.counted
        return [
            counters("vod_media_seconds", "Programme that was encoded.", "codec", counted.media_seconds),
            counters("vod_encode_seconds", "Time that encoding took, by the clock.", "codec", counted.encode_seconds),
            counters("vod_encodes", "Renditions and sounds that were encoded.", "codec", counted.encodes),
            counters("vod_encodes_reused", "Renditions and sounds that were there already.", "codec", counted.reused),
            counters("vod_run_failures", "Runs that failed, by the code of the error.", "code", counted.failures),
        ]

    def _count_encodes(self, since: float, newest: int) -> None:
        counted = self.counted
        for one in recorded_makes(self.instance, since, after=counted.event, upto=newest):
            if not one.is_encoded:
                continue
            if one.is_reused or one.encode_seconds is None:
                _add(counted.reused, one.codec, one.is_reused)
                continue
            _add(counted.encodes, one.codec, 1)
            _add(counted.encode_seconds, one.codec, one.encode_seconds)
            key, media = f"{one.run}/{one.codec}", one.media_seconds or 0.0
            _add(counted.media_seconds, one.codec, max(0.0, media - counted.shared.get(key, 0.0)))
            counted.shared[key] = max(media, counted.shared.get(key, 0.0))
        counted.shared = dict(list(counted.shared.items())[-1000:])

    def _count_failures(self, now: float) -> None:
        counted = self.counted
        since = (counted.until or now - FIRST_LOOK_SECONDS) - OVERLAP_SECONDS
        filters = dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.FAILURE], updated_after=datetime.fromtimestamp(since, UTC)
        )
        for record in self.instance.get_run_records(filters):
            run = record.dagster_run.run_id
            if run not in counted.runs:
                code = run_fact(self.instance, record).code
                _add(counted.failures, code if code in CODES or code == STEP_PROBLEM else OTHER, 1)
            counted.runs[run] = record.update_timestamp.replace(tzinfo=UTC).timestamp()
        counted.until = now
        counted.runs = {one: at for one, at in counted.runs.items() if at >= now - 2 * OVERLAP_SECONDS}


def _add(values: dict[str, float], name: str, value: float) -> None:
    values[name] = values.get(name, 0.0) + value


def _read(file: Path) -> Counted:
    """Return what was counted; nothing, where that cannot be read: counters may begin anew."""
    try:
        return Counted(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Counted()


def _keep(file: Path, counted: Counted) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(json.dumps(asdict(counted)), encoding="utf-8")
    draft.replace(file)
