"""Run the benchmarks: ``python benchmarks/run.py WORK [PART …]``; see README.md beside this file."""

import argparse
import fcntl
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import catalogue, clips, long_title
from benchmarks.compare import compared, local, rung_facts, steps_of
from benchmarks.measure import measured, middle
from benchmarks.replay import replayed
from benchmarks.sides import CHECKOUT, Streamer, VodRun, classic, profiles, vod, vod_command


@dataclass
class Bench:
    """What all parts share: the clip, the work folder, how often, and the figures so far."""

    work: Path
    clip: Path
    rounds: int
    corpus: Path
    figures: dict[str, list[float]] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)

    def note(self, name: str, value: float) -> float:
        """Keep one figure of one round."""
        self.figures.setdefault(name, []).append(round(value, 4))
        print(f"  {name}: {value:.3f}", flush=True)
        return value


def seed(bench: Bench) -> None:
    """Ours against the classic FFmpeg command, round by round."""
    for number in range(bench.rounds):
        print(f"seed, round {number + 1}", flush=True)
        base = bench.note("classic CPU s", classic(bench.clip, bench.work / "classic").cpu_seconds)
        for profile in ("seed", "bench_default"):
            ours = vod(bench.clip, bench.work / f"vod-{profile}", "--profile", profile)
            bench.note(
                f"{profile} encoding and packaging / classic (≤ 1.05, default ≤ 0.92)", ours.making_cpu_seconds / base
            )
            bench.note(f"{profile} everything / classic (≤ 1.20, default ≤ 1.05)", ours.whole.cpu_seconds / base)
            bench.note(f"{profile} orchestration CPU s", ours.whole.cpu_seconds - ours.tool_cpu_seconds)


def shaka(bench: Bench) -> None:
    """Ours against Shaka Streamer: as shipped, and with our preset."""
    streamer = Streamer(bench.work)
    streamer.install()
    for number in range(bench.rounds):
        print(f"shaka, round {number + 1}", flush=True)
        shipped = streamer.run(bench.clip, bench.work / "streamer-slow-out", preset="slow").cpu_seconds
        patched = streamer.run(bench.clip, bench.work / "streamer-fast-out", preset="fast").cpu_seconds
        bench.note("Streamer as shipped CPU s", shipped)
        bench.note("Streamer at preset fast CPU s", patched)
        ours = vod(bench.clip, bench.work / "vod-seed", "--profile", "seed", "--select", PACKAGES)
        bench.note("seed, source to packages / Streamer as shipped (≤ 0.65)", ours.packaging_cpu_seconds / shipped)
        bench.note("seed, source to packages / Streamer at fast (≤ 1.05)", ours.packaging_cpu_seconds / patched)
        bench.note("seed, with the checks / Streamer at fast", ours.whole.cpu_seconds / patched)
        modern = vod(bench.clip, bench.work / "vod-bench_default", "--profile", "bench_default", "--select", PACKAGES)
        bench.note("default, source to packages / Streamer as shipped (≤ 0.60)", modern.packaging_cpu_seconds / shipped)
    _quality(bench, streamer)


SHORT_SECONDS = 7
PACKAGES = "+key:hls_package,+key:dash_package"


def _quality(bench: Bench, streamer: Streamer) -> None:
    """Compare VMAF and bits of what the last round made; it ended at the packages, so it is released first.

    Streamer once more with our GOPs of 2 s: with its own, as long as its segments, it spends fewer bits on key frames.
    """
    outputs = {}
    for seconds in (4, 2):
        folder = bench.work / f"streamer-{seconds}s-out"
        streamer.run(bench.clip, folder, preset="fast", segment_seconds=seconds)
        outputs[f"streamer fast, {seconds} s GOPs"] = folder / "out" / "hls.m3u8"
    for profile in ("seed", "bench_default"):
        run = vod(bench.clip, bench.work / f"vod-{profile}", "--profile", profile, keep=True)
        outputs[profile] = local(str(run.outcome["hls"]))
    for name, multivariant in outputs.items():
        for height, facts in rung_facts(multivariant, bench.clip, bench.work).items():
            bench.note(f"{name} {height}p VMAF", facts["vmaf"])
            bench.note(f"{name} {height}p kbit/s", facts["bits_per_second"] / 1000)


def orchestration(bench: Bench) -> None:
    """A whole run minus the same tool calls from a shell script; and the same graph on the multiprocess executor.

    On a short clip: orchestration costs the same whatever the length, and two encodes of a minute differ by more than
    all of it. The home has made a title before: creating its databases is no part of a title.
    """
    home, clip = bench.work / "vod-orchestration", clips.clip(bench.work, bench.corpus, SHORT_SECONDS)
    vod(clip, home, "--profile", "seed")
    for number in range(bench.rounds):
        print(f"orchestration, round {number + 1}", flush=True)
        ours = vod(clips.linked(clip, f"round_{number + 1}"), home, "--profile", "seed", keep=True)
        calls, bench.facts["calls that could not be repeated"] = replayed(ours, bench.work / "replay")
        own = bench.note(
            "whole run minus the same calls in a shell script, CPU s (≤ 5.0)", ours.whole.cpu_seconds - calls
        )
        bench.note(
            "whole run minus what its tools used themselves, CPU s", ours.whole.cpu_seconds - ours.tool_cpu_seconds
        )
        imported = measured([sys.executable, "-c", "import dagster"], bench.work / "replay").cpu_seconds
        steps = steps_of(ours.home, str(ours.outcome["run_id"]))
        bench.note("a step beyond importing Dagster, CPU s (≤ 0.12)", (own - imported) / steps)
        bench.facts["steps"] = steps
        _executors(bench, ours)


def _executors(bench: Bench, made: VodRun) -> None:
    """Materialise the title again, all of it reused, so that nothing but orchestration is left on both sides."""
    home = {"VOD_HOME": str(made.home), "DAGSTER_HOME": str(made.home / "dagster"), **profiles(bench.work)}
    dagster = str(Path(sys.executable).with_name("dagster"))
    title = str(made.outcome["title"])
    spent = {}
    for name, module in (("in process", "vod_assets.definitions"), ("multiprocess", "benchmarks.multiprocess")):
        command = [dagster, "asset", "materialize", "-m", module, "--select", "*", "--partition", title]
        spent[name] = measured(command, bench.work / "replay", home).checked().cpu_seconds
        bench.note(f"unchanged title, {name}, CPU s", spent[name])
    bench.note("in process / multiprocess (≤ 0.20)", spent["in process"] / spent["multiprocess"])


def rerun(bench: Bench) -> None:
    """An unchanged title again: no tool, few seconds."""
    made = vod(bench.clip, bench.work / "vod-rerun", "--profile", "seed")
    for number in range(bench.rounds):
        print(f"rerun, round {number + 1}", flush=True)
        again = vod(bench.clip, made.home, "--profile", "seed", keep=True)
        bench.note("unchanged run CPU s (≤ 5)", again.whole.cpu_seconds)
        bench.note("unchanged run, tools started (0)", len(again.tools))
        bench.note("unchanged run, assets executed (0)", len(again.outcome["executed"]))


def identity(bench: Bench) -> None:
    """Two runs into two homes, in two processes with other hash seeds and temporary folders."""
    homes = []
    for number in (1, 2):
        temporary = bench.work / f"tmp-{number}"
        temporary.mkdir(exist_ok=True)
        home = bench.work / f"vod-identity-{number}"
        homes.append(home)
        vod(
            bench.clip, home, "--profile", "seed", environment={"PYTHONHASHSEED": str(number), "TMPDIR": str(temporary)}
        )
    comparison = compared(*homes)
    bench.note("files equal to the byte", comparison.equal)
    bench.note("documents that differ in times and attempt names only", len(comparison.stamped))
    bench.note("files that differ (0)", len(comparison.unlike))
    bench.facts["stamped documents"] = sorted({Path(name).name for name in comparison.stamped})
    bench.facts["files that differ"] = comparison.unlike[:50]


def long(bench: Bench) -> None:
    """Forty-five minutes: memory, synchronism, and a SIGKILL half-way."""
    clip = clips.small(bench.work, bench.clip)
    source = clips.looped(bench.work, clip, max(1, round(2700 / clips.duration(clip))))
    for name, value in long_title.trial(source, bench.work / "vod-long", bench.work).items():
        bench.facts[name] = value
        print(f"  {name}: {value}", flush=True)


TITLES, FORCED = 1000, 30


def unchanged_catalogue(bench: Bench) -> None:
    """A thousand titles, of footage of its own: a second backfill, forced runs, one rung's preset changed."""
    for name, value in catalogue.trial(bench.work / "catalogue", TITLES, FORCED, bench.note).items():
        bench.facts[name] = value


MADE, NEVER = 500, 5000


def plans(bench: Bench) -> None:
    """Plans of a catalogue made by stand-ins for the tools; in a process of its own, for its memory is measured."""
    command = [
        sys.executable,
        str(CHECKOUT / "benchmarks" / "plans.py"),
        str(bench.work / "plans"),
        str(MADE),
        str(NEVER),
    ]
    for name, value in json.loads(measured(command, bench.work).checked().stdout).items():
        bench.note(name, value)


PARTS: dict[str, Callable[[Bench], None]] = {
    "seed": seed,
    "shaka": shaka,
    "orchestration": orchestration,
    "rerun": rerun,
    "identity": identity,
    "long": long,
    "catalogue": unchanged_catalogue,
    "plans": plans,
}


def report(bench: Bench) -> str:
    """Return the figures as a Markdown table."""
    machine = f"{os.cpu_count()} × {_processor()}, Python {platform.python_version()}"
    clip = f"{clips.duration(bench.clip):.0f} s clip, n = {bench.rounds}; least/**median**/most"
    lines = [
        f"{time.strftime('%d %B %Y', time.gmtime())}, {machine}, {clip}",
        "",
        "| figure | value |",
        "|---|---|",
        *(f"| {name} | {middle(values)} |" for name, values in bench.figures.items()),
        *(f"| {name} | {value} |" for name, value in bench.facts.items()),
    ]
    return "\n".join(lines) + "\n"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown processor")


def main() -> None:
    """Read the command line and run the parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for clips, homes and results; not in the checkout")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--seconds", type=int, default=60, help="length of the clip")
    parser.add_argument("--rounds", type=int, default=3, help="paired rounds")
    parser.add_argument("--corpus", type=Path, default=os.environ.get("VOD_CORPUS"), help="folder of real clips")
    arguments = parser.parse_args()
    if arguments.corpus is None:
        parser.error("name the folder of real clips with --corpus or VOD_CORPUS")
    work = arguments.work.absolute()
    if work.is_relative_to(CHECKOUT):
        parser.error("the work folder must not lie in the checkout")
    work.mkdir(parents=True, exist_ok=True)
    alone = (work / ".lock").open("w")
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)  # two benchmarks in one folder empty each other's homes
    except BlockingIOError:
        parser.error(f"another benchmark works in {work}; name another folder, or better wait for a quiet machine")
    measured(vod_command("--version"), work, profiles(work)).checked()
    bench = Bench(work, clips.clip(work, arguments.corpus, arguments.seconds), arguments.rounds, arguments.corpus)
    for name in arguments.parts or PARTS:
        PARTS[name](bench)
        results = {"figures": bench.figures, "facts": bench.facts}
        (work / "results.json").write_text(json.dumps(results, indent=1, default=str))
    text = report(bench)
    (work / "results.md").write_text(text)
    print("\n" + text)
    medians = {name: median(values) for name, values in bench.figures.items()}
    (work / "medians.json").write_text(json.dumps(medians, indent=1))


if __name__ == "__main__":
    main()
