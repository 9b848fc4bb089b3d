"""A deployment of a studio: Dagster's daemon and code server, with or without its UI, as processes of their own."""

import json
import os
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from vod_assets.home import ensure_dagster_home
from vod_assets.settings import load_settings
from vod_assets_tests.servers.processes import free_ports, listens, running
from vod_assets_tests.studio import Studio

LOCATION = "vod_assets.definitions"

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
    """A running deployment.

    Attributes:
        port: Of the UI, where there is one.
        pids: Of its programs.
    """

    port: int
    pids: list[int] = field(default_factory=list)

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
        programs = [psutil.Process(pid) for pid in self.pids if psutil.pid_exists(pid)]
        doomed = [one for program in programs for one in (program, *program.children(recursive=True))]
        for process in doomed:
            with suppress(psutil.NoSuchProcess):
                process.suspend()  # so that none sees another one die
        for process in doomed:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(doomed, timeout=10)


@contextmanager
def deployed(studio: Studio, log: Path, *, with_ui: bool = True) -> Iterator[Deployment]:
    """Run a deployment while the context lasts: the code server first, for the others ask it at once.

    A daemon that starts its code servers itself starts a new one each minute, which takes a third of a core.
    """
    code, ui = free_ports(2)
    at = ["-h", "127.0.0.1", "-p"]
    workspace = studio.folder / "workspace.yaml"
    server = {"host": "127.0.0.1", "port": code, "location_name": LOCATION}
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
    deployment = Deployment(ui)

    def ui_answers() -> bool:
        with suppress(OSError):
            return bool(deployment.ask("{ version }"))
        return False

    with ExitStack() as stack:

        def start(name: str, is_ready: Callable[[], bool], *argv: str) -> None:
            written = log if name == "daemon" else log.with_name(f"{log.stem}-{name}.log")
            command = [sys.executable, "-m", *argv]
            program = running(command, is_ready, written, environment_of(studio), studio.folder)
            deployment.pids.append(stack.enter_context(program).pid)

        try:
            start("code", lambda: listens(code), "dagster", "api", "grpc", "-m", LOCATION, *at, str(code))
            start("daemon", lambda: True, "vod_assets_tests.hasty_daemon", "run", "-w", str(workspace))
            if with_ui:
                start("ui", ui_answers, "dagster_webserver", "-w", str(workspace), *at, str(ui))
            yield deployment
        finally:
            deployment.kill()


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
