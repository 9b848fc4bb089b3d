"""A deployment of a studio: Dagster's daemon and code server, with or without its UI, as processes of their own."""

import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from vod_assets.home import ensure_dagster_home
from vod_assets.settings import load_settings
from vod_assets_tests.servers.processes import free_ports, running
from vod_assets_tests.studio import Studio, wait_until

READY_SECONDS = 180.0  # three processes import Dagster, on a machine that has other things to do

LAUNCH = """
mutation Launch($title: String!) {
  launchRun(executionParams: {
    selector: {repositoryLocationName: "vod_assets.definitions", repositoryName: "__repository__",
               jobName: "title_graph"}
    mode: "default"
    runConfigData: {}
    executionMetadata: {tags: [{key: "dagster/partition", value: $title}]}
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}
"""
RUNS = "{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }"


@dataclass
class Deployment:
    """A running deployment."""

    port: int
    pid: int
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def ask(self, query: str, **variables: Any) -> Any:
        """Return what the UI's GraphQL interface answers."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]

    def launch(self, title: str) -> str:
        """Launch a title's whole graph as the UI does, and return the run's id."""
        launched = self.ask(LAUNCH, title=title)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        run: str = launched["run"]["runId"]
        return run

    def runs(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Return status and tags of every run."""
        found = self.ask(RUNS)["runsOrError"]["results"]
        return {run["runId"]: (run["status"], {tag["key"]: tag["value"] for tag in run["tags"]}) for run in found}

    def kill(self) -> None:
        """Kill every process of the deployment at once, runs and their tools included."""
        main = psutil.Process(self.pid)
        doomed = [main, *main.children(recursive=True)]
        for process in doomed:
            with suppress(psutil.NoSuchProcess):
                process.suspend()  # so that none sees another one die
        for process in doomed:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(doomed, timeout=10)


@contextmanager
def deployed(studio: Studio, log: Path) -> Iterator[Deployment]:
    """Run a deployment while the context lasts."""
    (port,) = free_ports(1)
    environment = environment_of(studio)
    program = Path(sys.executable).parent / "dagster"
    argv: list[str | Path] = [
        program,
        "dev",
        "-m",
        "vod_assets.definitions",
        "-d",
        studio.folder,
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    deployment = Deployment(port, 0)

    def is_ready() -> bool:
        with suppress(OSError):
            return bool(deployment.ask("{ version }"))
        return False

    with running(argv, lambda: True, log, environment) as process:
        deployment.pid = process.pid
        try:
            wait_until(is_ready, seconds=READY_SECONDS)
            yield deployment
        finally:
            with suppress(psutil.NoSuchProcess):
                deployment.kill()


@contextmanager
def daemon(studio: Studio, log: Path) -> Iterator[None]:
    """Run Dagster's daemon, with its code server and everything that these start, while the context lasts."""
    argv: list[str | Path] = [sys.executable, "-m", "dagster._daemon", "run", "-m", "vod_assets.definitions"]
    with running(argv, lambda: True, log, environment_of(studio), studio.folder) as process:
        try:
            yield
        finally:
            with suppress(psutil.NoSuchProcess):
                Deployment(0, process.pid).kill()


def environment_of(studio: Studio) -> dict[str, str]:
    """Return the variables that Dagster's own programs find a studio by."""
    with studio.entered():
        home = ensure_dagster_home(load_settings())
    checkout = str(Path(__file__).parent.parent)
    return {**os.environ, **studio.environment, "DAGSTER_HOME": str(home), "PYTHONPATH": checkout}


def without_waiting(studio: Studio, runs_at_once: int) -> None:
    """Have Dagster start runs within a second, and no more at a time than the machine has use for."""
    with studio.entered():
        path = ensure_dagster_home(load_settings()) / "dagster.yaml"
    instance = yaml.safe_load(path.read_text())
    instance["run_queue"]["dequeue_interval_seconds"] = 1
    instance["concurrency"]["runs"]["max_concurrent_runs"] = runs_at_once
    path.write_text(yaml.safe_dump(instance))
