"""Starting a server, waiting until it answers, and stopping exactly it."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

READY_SECONDS = 180.0  # Dagster takes seconds to import, and a machine may have other things to do
STOP_SECONDS = 10.0
LOWEST_PORT = 12_000

_given: set[int] = set()


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, each once; some servers add 10,000 to theirs, and that one is free, too.

    They are drawn by lot, from below those that the kernel gives to connections: of several test processes, and of a
    server and somebody's connection, two would now and then come to the same.
    """
    found: list[int] = []
    while len(found) < count:
        port = LOWEST_PORT + secrets.randbelow(10_000)
        if port not in _given and _is_free(port) and _is_free(port + 10_000):
            _given.add(port)
            found.append(port)
    return found


@contextmanager
def running(
    argv: Sequence[str | Path],
    is_ready: Callable[[], bool],
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server while the context lasts; it ends by its process id, and by SIGKILL what is left of it then."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=folder,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is not None or not is_ready():  # somebody else may answer when it has ended
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{argv[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with suppress(ProcessLookupError):  # nothing is left
            os.killpg(process.pid, signal.SIGKILL)  # it led a session of its own; Samba's helpers heed no SIGTERM


def listens(port: int) -> bool:
    """Whether something accepts connections on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
