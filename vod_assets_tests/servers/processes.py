"""Starting a server, waiting until it answers, and stopping exactly it."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

READY_SECONDS = 60.0
STOP_SECONDS = 10.0


def free_ports(count: int, below: int = 50000) -> list[int]:
    """Return ports that nobody listens on; some servers add 10,000 to theirs, so they are low enough for that."""
    held: list[socket.socket] = []
    try:
        while len(held) < count:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            if port < below and _is_free(port + 10_000):
                held.append(listener)
            else:
                listener.close()
                _claim_low(held, below)
        return [listener.getsockname()[1] for listener in held][:count]
    finally:
        for listener in held:
            listener.close()


@contextmanager
def running(
    argv: Sequence[str | Path],
    is_ready: Callable[[], bool],
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server while the context lasts; it ends by its process id, at the latest by SIGKILL."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready():
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


def _claim_low(held: list[socket.socket], below: int) -> None:
    for port in range(20_000 + 37 * len(held), below):
        listener = socket.socket()
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            listener.close()
            continue
        if _is_free(port + 10_000):
            held.append(listener)
            return
        listener.close()
