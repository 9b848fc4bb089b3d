"""A long title: flat memory, synchronism, bounded numbers, and a SIGKILL half-way."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.clips import duration
from benchmarks.compare import heights, joined, local, sound_list
from benchmarks.measure import MemorySampler
from benchmarks.sides import fresh, profiles, vod_command
from benchmarks.sync import offset

PROFILE = "bench_long"
MIB = 1 << 20


def trial(source: Path, home: Path, work: Path) -> dict[str, Any]:
    """Make a long title, killed half-way once, and return what was seen."""
    fresh(home)
    environment = {**os.environ, "VOD_HOME": str(home), **profiles(work)}
    killed = _killed_half_way(source, home, environment)
    again = _run(source, home, environment)
    outcome = again["outcome"]
    facts = {
        "source minutes": round(duration(source) / 60, 1),
        "seconds until the SIGKILL": killed["seconds"],
        "tools left after the SIGKILL (0)": killed["left"],
        "assets finished before the SIGKILL": killed["finished"],
        "of them made again (0)": sorted(set(killed["finished"]) & set(outcome["executed"])),
        "assets made after the SIGKILL": outcome["executed"],
        "minutes after the SIGKILL": round(again["seconds"] / 60, 1),
        "Python memory, MiB (first third, last third)": again["memory"],
        "files in the store": sum(1 for path in (home / "store").rglob("*") if path.is_file()),
        "files at the origin": sum(1 for path in (home / "origin").rglob("*") if path.is_file()),
        "largest Dagster event, KiB (all runs)": round(_largest_event(home) / 1024, 1),
    }
    return facts | _synchronism(source, local(outcome["hls"]), work)


def _killed_half_way(source: Path, home: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Start, wait until the video encode is half done, and kill the run's own process alone."""
    began = time.monotonic()
    process = _start(source, home, environment)
    while process.poll() is None and _encoded_share(home, source) < 0.5:
        time.sleep(1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while (left := _tools_of(home)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return {"seconds": round(time.monotonic() - began), "left": left, "finished": _committed(home)}


def _run(source: Path, home: Path, environment: dict[str, str]) -> dict[str, Any]:
    began = time.monotonic()
    process = _start(source, home, environment)
    memory = MemorySampler(process.pid, "python")
    memory.start()
    process.wait()
    memory.stop()
    if process.returncode != 0:
        raise SystemExit(f"the long title failed:\n{(home / '.stderr').read_text()[-3000:]}")
    third = max(1, len(memory.samples) // 3)
    levels = [round(max(part) / MIB) for part in (memory.samples[third : 2 * third], memory.samples[-third:]) if part]
    outcome = json.loads((home / ".stdout").read_text())
    return {"seconds": time.monotonic() - began, "memory": levels, "outcome": outcome}


def _start(source: Path, home: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = vod_command("run-workflow", str(source), "--profile", PROFILE, "--json")
    with (home / ".stdout").open("wb") as stdout, (home / ".stderr").open("wb") as stderr:
        return subprocess.Popen(
            command, cwd=home, env=environment, stdout=stdout, stderr=stderr, start_new_session=True
        )


def _encoded_share(home: Path, source: Path) -> float:
    """Return roughly how much of the largest rendition is written, by its size at the profile's quality."""
    sizes = [path.stat().st_size for path in home.glob("store/titles/*/h264_240p/*/*/*.mp4") if path.exists()]
    expected = duration(source) * 180_000 / 8
    return max(sizes, default=0) / expected


def _tools_of(home: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if str(home) in line and ("ffmpeg" in line or "packager" in line):
            found.append(line[:80])
    return found


def _committed(home: Path) -> list[str]:
    return sorted({path.parent.parent.name.split(".")[0] for path in home.glob("store/titles/*/*/*/artifact.json")})


def _largest_event(home: Path) -> int:
    largest = 0
    for database in (home / "dagster" / "history" / "runs").glob("*.db"):
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            if connection.execute("select 1 from sqlite_master where name = 'event_logs'").fetchone():
                (size,) = connection.execute("select coalesce(max(length(event)), 0) from event_logs").fetchone()
                largest = max(largest, size)
    return largest


def _synchronism(source: Path, multivariant: Path, work: Path) -> dict[str, Any]:
    playlists = heights(multivariant)
    picture = joined(playlists[max(playlists)], work / "long_picture.mp4")
    sound = joined(sound_list(multivariant), work / "long_sound.mp4")
    end = duration(source)
    places = {"start": 2.0, "middle": end / 2, "end": end - 5.0}
    found = {name: offset(source, picture, sound, at) for name, at in places.items()}
    picture.unlink()
    sound.unlink()
    return {
        f"sound against picture at the {name}, frames (≤ 1)": round(place.frames_apart, 2)
        for name, place in found.items()
    }
