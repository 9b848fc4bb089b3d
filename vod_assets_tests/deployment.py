"""A whole deployment of a studio: Dagster's UI, daemon and code server, as processes of their own."""

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
    with studio.entered():
        home = ensure_dagster_home(load_settings())
    checkout = str(Path(__file__).parent.parent)
    environment = {**os.environ, **studio.environment, "DAGSTER_HOME": str(home), "PYTHONPATH": checkout}
    program = Path(sys.executable).parent / "dagster"
    argv = [program, "dev", "-m", "vod_assets.definitions", "-d", studio.folder, "-h", "127.0.0.1", "-p", str(port)]
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
