"""CPU seconds of a whole process tree, orphans included."""

import ctypes
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import psutil

PR_SET_CHILD_SUBREAPER = 36
ORPHAN_GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class Measurement:
    """What one command used: user and system time of every process it led to, and the biggest sum of resident sets."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int
    returncode: int
    stdout: str
    stderr: str

    def checked(self) -> "Measurement":
        """Return the measurement of a command that succeeded, or end with its last words."""
        if self.returncode != 0:
            raise SystemExit(
                f"a measured command ended with {self.returncode}:\n{self.stderr[-3000:]}\n{self.stdout[-500:]}"
            )
        return self


def measured(
    argv: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None, sample_memory: bool = False
) -> Measurement:
    """Run a command to its end in a folder and return what its whole tree used.

    Orphans come back to this process (it is made their subreaper), so a daemon that a command leaves behind is counted
    and, after a grace time, killed. What this process had started before is left alone.
    """
    bystanders = {child.pid for child in psutil.Process().children()}
    adopt_orphans = partial(ctypes.CDLL(None).prctl, PR_SET_CHILD_SUBREAPER)
    adopt_orphans(1, 0, 0, 0)
    folder.mkdir(parents=True, exist_ok=True)
    outputs = folder / ".stdout", folder / ".stderr"
    before, began = _children_cpu(), time.monotonic()
    with outputs[0].open("wb") as stdout, outputs[1].open("wb") as stderr:
        process = subprocess.Popen(
            [str(word) for word in argv],
            cwd=folder,
            env=_environment(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        memory = MemorySampler(process.pid)
        if sample_memory:
            memory.start()
        returncode = process.wait()
    wall_seconds = time.monotonic() - began
    memory.stop()
    _reap_orphans(bystanders)
    adopt_orphans(0, 0, 0, 0)
    texts = [path.read_text(errors="replace") for path in outputs]
    return Measurement(_children_cpu() - before, wall_seconds, memory.peak_bytes, returncode, texts[0], texts[1])


class MemorySampler(threading.Thread):
    """Adds up the resident memory of a process and its descendants four times a second."""

    def __init__(self, pid: int, name_contains: str = "") -> None:
        super().__init__(daemon=True)
        self.pid, self.name_contains = pid, name_contains
        self.peak_bytes = 0
        self.samples: list[int] = []
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(0.25):
            total = sum(_resident(process) for process in _tree(self.pid) if self.name_contains in _name(process))
            self.samples.append(total)
            self.peak_bytes = max(self.peak_bytes, total)

    def stop(self) -> None:
        self._stopped.set()


def middle(values: Sequence[float]) -> str:
    """Return ``least/median/most``, the median in bold."""
    if not values:
        return "–"
    return f"{min(values):.2f}/**{median(values):.2f}**/{max(values):.2f}"


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with byte code allowed: a deployment has it, and without it every start costs twice."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **changes}


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap_orphans(bystanders: Collection[int]) -> None:
    deadline = time.monotonic() + ORPHAN_GRACE_SECONDS
    while orphans := [child for child in psutil.Process().children() if child.pid not in bystanders]:
        for orphan in orphans:
            if time.monotonic() > deadline:
                orphan.send_signal(signal.SIGKILL)
            os.waitpid(orphan.pid, os.WNOHANG)  # what has ended is no child any more, and its CPU is counted
        time.sleep(0.05)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""
