"""Reports of the operation: what runs came to, how quickly titles were encoded, what failed, what it takes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter

from vod_assets.domain.codes import CODES
from vod_assets.domain.operating_facts import MadeFact, RunFact, RunState
from vod_assets.domain.report_lines import (
    DayLine,
    FailureLine,
    GroupLine,
    OperatingReport,
    TitleLine,
    Waiting,
    Window,
    Work,
)

DAY_SECONDS = 86_400
NAMED_TITLES = 20  # of one failure; the rest is counted


@dataclass
class _Tally:
    """Adds up what was encoded, counting what several rungs share once."""

    makes: int = 0
    reused: int = 0
    encode_seconds: float = 0.0
    media: dict[tuple[str, str], float] = field(default_factory=dict)
    cpu: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def add(self, one: MadeFact) -> None:
        self.reused += one.is_reused
        if one.is_reused or one.encode_seconds is None:
            return
        shared = (one.run, one.codec)
        self.makes += 1
        self.encode_seconds += one.encode_seconds
        self.media[shared] = max(self.media.get(shared, 0.0), one.media_seconds or 0.0)
        process = (*shared, one.step)  # several steps: each rung had its own
        self.cpu[process] = max(self.cpu.get(process, 0.0), one.cpu_seconds or 0.0)

    def total(self) -> Work:
        return Work(self.makes, self.reused, sum(self.media.values()), self.encode_seconds, sum(self.cpu.values()))


def report_of(
    window: Window, runs: Iterable[RunFact], made: Iterable[MadeFact], wanted: frozenset[str] | None = None
) -> OperatingReport:
    """Return the report of the runs that were created in a window, and of what they made.

    Args:
        window: From when to when.
        runs: In any order; those created outside the window are left out.
        made: The newest first; what other runs made is left out.
        wanted: Titles that are reported; None: all.
    """
    counted = [run for run in runs if window.holds(run.created_at) and (wanted is None or run.title in wanted)]
    known = {run.run for run in counted}
    facts = [one for one in made if one.run in known]
    encoded = [one for one in facts if one.is_encoded]
    by_title = defaultdict[str, list[MadeFact]](list)
    for one in facts:
        by_title[one.title].append(one)
    ordered = sorted(counted, key=attrgetter("title", "created_at", "run"))
    titles = [_title(title, list(its), by_title[title]) for title, its in groupby(ordered, attrgetter("title"))]
    return OperatingReport(
        window=window,
        states=_states(counted),
        retries=sum(run.is_retry for run in counted),
        work=_work(encoded),
        made=sum(not one.is_reused for one in facts),
        reused=sum(one.is_reused for one in facts),
        waited=_waiting(counted),
        stored_bytes=sum(line.stored_bytes for line in titles),
        delivered_bytes=sum(line.delivered_bytes for line in titles),
        cost=_cost(facts),
        titles=titles,
        codecs=_works(encoded, "codec"),
        assets=_works(encoded, "asset"),
        failures=_failures(counted),
        groups=_groups(facts),
        days=_days(counted, encoded),
        counted=ordered,
    )


def _title(title: str, runs: Sequence[RunFact], made: Sequence[MadeFact]) -> TitleLine:
    last, states = runs[-1], _states(runs)
    releases = [one.delivered_bytes for one in made if one.delivered_bytes]
    return TitleLine(
        title=title,
        profile=next((one.profile for one in made if one.profile), ""),
        last_state=last.state,
        last_run=last.run,
        last_ended_at=_instant(last.ended_at),
        last_code=last.code,
        last_cause=last.cause,
        runs=len(runs),
        succeeded=states.get("succeeded", 0),
        failed=states.get("failed", 0),
        cancelled=states.get("cancelled", 0),
        retries=sum(run.is_retry for run in runs),
        waited_seconds=sum(run.waited_seconds or 0.0 for run in runs),
        worked_seconds=sum(run.worked_seconds for run in runs),
        work=_work(one for one in made if one.is_encoded),
        made=sum(not one.is_reused for one in made),
        reused=sum(one.is_reused for one in made),
        stored_bytes=sum(one.size_bytes for one in made if _is_stored(one)),
        delivered_bytes=releases[0] if releases else 0,
        cost=_cost(made),
    )


def _is_stored(one: MadeFact) -> bool:
    """Whether the asset's own bytes were added to the store."""
    return not one.is_reused


def _works(made: Iterable[MadeFact], what: str) -> dict[str, Work]:
    tallies = defaultdict[str, _Tally](_Tally)
    for one in made:
        tallies[getattr(one, what)].add(one)
    return {name: tallies[name].total() for name in sorted(tallies)}


def _work(made: Iterable[MadeFact]) -> Work:
    """Return the sum over all codecs, each of which encodes the whole programme."""
    tally = _Tally()
    for one in made:
        tally.add(one)
    return tally.total()


def _states(runs: Iterable[RunFact]) -> dict[str, int]:
    counts = defaultdict[RunState, int](int)
    for run in runs:
        counts[run.state] += 1
    return {state: counts[state] for state in sorted(counts)}


def _waiting(runs: Iterable[RunFact]) -> Waiting:
    waited = sorted(run.waited_seconds for run in runs if run.waited_seconds is not None)
    if not waited:
        return Waiting()
    return Waiting(waited[len(waited) // 2], waited[min(len(waited) - 1, len(waited) * 95 // 100)], waited[-1])


def _failures(runs: Iterable[RunFact]) -> list[FailureLine]:
    by_code = defaultdict[str, list[RunFact]](list)
    for run in sorted(runs, key=attrgetter("created_at", "run")):
        if run.state == "failed":
            by_code[run.code].append(run)
    lines = []
    for code, failed in by_code.items():
        titles = sorted({run.title for run in failed})
        who = CODES[code].who if code in CODES else ""
        lines.append(FailureLine(code, who, len(failed), tuple(titles[:NAMED_TITLES]), len(titles), failed[-1].cause))
    return sorted(lines, key=lambda line: (-line.runs, line.code))


def _groups(made: Iterable[MadeFact]) -> list[GroupLine]:
    by_group = defaultdict[str, list[MadeFact]](list)
    for one in made:
        by_group[one.group].append(one)
    return [
        GroupLine(
            group=group,
            made=sum(not one.is_reused for one in its),
            reused=sum(one.is_reused for one in its),
            stored_bytes=sum(one.size_bytes for one in its if _is_stored(one)),
        )
        for group, its in sorted(by_group.items())
    ]


def _days(runs: Iterable[RunFact], encoded: Iterable[MadeFact]) -> list[DayLine]:
    day_of = {run.run: run.created_at // DAY_SECONDS for run in runs}
    by_day, work = defaultdict[float, list[RunFact]](list), defaultdict[float, _Tally](_Tally)
    for run in runs:
        by_day[day_of[run.run]].append(run)
    for one in encoded:
        work[day_of[one.run]].add(one)
    return [
        DayLine(_instant(day * DAY_SECONDS)[:10], _states(by_day[day]), work[day].total().media_seconds)
        for day in sorted(by_day)
    ]


def _cost(made: Iterable[MadeFact]) -> dict[str, float]:
    costs = defaultdict[str, float](float)
    for one in made:
        if one.cost is not None and not one.is_reused:
            costs[one.currency] += one.cost
    return {currency: round(costs[currency], 6) for currency in sorted(costs)}


def _instant(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
