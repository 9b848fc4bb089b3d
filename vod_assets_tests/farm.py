"""A farm of a studio: RabbitMQ, PostgreSQL and workers as processes of their own, on this machine."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psutil

from vod_assets_tests.servers import postgres as databases
from vod_assets_tests.servers.processes import running
from vod_assets_tests.servers.rabbitmq import RabbitMq, rabbitmq
from vod_assets_tests.studio import Studio

CHECKOUT = Path(__file__).parent.parent


@dataclass(frozen=True)
class FarmStudio(Studio):
    """A studio whose runs send their steps to workers.

    Attributes:
        broker: Address of RabbitMQ.
        database: Address of PostgreSQL.
    """

    broker: str = ""
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Its settings, as the environment says them."""
        farm = {"VOD_EXECUTOR": "celery", "VOD_BROKER": self.broker, "VOD_DATABASE": self.database}
        return {**super().environment, **farm, "VOD_WORKER_DRAIN_SECONDS": "5", "VOD_WORKER_FREE_GIGABYTES": "0"}


@dataclass
class Farm:
    """The servers of a farm, and its workers by their names."""

    studio: FarmStudio
    broker: RabbitMq
    workers: dict[str, "Popen[bytes]"]

    def kill(self, name: str) -> None:
        """Kill a worker's first process; its others have to notice by themselves."""
        os.kill(self.workers[name].pid, 9)
        self.workers[name].wait()

    def is_working(self, name: str) -> bool:
        """Whether a worker's processes have started a tool."""
        try:
            children = psutil.Process(self.workers[name].pid).children(recursive=True)
            return any(child.name().startswith("ffmpeg") for child in children)
        except psutil.NoSuchProcess:
            return False


def database_address(server: databases.Postgres) -> str:
    """Return what ``VOD_DATABASE`` says of a server."""
    return f"postgresql://{databases.USER}:{databases.PASSWORD}@127.0.0.1:{server.port}/postgres"


@contextmanager
def farm(folder: Path, source: Path | None, workers: Mapping[str, str]) -> Iterator[Farm]:
    """Run a farm while the context lasts.

    Args:
        folder: Of its studio, which is made here.
        source: Of a title; None: there is none yet.
        workers: What each executes, by its name: ``encode=1,default=2``.
    """
    with ExitStack() as stack:
        broker = stack.enter_context(rabbitmq())
        database = database_address(stack.enter_context(databases.postgres()))
        made = Studio.make(folder, source)
        studio = FarmStudio(made.folder, broker.address, database)
        started = Farm(studio, broker, {})
        for name, queues in workers.items():
            started.workers[name] = stack.enter_context(worker(studio, name, queues))
        yield started


@contextmanager
def worker(studio: FarmStudio, name: str, queues: str) -> Iterator["Popen[bytes]"]:
    """Run a worker while the context lasts."""
    log = studio.folder / f"worker-{name}.log"
    argv = [sys.executable, "-m", "vod_assets", "worker", "--name", name, "--queues", queues]
    environment = {**os.environ, **studio.environment, "PYTHONPATH": str(CHECKOUT)}
    del environment["DAGSTER_HOME"]
    wanted = queues.count("=")
    with running(
        argv, lambda: log.read_text(errors="replace").count(" ready.") >= wanted, log, environment, studio.folder
    ) as process:
        yield process
