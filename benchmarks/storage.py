"""Storage: segments to and from a sink with 30 ms an answer, one long file on SeaweedFS, and a long listing.

``python benchmarks/storage.py WORK`` runs it; with ``--small`` in seconds, to see that it works. ``--huge`` moves a
file of 20 GB to and from the sink once, for its memory; that takes 20 GB of disk for a while.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.s3_clients import KEY, PREFIX, SECRET
from vod_assets_tests.servers.processes import free_ports, listens, running
from vod_assets_tests.servers.s3 import s3_server

CHECKOUT = Path(__file__).resolve().parent.parent
DELAY_SECONDS = 0.03
HUGE_BYTES = 20_000_000_000
Note = Callable[[str, float], float]


@dataclass(frozen=True)
class Load:
    """How much is moved and listed."""

    segments: int = 500
    segment_bytes: int = 1 << 20
    long_bytes: int = 2_000_000_000
    keys: int = 100_000


SMALL = Load(segments=100, segment_bytes=1 << 18, long_bytes=500_000_000, keys=5000)


def trial(work: Path, note: Note, load: Load) -> None:
    """Measure one round."""
    shutil.rmtree(work, ignore_errors=True)
    segments = work / "segments"
    segments.mkdir(parents=True)
    for number in range(load.segments):
        (segments / f"{number:08d}.m4s").write_bytes(os.urandom(load.segment_bytes))
    with _sink(work, load) as endpoint:
        _segments(work, note, endpoint)
        _listing(work, note, endpoint)
    with s3_server(work / "seaweed") as server:
        _long_file(work, note, server.endpoint, load.long_bytes)
    shutil.rmtree(work, ignore_errors=True)


def _segments(work: Path, note: Note, endpoint: str) -> None:
    for action in ("up", "down"):
        ours, theirs = (_client(client, action, work, endpoint) for client in ("vod", "boto3"))
        rival = _s5cmd(action, work, endpoint)
        note(f"segments {action}, wall s", ours["wall_seconds"])
        note(f"segments {action}, wall / s5cmd (≤ 1.0)", ours["wall_seconds"] / rival)
        note(f"segments {action}, CPU / TransferManager (≤ 0.6)", ours["cpu_seconds"] / theirs["cpu_seconds"])


def _listing(work: Path, note: Note, endpoint: str) -> None:
    ours, theirs = (_client(client, "list", work, endpoint) for client in ("vod", "boto3"))
    note("listing, CPU s (≤ 2)", ours["cpu_seconds"])
    note("listing, CPU / boto3's paginator", ours["cpu_seconds"] / theirs["cpu_seconds"])
    note("listing, peak MB of the process (≤ 200)", ours["peak_bytes"] / 1e6)


def _long_file(work: Path, note: Note, endpoint: str, size_bytes: int) -> None:
    """Move one file of zeros (it takes no disk), in turns; what the server holds is removed between."""
    _only_zeros(work / "segments", size_bytes)
    for action in ("up", "down"):
        _s5cmd(action, work, endpoint)  # the server reads a new file slowly at first
        ours = _client("vod", action, work, endpoint)
        rival = _s5cmd(action, work, endpoint)
        note(f"long file {action}, MB/s", size_bytes / 1e6 / ours["wall_seconds"])
        note(f"long file {action}, throughput / s5cmd (≥ 0.9)", rival / ours["wall_seconds"])
        note(f"long file {action}, peak MB (≤ 300)", ours["peak_bytes"] / 1e6)


def huge(work: Path, note: Note) -> None:
    """Measure the memory that one huge file takes; the sink takes it and forgets it."""
    shutil.rmtree(work, ignore_errors=True)
    _only_zeros(work / "segments", HUGE_BYTES)
    with _sink(work, SMALL) as endpoint:
        up = _client("vod", "up", work, endpoint)
        down = _client("vod", "down", work, endpoint, f"zeros/{HUGE_BYTES}")
    for action, used in (("up", up), ("down", down)):
        note(f"20 GB {action}, peak MB (≤ 300)", used["peak_bytes"] / 1e6)
        note(f"20 GB {action}, MB/s", HUGE_BYTES / 1e6 / used["wall_seconds"])
    shutil.rmtree(work, ignore_errors=True)


def _only_zeros(folder: Path, size_bytes: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with (folder / "long.mp4").open("wb") as file:
        file.truncate(size_bytes)


def _client(client: str, action: str, work: Path, endpoint: str, *name: str) -> dict[str, float]:
    """Return what a client used for the transfer itself."""
    folder = work / ("segments" if action == "up" else f"{client}-down")
    program = Path(__file__).with_name("s3_clients.py")
    argv = [sys.executable, program, client, action, folder, endpoint, *name]
    said, _ = _run(argv, {"PYTHONPATH": str(CHECKOUT)})
    if action == "down":
        shutil.rmtree(folder)
    return dict(json.loads(said))


def _s5cmd(action: str, work: Path, endpoint: str) -> float:
    """Return the wall seconds of s5cmd with as many workers as it likes."""
    folder = work / ("segments" if action == "up" else "s5cmd-down")
    folder.mkdir(exist_ok=True)
    far = f"s3://media/{PREFIX}/"
    way = [f"{folder}/", far] if action == "up" else [f"{far}*", f"{folder}/"]
    program = Path(sys.executable).with_name("s5cmd")
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
    argv = [program, "--log", "error", "--endpoint-url", endpoint, "cp", *way]
    _, wall_seconds = _run(argv, keys)
    if action == "down":
        shutil.rmtree(folder)
    return wall_seconds


def _run(argv: Sequence[str | Path], environment: dict[str, str]) -> tuple[str, float]:
    """Return what a command said, and its wall seconds; the servers beside it are children of this process too."""
    began = time.monotonic()
    run = subprocess.run(
        [str(word) for word in argv], capture_output=True, text=True, env={**os.environ, **environment}
    )
    wall_seconds = time.monotonic() - began
    if run.returncode:
        raise SystemExit(f"a measured command ended with {run.returncode}:\n{run.stderr[-3000:]}")
    return run.stdout, wall_seconds


@contextmanager
def _sink(work: Path, load: Load) -> Iterator[str]:
    (port,) = free_ports(1)
    program = Path(__file__).with_name("sink.py")
    numbers = (port, load.segments, load.segment_bytes, load.keys, DELAY_SECONDS)
    with running([sys.executable, program, *map(str, numbers)], lambda: listens(port), work / "sink.log"):
        yield f"http://127.0.0.1:{port}"


def main() -> None:
    """Run the rounds and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for segments and servers; not in the checkout")
    parser.add_argument("--small", action="store_true", help="little of everything")
    parser.add_argument("--rounds", type=int, default=1, help="how often; the table shows least, median and most")
    parser.add_argument("--huge", action="store_true", help="also the memory that a file of 20 GB takes")
    arguments = parser.parse_args()

    figures: dict[str, list[float]] = {}

    def shown(name: str, value: float) -> float:
        figures.setdefault(name, []).append(value)
        print(f"{name}: {value:.3f}", flush=True)
        return value

    work = arguments.work.absolute() / "storage"
    for _ in range(arguments.rounds):
        trial(work, shown, SMALL if arguments.small else Load())
    if arguments.huge:
        huge(work, shown)
    for name, values in figures.items():
        print(f"| {name} | {len(values)} | {min(values):.2f}/**{median(values):.2f}**/{max(values):.2f} |")


if __name__ == "__main__":
    main()
