"""Kill a release, a publication, an order or the schedule at random calls, and look at what viewers see meanwhile.

Called as ``python -m trials.publishing_kills --kills 100 --others 10 [--houses disk s3 directus]``. Each round has a
title of its own. A process does the work and dies at a random call of our code; somebody watches from before until
another process has finished the work, and follows the CMS's entry to every file at every origin. In the end
``vod verify --all`` looks at everything. What must not be: a mix of two releases, a file that an entry names and that
is not there, a re-run that fails, anything that `verify` names, an event that nobody was told of.
"""

import argparse
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from trials import publishing_house as doing
from trials.publishing_house import START, House, begun, calls_of, deadly, ended, house, in_a_process
from trials.viewer import Seen
from vod_assets.releasing import load_release

KILLED = -9
HOUSES = ("disk", "s3", "directus")
Work = Callable[[House, str], object]
AHEAD = {"windows": [{"from": "2026-03-01T12:00:00Z"}]}


@dataclass(frozen=True)
class Kind:
    """Something that is killed.

    Attributes:
        before: The releases that are published first.
        work: What is killed, and done again.
        shown: The release that viewers see in the end; 0: none.
        told: What people are told of in the end.
        policy: Of the title, by its round.
        first: What is done before, besides publishing.
        may_miss: Whether viewers may meet files that are gone while it is done.
    """

    before: tuple[int, ...]
    work: Callable[[House, str, int], object]
    shown: int
    told: str
    policy: Callable[[int], Mapping[str, Any]] = lambda _round: {}
    first: Work | None = None
    may_miss: bool = False


@dataclass
class Outcome:
    """What came of the rounds of one kind in one house."""

    kills: int = 0
    lived: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    passes: int = 0
    missing: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing happened that must not."""
        return not (self.missing or self.mixed or self.wrong)


def _opens(number: int) -> Mapping[str, Any]:
    return {"windows": [{"from": _in_hours(number + 1)}]}


def _expires(number: int) -> Mapping[str, Any]:
    return {"windows": [{"from": START.isoformat(), "until": _in_hours(number + 1)}]}


def _in_hours(hours: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600 * hours))


KINDS = {
    "release": Kind((1,), lambda at, title, _round: doing.release(at, title, 2), 2, "published"),
    "rollback": Kind((1, 2), lambda at, title, _round: doing.roll_back(at, title), 1, "rolled_back"),
    "takedown": Kind((1, 2), lambda at, title, _round: doing.take_down(at, title), 0, "taken_down", may_miss=True),
    "lift": Kind((1, 2), lambda at, title, _round: doing.lift(at, title), 2, "published", first=doing.take_down),
    "opening": Kind((1,), lambda at, title, round_: doing.tick(at, title, round_ + 1), 1, "published", policy=_opens),
    "expiry": Kind((1,), lambda at, title, round_: doing.tick(at, title, round_ + 1), 0, "expired", policy=_expires),
}


def attempt(at: House, name: str, kills: int, seed: int) -> Outcome:
    """Kill one kind of work so many times, each time at another title."""
    kind, outcome, lots = KINDS[name], Outcome(), random.Random(f"{seed} {name}")  # noqa: S311 - no secret
    titles = [f"{name}-{number:03}" for number in range(kills + 1)]
    in_a_process(lambda: [_prepared(at, kind, title, number) for number, title in enumerate(titles)])
    note = at.folder / "calls"
    in_a_process(calls_of(partial(kind.work, at, titles[0], 0), note))
    parts = [0, *map(int, note.read_text().split())]  # a release ends at one call, its publication at the last one
    for number, title in enumerate(titles[1:], 1):
        part = lots.randrange(len(parts) - 1)
        moment = lots.randint(parts[part] + 1, parts[part + 1])
        _round(at, partial(kind.work, at, title, number), kind, title, moment, outcome)
    return outcome


def _prepared(at: House, kind: Kind, title: str, number: int) -> None:
    doing.register(at, title, kind.policy(number))
    for one in kind.before:
        doing.release(at, title, one)
    if kind.first is not None:
        kind.first(at, title)
    at.told(title).write_text("")


def _round(at: House, work: Callable[[], object], kind: Kind, title: str, moment: int, outcome: Outcome) -> None:
    ours, theirs = multiprocessing.Pipe()
    viewer = begun(lambda: theirs.send(at.viewer().watch(title, theirs)))
    end = ended(begun(deadly(work, moment)))
    outcome.kills += end == KILLED
    outcome.lived += end == 0
    if end not in (0, KILLED):
        outcome.wrong.append(f"{title}: it ended with {end} before it was killed")
    in_a_process(lambda: theirs.send(_stands(at, title)))
    outcome.struck[ours.recv()] += 1
    if ended(begun(work)) != 0:
        outcome.wrong.append(f"{title}: it could not be done again after call {moment}")
    in_a_process(lambda: doing.tick(at, title))  # notes of whoever was killed
    ours.send("enough")
    seen = _received(ours)
    ended(viewer)
    outcome.passes += len(seen.shown)
    outcome.missing += [] if kind.may_miss else [f"{title}: {what}" for what in seen.missing]
    outcome.mixed += [f"{title}: {what}" for what in seen.mixed]
    in_a_process(lambda: theirs.send(_faults(at, kind, title)))
    outcome.wrong += [f"{title}: {fault}" for fault in ours.recv()]


def _received(ours: Connection) -> Seen:
    found = ours.recv()
    assert isinstance(found, Seen)
    return found


def _stands(at: House, title: str) -> str:
    """Return where a title stands after the kill, in few words."""
    session = at.session()
    entry = session.publisher.shown(title)
    assert entry is not None
    assert entry.release is not None
    assert entry.publication is not None
    number = max(session.origin.releases(title), default=0)
    return f"release {number} placed, {entry.release.number} {entry.publication.status}"


def _faults(at: House, kind: Kind, title: str) -> list[str]:
    """Return what is not as it should be when all is done."""
    session, seen, found = at.session(), Seen(), []
    viewer = at.viewer()
    viewer.look(title, seen)
    if seen.shown != [kind.shown] or seen.missing or seen.mixed:
        found.append(f"{seen.shown} is shown at last; {seen.missing + seen.mixed}")
    if kind.may_miss:
        found += viewer.is_there(title, [f"releases/{number}/clear/master.m3u8" for number in kind.before])
    elif missing := [number for number in kind.before if not load_release(session.origin, title, number).tracks]:
        found.append(f"releases {missing} are gone")
    if left := [due.name for due in session.agenda.notes() if due.title == title]:
        found.append(f"{left} are left to be done")
    told = at.told(title).read_text().splitlines()
    if not told or {line.split()[0] for line in told} != {kind.told} or len(set(told)) != 1:
        found.append(f"people were told {sorted(set(told))}")
    return found


def both(at: House, pairs: int) -> Outcome:
    """Have two processes release and publish the same title at the same time."""
    outcome, titles = Outcome(), [f"pair-{number:03}" for number in range(pairs)]
    in_a_process(lambda: [_prepared(at, KINDS["release"], title, 0) for title in titles])
    for title in titles:
        children = [begun(partial(doing.release, at, title, 2)) for _ in range(2)]
        codes = [ended(child) for child in children]  # each is waited for
        if any(codes):
            outcome.wrong.append(f"{title}: one of two publishers failed")
        ours, theirs = multiprocessing.Pipe()
        in_a_process(lambda title=title, theirs=theirs: theirs.send(_faults(at, KINDS["release"], title)))  # type: ignore[misc]
        outcome.wrong += [f"{title}: {fault}" for fault in ours.recv()]
    return outcome


def verified(at: House) -> tuple[bool, str]:
    """Return whether ``vod verify --all`` finds that all is well, and what it says."""
    argv = [sys.executable, "-m", "vod_assets", "verify", "--all"]
    ran = subprocess.run(argv, env={**os.environ, **at.variables}, capture_output=True, text=True, timeout=600)
    said = f"{ran.stdout}{ran.stderr}".strip()
    return ran.returncode == 0 and said.endswith("all is well"), said


def rounds(at: House, name: str, kills: int, others: int, seed: int) -> None:
    """Run every round in one house; to be called in a process that has no threads, as it forks."""
    is_good = True
    for kind in KINDS:
        if not (count := kills if kind == "release" else others):
            continue
        began = time.monotonic()
        outcome = attempt(at, kind, count, seed)
        is_good &= _print(name, kind, outcome, time.monotonic() - began)
    if others:
        is_good &= _print(name, "two at once", both(at, others), 0.0)
    is_well, said = verified(at)
    print(f"{name}: vod verify --all: {said}", flush=True)
    sys.exit(not (is_well and is_good))


def trial(names: list[str], kills: int, others: int, seed: int, folder: Path) -> bool:
    """Run all rounds, print what came of them, and return whether all is well."""
    codes = []
    for name in names:
        with house(name, folder / name) as at:
            clean = multiprocessing.get_context("spawn").Process(target=rounds, args=(at, name, kills, others, seed))
            clean.start()
            clean.join()
            codes.append(clean.exitcode)
    return not any(codes)


def _print(name: str, kind: str, outcome: Outcome, seconds: float) -> bool:
    struck = "; ".join(f"{count} × {where}" for where, count in sorted(outcome.struck.items()))
    print(
        f"{name}: {kind}: {outcome.kills} killed, {outcome.lived} lived, {outcome.passes} passes of viewers, "
        f"{len(outcome.missing)} files missing, {len(outcome.mixed)} mixed, {len(outcome.wrong)} wrong in the end"
        f"{f', {seconds:.0f} s' if seconds else ''}{f' ({struck})' if struck else ''}",
        flush=True,
    )
    for fault in [*outcome.missing, *outcome.mixed, *outcome.wrong][:20]:
        print(f"  {fault}", file=sys.stderr)
    return outcome.is_good


def main() -> None:
    """Run the trial."""
    parser = argparse.ArgumentParser(prog="python -m trials.publishing_kills", description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100, help="of release and publication")
    parser.add_argument("--others", type=int, default=10, help="of everything else, each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--houses", nargs="+", choices=HOUSES, default=list(HOUSES))
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trial-") as folder:
        is_good = trial(told.houses, told.kills, told.others, told.seed, Path(folder))
    sys.exit(not is_good)


if __name__ == "__main__":
    main()
