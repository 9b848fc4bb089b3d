"""Ten hours of black and silence, and other sources with next to nothing in them.

Called as ``python -m trials.black [--hours 10] [--rate 1]``. Each source is run through the whole graph; it must be
published with quality control naming what is wrong with it and for how long, or be refused in a sentence. The trial
prints how long that took, and the longest events and documents that came of it: hours must not make them long.

Ten hours are long at any rate of frames. At one frame a second nearly all the work is that of segments and sound.
"""

import argparse
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.tools import Tools
from vod_assets.settings import load_settings

PROFILE: dict[str, Any] = {
    "name": "black",
    "video": [{"codec": "h264", "preset": "veryfast", "rungs": [{"name": "240p", "box": "426x240", "crf": 24}]}],
    "audio": {"codec": "aac", "sample_rate": 32000, "bits_per_second": "64k"},
    "loudness": {"standard": "ebu_r128"},
    "thumbnails": {"interval_seconds": 5, "width": 64, "columns": 5, "rows": 5},
    "required_checks": ["hls_package.decodes", "hls_package.durations"],
}
SMALL = {"c:v": "libx264", "preset": "veryfast", "g": 250, "pix_fmt": "yuv420p", "threads": 2}
SILENCE = "anullsrc=r=8000:cl=mono"
LONGEST_EVENT_BYTES = 50_000


@dataclass(frozen=True)
class Case:
    """A source, and what has to be said of it.

    Attributes:
        code: Of the refusal; empty: it is published.
        failed: Checks of quality control that fail.
        black_seconds: For how long at least it is said to be black.
    """

    path: Path
    code: str = ""
    failed: frozenset[str] = frozenset()
    black_seconds: float = 0


def main() -> int:
    """Run the trial; return 0 when every answer is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=10)
    parser.add_argument("--rate", type=int, default=1, help="frames a second of the long one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trial-black-") as folder:
        (Path(folder) / "profiles").mkdir()
        (Path(folder) / "profiles" / "black.yaml").write_text(yaml.safe_dump(PROFILE))
        right = [_is_right(Path(folder), case) for case in cases(Path(folder), options.hours, options.rate)]
        return 0 if all(right) else 1


def cases(folder: Path, hours: float, rate: int) -> Sequence[Case]:
    """Write the sources."""
    silent, still = frozenset({"missing_audio"}), frozenset({"black"})
    picture = "testsrc2=s=128x72:r=25:d=4"
    return [
        Case(_black(folder, hours, rate), failed=silent | still, black_seconds=round(hours * 60) * 60),
        Case(_made(folder / "silent.mp4", picture, SILENCE), failed=silent),
        Case(_made(folder / "mute.mp4", picture), failed=silent),
        Case(_made(folder / "one-frame.mp4", "testsrc2=s=128x72:r=25:d=0.04"), code="too_short"),
        Case(_made(folder / "no-time.mp4", "testsrc2=s=128x72:r=25:d=0"), code="no_streams"),
    ]


def _black(folder: Path, hours: float, rate: int) -> Path:
    """Write hours of black from a minute of it, whose packets are repeated."""
    minute = _made(folder / "minute.mp4", f"color=black:s=64x36:r={rate}:d=60", f"{SILENCE}:d=60")
    target = folder / "black.mp4"
    loop = artifact_input(minute, stream_loop=round(hours * 60) - 1)
    _run(loop.output(str(target), c="copy"))
    minute.unlink()
    return target


def _made(target: Path, picture: str, sound: str = "") -> Path:
    inputs = [generated_input(spec) for spec in (picture, sound) if spec]
    _run(inputs[0].output(*inputs[1:], str(target), **SMALL, **({"c:a": "aac", "shortest": None} if sound else {})))
    return target


def _run(output: Any) -> None:
    SupervisedRunner().run(compile_ffmpeg(Tools.from_settings(load_settings()).ffmpeg, [output]))


def _is_right(folder: Path, case: Case) -> bool:
    began = time.monotonic()
    outcome = _vod(folder, "run-workflow", case.path, "--json")
    took = time.monotonic() - began
    code = (outcome.get("error") or {}).get("code", "")
    found = _vod(folder, "titles", "show", outcome["title"], "--json")["quality"] if not code else {}
    failed = frozenset(name.partition(".")[2] for name in found)
    longest = _longest_event(folder)
    is_right = code == case.code and case.failed <= failed and longest <= LONGEST_EVENT_BYTES
    is_right &= _black_seconds(found) >= case.black_seconds
    size = case.path.stat().st_size / 1e6
    said = code or f"published; quality control: {', '.join(sorted(failed)) or 'nothing'}"
    print(f"{case.path.name:<14} {size:6.1f} MB  {took:7.1f} s  {said}  {'' if is_right else 'WRONG'}", flush=True)
    print(f"{'':<14} longest event {longest / 1e3:.1f} kB; largest files: {_largest(folder, outcome['title'])}")
    if not is_right:
        print((outcome.get("error") or {}).get("message", ""), json.dumps(found), file=sys.stderr)
    return is_right


def _black_seconds(found: Mapping[str, str]) -> float:
    """Return for how long quality control says that it is black."""
    said = re.search(r"black for ([\d.]+) s", found.get("quality_control.black", ""))
    return float(said[1]) if said else 0


def _longest_event(folder: Path) -> int:
    """Return the length of the longest event that Dagster keeps of any run."""
    longest = 0
    for database in (folder / "home").rglob("*.db"):
        with closing(sqlite3.connect(database)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'event_logs'").fetchone():
                (found,) = connection.execute("SELECT max(length(event)) FROM event_logs").fetchone()
                longest = max(longest, found or 0)
    return longest


def _largest(folder: Path, title: str) -> str:
    """Return the largest documents, lists and texts of a title; pictures and sound are none."""
    kinds = (".json", ".m3u8", ".mpd", ".vtt")
    below = folder / "home" / "store" / "titles" / title
    files = sorted((path.stat().st_size, path) for path in below.rglob("*") if path.suffix in kinds)
    return ", ".join(f"{path.relative_to(below).parts[0]} {path.name} {size / 1e6:.1f} MB" for size, path in files[-4:])


def _vod(folder: Path, *arguments: str | Path) -> Mapping[str, Any]:
    settings = {"VOD_HOME": str(folder / "home"), "VOD_PROFILES": str(folder / "profiles"), "VOD_PROFILE": "black"}
    argv = [sys.executable, "-m", "vod_assets", *map(str, arguments)]
    ended = subprocess.run(
        argv, env={**os.environ, **settings}, cwd=folder, capture_output=True, text=True, check=False
    )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


if __name__ == "__main__":
    sys.exit(main())
