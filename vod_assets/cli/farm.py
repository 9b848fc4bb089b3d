"""``vod worker`` and ``vod beat``: the programs of a farm."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from vod_assets.domain.errors import ConfigError
from vod_assets.home import ensure_dagster_home
from vod_assets.logs import tell
from vod_assets.settings import Settings, load_settings

QUEUE = re.compile(r"(?P<name>[a-z]+)(=(?P<count>[1-9][0-9]{0,2}))?")
LOOK_SECONDS = 0.5
PAUSE_SECONDS = 2.0  # before a worker that ended is started again
APP = "vod_assets.defs.farm.app"
AS_QUIT = "SIGQUIT"  # Celery then gives its steps `worker_soft_shutdown_timeout` seconds, and hands back what is left


def worker(
    queues: Annotated[
        str, typer.Option("--queues", help="Queues, each with how many steps at once: encode=2,package=1,default=4.")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="Its name in the farm; default: the host's.")] = "",
    log_level: Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")] = "info",
) -> None:
    """Execute steps of the farm until SIGTERM, which lets running ones end; a second one hands them back.

    Example: [cyan]vod worker --queues encode=2[/]
    """
    settings = _farm()
    wanted = _counts(queues)
    name = name or socket.gethostname()
    if len(wanted) == 1:
        _become(settings, *next(iter(wanted.items())), f"{name}-{next(iter(wanted))}", log_level)
    argv = [sys.executable, "-m", "vod_assets", "worker", "--name", name, "--log-level", log_level, "--queues"]
    raise typer.Exit(_together([[*argv, f"{queue}={count}"] for queue, count in wanted.items()]))


def beat(
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="File that names the code server; default: workspace.yaml here.")
    ] = None,
) -> None:
    """Run the farm's clock: Dagster's daemon, with sensors, queue and reaper. One in a deployment.

    Example: [cyan]vod beat[/]
    """
    settings = load_settings()
    ensure_dagster_home(settings)
    argv = [sys.executable, "-m", "dagster._daemon", "run", *_workspace(workspace)]
    os.execv(argv[0], argv)  # noqa: S606 - it takes this process's place, and its signals


def _farm() -> Settings:
    from vod_assets.defs.farm.executor import require_farm

    settings = load_settings()
    if settings.executor != "celery":
        cause = f"VOD_EXECUTOR is {settings.executor}, so runs send no step to a worker"
        raise ConfigError("bad_setting", cause, "Set it to celery, with VOD_BROKER and VOD_DATABASE (docs/farm.md)")
    require_farm(settings)
    ensure_dagster_home(settings)
    return settings


def _counts(queues: str) -> dict[str, int]:
    """Return how many steps of each queue are executed at once.

    Raises:
        ConfigError: ``bad_usage``.
    """
    from vod_assets.defs.farm.queues import QUEUES

    cores = os.cpu_count() or 1
    found: dict[str, int] = {}
    for word in filter(None, queues.split(",")):
        match = QUEUE.fullmatch(word.strip())
        if match is None or match["name"] not in QUEUES:
            cause = f"{word.strip()!r} names no queue"
            raise ConfigError("bad_usage", cause, f"Write {', '.join(QUEUES)}, each with a number: encode=2")
        found[match["name"]] = int(match["count"] or cores)
    return found or {"encode": max(1, cores // 2), "package": 1, "default": cores}


def _become(settings: Settings, queue: str, count: int, name: str, log_level: str) -> None:
    """Become Celery's worker of one queue."""
    words = ["worker", "-Q", queue, "-c", str(count), "-n", f"{name}@%h", "--loglevel", log_level]
    quiet = ["--without-gossip", "--without-mingle"]  # workers have nothing to say to each other
    environment = {**os.environ, "REMAP_SIGTERM": AS_QUIT, "DAGSTER_HOME": str(ensure_dagster_home(settings))}
    argv = [sys.executable, "-m", "celery", "-A", APP, *words, *quiet]
    os.execve(argv[0], argv, environment)  # noqa: S606 - nothing stands between Celery and whoever stops it


def _together(commands: list[list[str]]) -> int:
    """Run one worker a queue until a signal, and start those anew that end by themselves; return the exit code."""
    children = {number: subprocess.Popen(argv) for number, argv in enumerate(commands)}
    told: list[int] = []

    def forward(number: int, _: object) -> None:
        told.append(number)
        for child in children.values():
            child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, forward)
    while not told:
        time.sleep(LOOK_SECONDS)
        for place, child in list(children.items()):
            if child.poll() is not None and not told:
                queue = commands[place][-1]
                tell(f"the worker of {queue} ended ({child.returncode}): it is started again")
                time.sleep(PAUSE_SECONDS)
                children[place] = subprocess.Popen(commands[place])
    return max(abs(child.wait()) for child in children.values())


def _workspace(named: Path | None) -> list[str]:
    """Return what the daemon is told of the code: a workspace file that is there, or the module itself."""
    if named is not None:
        return ["-w", str(named.resolve())]
    return [] if Path("workspace.yaml").exists() else ["-m", "vod_assets.definitions"]
