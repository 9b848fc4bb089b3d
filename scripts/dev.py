"""Run the Dagster UI with its daemon and the player page together, until Ctrl-C; leave no process behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from vod_assets.domain.errors import VodError
from vod_assets.home import ensure_dagster_home
from vod_assets.settings import Settings, load_settings

CHECKOUT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 20.0


def main() -> int:
    """Start both, wait for Ctrl-C or for one of them to end, and end everything they started."""
    try:
        settings = load_settings()
        ensure_dagster_home(settings)
    except VodError as error:
        print(error, file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    children = [start(command) for command in commands(settings)]
    try:
        print(announcement(settings), flush=True)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        print("make dev: a part ended by itself; its words are above.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave orphans
        end(children)


def commands(settings: Settings) -> list[list[str]]:
    """Return the two command lines."""
    programs = Path(sys.executable).parent
    ui = [str(programs / "dagster"), "dev", "--host", "127.0.0.1", "--port", str(settings.ui_port)]
    return [ui, [str(programs / "vod"), "serve"]]


def announcement(settings: Settings) -> str:
    """Return what a person must know before opening the addresses."""
    return "\n".join(
        (
            "",
            f"Dagster UI    http://127.0.0.1:{settings.ui_port}   (in about 10 seconds)",
            f"Player page   http://127.0.0.1:{settings.serve_port}",
            "",
            "The UI has no login and is writable: whoever reaches it can start and remove titles. Both listen on this",
            "machine only (127.0.0.1); do not forward these ports. Ctrl-C ends everything.",
            "",
        )
    )


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C reaches this script alone, which ends the children in order."""
    return subprocess.Popen(command, cwd=CHECKOUT, start_new_session=True, preexec_fn=_default_signals)


def end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask the children to end, then make them and everything that they started."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"make dev: {child.args} did not end in time and is killed", file=sys.stderr)
        try:
            os.killpg(child.pid, signal.SIGKILL)  # run workers that outlived it, and the encoders below them
        except ProcessLookupError:
            continue
        child.wait()


def _default_signals() -> None:
    # Dagster ignores SIGTERM when it inherits an ignored SIGINT, as children of a background job do.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    sys.exit(main())
