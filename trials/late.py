"""What a late caption, a late dub and new keys cost a finished, encrypted title, beyond starting Dagster.

Called as ``python -m trials.late [--seconds 60] [--runs 3]``. A title of two rungs, clear and ``cbcs`` for all three
DRM systems, is published; then each change is made several times. After each, every file of the tracks that were
published before must have the bytes that it had, no video may have been encoded, and nothing but a dub decoded.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from vod_assets.adapters.tools import Tools
from vod_assets.settings import load_settings

CHECKS = [f"hls_package.{name}" for name in ("durations", "aligned", "manifest", "decodes")]
PROFILE: dict[str, Any] = {
    "name": "late",
    "segment_seconds": 4,
    "gop_seconds": 2,
    "video": [
        {
            "codec": "h264",
            "preset": "ultrafast",
            "rungs": [{"name": "360p", "box": "640x360", "crf": 28}, {"name": "180p", "box": "320x180", "crf": 28}],
        }
    ],
    "variants": [
        {"name": "clear"},
        {"name": "cbcs", "scheme": "cbcs", "systems": ["widevine", "playready", "fairplay"]},
    ],
    "required_checks": [*CHECKS, "dash_package.manifest", "dash_package.same_media"],
}
LANGUAGES = ("de", "fr", "it", "es", "pl", "nl", "da", "sv", "fi", "pt")


@dataclass(frozen=True)
class Timed:
    """One command: seconds of the clock in all and inside the run, and of the processor."""

    wall: float
    inside: float
    cpu: float


@dataclass(frozen=True)
class House:
    """A folder with a film, a profile, and all that is made of it."""

    folder: Path

    @property
    def film(self) -> Path:
        """The mezzanine."""
        return self.folder / "film.mp4"

    def make(self, seconds: int) -> None:
        """Write profile, film and first captions."""
        (self.folder / "late.yaml").write_text(yaml.safe_dump(PROFILE))
        sources = [f"testsrc2=s=640x360:r=25:d={seconds}", f"sine=440:d={seconds}"]
        self._ffmpeg(sources, "-preset", "ultrafast", "-g", "50", str(self.film))
        self.caption("en")

    def caption(self, language: str) -> None:
        """Deliver captions."""
        (self.folder / f"film.{language}.srt").write_text(f"1\n00:00:01,000 --> 00:00:03,000\nSpoken {language}.\n")

    def dub(self, language: str, seconds: int) -> None:
        """Deliver a dub as long as the film."""
        pitch = 300 + 20 * LANGUAGES.index(language)
        self._ffmpeg([f"sine={pitch}:d={seconds}"], str(self.folder / f"film.{language}.dub.m4a"))

    def vod(self, *arguments: str) -> tuple[Timed, dict[str, Any]]:
        """Run a command; stop at one that fails."""
        used, began = _cpu(), time.monotonic()
        ended = subprocess.run(
            [sys.executable, "-m", "vod_assets", *arguments, "--json"],
            env={**os.environ, **self._environment()},
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        wall = time.monotonic() - began
        if ended.returncode:
            sys.exit(f"vod {' '.join(arguments)} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
        outcome = json.loads(ended.stdout)
        return Timed(wall, outcome["elapsed_seconds"], _cpu() - used), outcome

    def published(self) -> dict[str, str]:
        """Return the SHA-256 of every published track's files."""
        root = self.folder / "home" / "origin" / "film" / "tracks"
        files = (path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def tools(self) -> list[str]:
        """Return the kinds of tools that ran since the last call."""
        traced = self.folder / "calls.jsonl"
        lines = traced.read_text().splitlines() if traced.exists() else []
        traced.unlink(missing_ok=True)
        return [_kind(json.loads(line)["argv"]) for line in lines]

    def _environment(self) -> dict[str, str]:
        return {
            "VOD_HOME": str(self.folder / "home"),
            "VOD_PROFILES": str(self.folder),
            "VOD_PROFILE": "late",
            "VOD_TRACE_TOOLS": str(self.folder / "calls.jsonl"),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }

    def _ffmpeg(self, sources: Sequence[str], *output: str) -> None:
        program = str(Tools.from_settings(load_settings()).ffmpeg)
        inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
        subprocess.run([program, "-v", "error", *inputs, *output], check=True)


def changes(house: House, seconds: int, runs: int) -> Iterator[tuple[str, list[Timed], list[str]]]:
    """Yield what was done, its times, and what is wrong with it."""

    def later(prepare: Callable[[str], None]) -> list[tuple[Timed, list[str]]]:
        found = []
        for language in LANGUAGES[:runs]:
            prepare(language)
            found.append(one("run-workflow", str(house.film)))
        return found

    def one(*command: str) -> tuple[Timed, list[str]]:
        before = house.published()
        timed, _ = house.vod(*command)
        lost = [path for path, sha256 in house.published().items() if before.get(path, sha256) != sha256]
        ran = house.tools()
        faults = [f"{path} has other bytes" for path in lost]
        return timed, faults + [f"a {kind} ran" for kind in ran if kind in ("video encoder", "decoder")]

    for what, results in (
        ("unchanged", [one("run-workflow", str(house.film)) for _ in range(runs)]),
        ("late caption", later(house.caption)),
        ("late dub", later(lambda language: house.dub(language, seconds))),
        ("new keys", [one("rekey", "film") for _ in range(runs)]),
    ):
        wrong = {fault for _, faults in results for fault in faults}
        if what == "late dub":  # it is new, and has to be seen to decode
            wrong.discard("a decoder ran")
        yield what, [timed for timed, _ in results], sorted(wrong)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="how long the title is")
    parser.add_argument("--runs", type=int, default=3, choices=range(1, len(LANGUAGES) + 1), metavar="1-10")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="late-") as folder:
        house = House(Path(folder))
        house.make(asked.seconds)
        first, _ = house.vod("run-workflow", str(house.film))
        house.tools()
        print(f"{'':14}{'wall s':>10}{'inside the run s':>20}{'CPU s':>10}")
        print(f"{'first run':14}{first.wall:>10.1f}{first.inside:>20.1f}{first.cpu:>10.1f}")
        wrong = []
        for what, times, faults in changes(house, asked.seconds, asked.runs):
            wall, inside, cpu = (median(getattr(one, name) for one in times) for name in ("wall", "inside", "cpu"))
            print(f"{what:14}{wall:>10.1f}{inside:>20.1f}{cpu:>10.1f}", flush=True)
            wrong += [f"{what}: {fault}" for fault in faults]
    print("\n".join(wrong) or "No other track's bytes changed, nothing was encoded or decoded that was there.")
    return int(bool(wrong))


def _kind(argv: list[str]) -> str:
    if "libx264" in argv:
        return "video encoder"
    return "decoder" if "null" in argv else Path(argv[0]).name


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
