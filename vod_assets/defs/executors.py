"""Which process executes a run, and whether it still lives.

Dagster's daemon looks after the runs that it launches. A run that a command line executes has nobody: when its process
is killed, the run stays STARTED for ever. So the run carries in its tags who executes it.
"""

import hashlib
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROC = Path("/proc")
MACHINE_ID = Path("/etc/machine-id")
DEAD_STATES = ("Z", "X")  # a zombie does no work; its parent has not looked yet


@dataclass(frozen=True)
class Executor:
    """A process, so that no other one can be taken for it.

    Attributes:
        machine: Of the installed system (machine-id(5)), hashed; empty: not known. Two machines may have one host name.
        boot_id: Of the host's kernel; another one after each start of the machine.
        pid_namespace: Where ``pid`` counts; containers have their own.
        started_ticks: When the process started, in clock ticks since the boot; process numbers are given anew.
    """

    host: str
    boot_id: str
    pid_namespace: str
    pid: int
    started_ticks: int
    machine: str = ""

    @classmethod
    def this_process(cls) -> Self:
        """Return the process that asks."""
        return cls(
            host=socket.gethostname(),
            boot_id=_text(PROC / "sys/kernel/random/boot_id"),
            pid_namespace=_link(PROC / "self/ns/pid"),
            pid=os.getpid(),
            started_ticks=_started_ticks(os.getpid()) or 0,
            machine=_machine(),
        )

    @classmethod
    def from_tags(cls, tags: Mapping[str, str]) -> Self | None:
        """Return who executes a run, or None when its tags do not say."""
        try:
            return cls(
                host=tags["vod/host"],
                boot_id=tags["vod/boot_id"],
                pid_namespace=tags["vod/pid_namespace"],
                pid=int(tags["vod/pid"]),
                started_ticks=int(tags["vod/process_started"]),
                machine=tags.get("vod/machine", ""),
            )
        except (KeyError, ValueError):
            return None

    def as_tags(self) -> dict[str, str]:
        """Return the tags of a run that this process executes."""
        return {
            "vod/host": self.host,
            "vod/boot_id": self.boot_id,
            "vod/pid_namespace": self.pid_namespace,
            "vod/pid": str(self.pid),
            "vod/process_started": str(self.started_ticks),
            "vod/machine": self.machine,
        }

    def is_gone(self) -> bool:
        """Whether the process has certainly ended; of another host, machine or container nothing is certain."""
        here = Executor.this_process()
        if self.host != here.host:
            return False
        if self.boot_id != here.boot_id:
            return bool(self.machine) and self.machine == here.machine  # else it may be a namesake, and alive
        if self.pid_namespace != here.pid_namespace:
            return False
        return not _is_there(self.pid) or _started_ticks(self.pid) not in (self.started_ticks, None)


def _machine() -> str:
    """Return a hash of this machine's id: the id itself is not to be shown (machine-id(5))."""
    machine_id = _text(MACHINE_ID)
    return hashlib.sha256(f"vod_assets {machine_id}".encode()).hexdigest()[:16] if machine_id else ""


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # signal 0 only asks
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return _state_and_start(pid)[0] not in DEAD_STATES


def _started_ticks(pid: int) -> int | None:
    start = _state_and_start(pid)[1]
    return int(start) if start else None


def _state_and_start(pid: int) -> tuple[str, str]:
    """Return fields 3 and 22 of ``/proc/PID/stat`` (proc(5)), empty where it cannot be read.

    Field 2 is the program's name, which may hold spaces and brackets: what follows the last bracket is sure.
    """
    fields = _text(PROC / str(pid) / "stat").rpartition(")")[2].split()
    return (fields[0], fields[19]) if len(fields) > 19 else ("", "")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""
