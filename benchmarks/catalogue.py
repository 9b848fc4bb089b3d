"""A catalogue of titles that do not change: ``python benchmarks/catalogue.py WORK [--titles 1000]``; see README.md.

Made first with tools that remember (stand_ins.py); then a second backfill, some forced runs, and one rung's preset
changed.
"""

import argparse
import json
import logging
import multiprocessing
import os
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import dagster as dg
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.clips import FFMPEG, run
from benchmarks.measure import Measurement, measured
from benchmarks.stand_ins import StandIns
from vod_assets.cli.session import Session, open_session
from vod_assets.definitions import build_definitions
from vod_assets.defs.partitions import titles as all_titles
from vod_assets.defs.runs import Tally, run_title
from vod_assets.domain.selecting import EVERYTHING

PROFILE = Path(__file__).resolve().parent.parent / "vod_assets_tests" / "profiles" / "tiny.yaml"
RUNG = "180p"
RENDITION = f"h264_{RUNG}"
FOLLOWS = {
    "video_tracks",
    "quality_control",
    "hls_package",
    "dash_package",
    "release",
    "cms_entry",
}  # it is the smallest rung
AT_ONCE = 2
FORKED = multiprocessing.get_context("fork")  # children have what this process has imported
Say = Callable[[str, float], object]
Command = Callable[[Sequence[str | Path], Path, Mapping[str, str]], Measurement]  # arguments, folder, environment


def as_process(arguments: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> Measurement:
    """Run ``vod`` as people do, in a process of its own."""
    return measured([sys.executable, "-m", "vod_assets", *arguments], folder, environment)


@dataclass(frozen=True)
class Run:
    """One title's run: what it made, which rungs it encoded, what it cost, tools included."""

    title: str
    executed: tuple[str, ...]
    encoded: tuple[str, ...]
    cpu_seconds: float
    steps: int
    failure: str = ""


class Unheard:
    """A display that shows nothing."""

    def started(self, title: str, step: str) -> None:
        pass

    def progressed(self, title: str, step: str, progress: object) -> None:
        pass

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        pass


@dataclass
class Trial:
    """A home with a catalogue in it."""

    work: Path
    titles: int
    forced: int
    say: Say
    command: Command = as_process
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "VOD_HOME": str(self.work / "home"),
            "VOD_PROFILES": str(self.work / "profiles"),
            "VOD_PROFILE": "tiny",
            "VOD_TRACE_TOOLS": str(self.work / "calls.jsonl"),
            "DAGSTER_HOME": "",
        }

    def vod(self, *arguments: str | Path) -> Measurement:
        return self.command(arguments, self.work, self.environment).checked()

    def backfill(self, *arguments: str) -> tuple[Measurement, dict[str, Any]]:
        ended = self.vod("backfill", "--json", "--at-most", str(self.titles), *arguments)
        told: dict[str, Any] = json.loads(ended.stdout)
        return ended, told

    def calls(self) -> int:
        """Return how many tools were started since the last question."""
        traced = self.work / "calls.jsonl"
        count = len(traced.read_text().splitlines()) if traced.exists() else 0
        traced.unlink(missing_ok=True)
        return count

    def run_all(self, titles: Sequence[str]) -> list[Run]:
        """Run titles with tools that remember, two at once."""
        shares = [titles[number::AT_ONCE] for number in range(AT_ONCE)]
        with ProcessPoolExecutor(AT_ONCE, mp_context=FORKED) as pool:
            done = pool.map(partial(_run_some, self.environment, remembering=True), shares)
            return _checked([one for share in done for one in share])

    def run_forced(self, titles: Sequence[str]) -> list[Run]:
        """Run titles one by one with the real tools."""
        with ProcessPoolExecutor(1, mp_context=FORKED) as pool:
            return _checked(pool.submit(_run_some, self.environment, titles, remembering=False).result())

    def empty_runs(self, titles: Sequence[str], steps: int) -> list[float]:
        """Return the CPU seconds of Dagster runs of so many steps that do nothing, in the same instance."""
        with ProcessPoolExecutor(1, mp_context=FORKED) as pool:
            return pool.submit(_run_empty, self.environment, titles, steps).result()


def trial(work: Path, titles: int, forced: int, say: Say, command: Command = as_process) -> dict[str, object]:
    """Run the whole trial, say its figures, and return its facts."""
    trial = Trial(work, titles, forced, say, command)
    names = _registered(trial)
    began = time.monotonic()
    first = trial.run_all(names)
    say("first: wall s a title", (time.monotonic() - began) / titles)
    say("first: CPU s a title", sum(one.cpu_seconds for one in first) / titles)
    say("first: rungs encoded", sum(len(one.encoded) for one in first))
    trial.calls()
    _second_backfill(trial)
    _forced_runs(trial, names[:forced])
    _changed_rung(trial)
    return trial.facts


def _registered(trial: Trial) -> list[str]:
    """Make a home with so many titles in it, all of the same footage, none of the same bytes."""
    shutil.rmtree(trial.work, ignore_errors=True)
    sources = trial.work / "sources"
    sources.mkdir(parents=True)
    (trial.work / "profiles").mkdir()
    shutil.copy(PROFILE, trial.work / "profiles")
    clip = trial.work / "clip.mp4"
    picture, tone = "testsrc2=s=640x360:r=25:d=2", "sine=440:d=2"
    encoding = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    run([FFMPEG, "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, *encoding, clip])
    data, names = clip.read_bytes(), [f"title-{number:05d}" for number in range(trial.titles)]
    for name in names:
        (sources / f"{name}.mp4").write_bytes(data + (8 + len(name)).to_bytes(4, "big") + b"free" + name.encode())
    (trial.work / "list.csv").write_text("\n".join(["source", *(f"sources/{name}.mp4" for name in names)]))
    trial.say("register: CPU s", trial.vod("titles", "import", trial.work / "list.csv").cpu_seconds)
    return names


def _second_backfill(trial: Trial) -> None:
    ended, told = trial.backfill()
    trial.say("second backfill: wall s (≤ 60)", ended.wall_seconds)
    trial.say("second backfill: CPU s", ended.cpu_seconds)
    trial.say("second backfill: runs started (0)", len(told["titles"]))
    trial.say("second backfill: titles that need nothing", told["nothing_to_do"])
    trial.say("second backfill: tools started (0)", trial.calls())


def _forced_runs(trial: Trial, names: Sequence[str]) -> None:
    taken = trial.backfill("--all", "--dry-run", "--where", f"title={','.join(names)}")[1]["titles"]
    trial.say("forced: titles taken", len(taken))
    runs = trial.run_forced(taken)
    trial.say("forced: tools started (0)", trial.calls())
    trial.say("forced: assets made (0)", sum(len(one.executed) for one in runs))
    own = median(one.cpu_seconds for one in runs)
    steps = runs[0].steps
    empty, smallest = median(trial.empty_runs(names, steps)), median(trial.empty_runs(names, 1))
    trial.facts["steps of a run"] = steps
    trial.say("forced: CPU s a run", own)
    trial.say("an empty Dagster run of as many steps, CPU s", empty)
    trial.say("an empty Dagster run of one step, CPU s", smallest)
    trial.say("forced ÷ empty run of as many steps (≤ 5)", own / empty)
    trial.say("forced ÷ empty run of one step", own / smallest)


def _changed_rung(trial: Trial) -> None:
    path = trial.work / "profiles" / PROFILE.name
    profile = yaml.safe_load(path.read_text())
    next(rung for rung in profile["video"][0]["rungs"] if rung["name"] == RUNG)["crf"] += 1
    path.write_text(yaml.safe_dump(profile))
    ended, told = trial.backfill("--dry-run")
    trial.say("changed rung: planning, wall s", ended.wall_seconds)
    trial.say("changed rung: planning, CPU s", ended.cpu_seconds)
    trial.say(f"changed rung: titles to make ({trial.titles})", len(told["titles"]))
    began = time.monotonic()
    runs = trial.run_all(told["titles"])
    trial.say("changed rung: wall s a title", (time.monotonic() - began) / trial.titles)
    trial.say("changed rung: CPU s a title", sum(one.cpu_seconds for one in runs) / trial.titles)
    encoded = Counter(rung for one in runs for rung in one.encoded)
    trial.say(f"changed rung: encodes of that rung ({trial.titles})", encoded.pop(RENDITION, 0))
    trial.say("changed rung: encodes of others (0)", sum(encoded.values()))
    besides = {asset for one in runs for asset in one.executed} - FOLLOWS - {RENDITION}
    trial.facts["changed rung: assets made besides what follows"] = sorted(besides)
    trial.say("changed rung: assets made besides what follows (0)", len(besides))


def _run_some(environment: Mapping[str, str], titles: Sequence[str], *, remembering: bool) -> list[Run]:
    """Run titles in this process."""
    os.environ.update(environment)
    with open_session() as session:
        tally = Tally(Unheard())
        definitions, stand_ins = build_definitions(session.settings, tally), StandIns.of(session)
        graph = stand_ins.put_into(definitions) if remembering else definitions
        return [_run(session, graph, stand_ins, tally, title) for title in titles]


def _run(session: Session, graph: dg.Definitions, stand_ins: StandIns, tally: Tally, title: str) -> Run:
    for told in (tally.executed, tally.reused, stand_ins.transcoder.encoded):
        told.clear()
    before = _cpu_seconds()
    result = run_title(graph, session.instance, title, EVERYTHING, tally)
    failure = result.failure.message if result.failure else ""
    spent = _cpu_seconds() - before
    steps = len(graph.resolve_implicit_global_asset_job_def().nodes)
    return Run(title, result.executed, tuple(stand_ins.transcoder.encoded), spent, steps, failure)


def _run_empty(environment: Mapping[str, str], titles: Sequence[str], steps: int) -> list[float]:
    os.environ.update(environment)
    definitions = dg.Definitions([_nothing(number) for number in range(steps)], executor=dg.in_process_executor)
    job = definitions.resolve_implicit_global_asset_job_def()
    spent = []
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with open_session() as session:
        for title in titles:
            before = _cpu_seconds()
            job.execute_in_process(instance=session.instance, partition_key=title)
            spent.append(_cpu_seconds() - before)
    return spent


def _nothing(number: int) -> dg.AssetsDefinition:
    @dg.asset(name=f"nothing_{number}", partitions_def=all_titles)
    def nothing() -> None:
        """Do nothing."""

    return nothing


def _checked(runs: Iterable[Run]) -> list[Run]:
    done = sorted(runs, key=lambda one: one.title)
    failed = [f"{one.title}: {one.failure}" for one in done if one.failure]
    if failed:
        raise SystemExit("\n".join([f"{len(failed)} runs failed", *failed[:5]]))
    return done


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Read the command line and run the trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder of its own; it is emptied")
    parser.add_argument("--titles", type=int, default=1000)
    parser.add_argument("--forced", type=int, default=30)
    arguments = parser.parse_args()
    facts = trial(
        arguments.work.absolute(),
        arguments.titles,
        arguments.forced,
        lambda name, value: print(f"  {name}: {value:.3f}", flush=True),
    )
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
