"""Through a running daemon: backfills make what is needed, behind what arrives, and Dagster's own do the same."""

import json
import math
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.defs.backfills import standing
from vod_assets.defs.registration import register
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.deployment import Deployment, deployed, without_waiting
from vod_assets_tests.studio import ENCODE_OPTIONS, Studio, wait_until

pytestmark = [pytest.mark.media, pytest.mark.slow]
PATIENCE_SECONDS = 300.0
TITLES = ("first", "second")
BAD_ENDS = {"done with failures", "failed"}
BACKFILL = """
mutation Launch($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}
"""
RUNS = """
{ runsOrError { ... on Runs { results { runId status startTime tags { key value } } } } }
"""


@dataclass(frozen=True)
class Run:
    """A run, as Dagster's UI sees it."""

    title: str
    status: str
    backfill: str
    priority: str
    start: float

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Run":
        tags = {tag["key"]: tag["value"] for tag in told["tags"]}
        return cls(
            tags.get("dagster/partition", ""),
            told["status"],
            tags.get("dagster/backfill", ""),
            tags.get("dagster/priority", "0"),
            told["startTime"] or 0.0,
        )


@dataclass(frozen=True)
class House:
    """A studio with two titles and a film that has not arrived yet, and a deployment that makes one at a time."""

    studio: Studio
    instance: dg.DagsterInstance
    deployment: Deployment

    def backfill(self, *arguments: str) -> dict[str, Any]:
        ended = self.studio.vod("backfill", "--json", *arguments)
        assert ended.code == 0, ended.stderr
        told: dict[str, Any] = json.loads(ended.stdout)
        return told

    def runs(self) -> list[Run]:
        """Return all runs, the newest first."""
        return [Run.of(told) for told in self.deployment.ask(RUNS)["runsOrError"]["results"]]

    def of_backfill(self, backfill: str) -> list[Run]:
        return [run for run in self.runs() if run.backfill == backfill]

    def wait_for(self, backfill: str, state: str) -> None:
        wait_until(lambda: standing(self.instance, backfill).state in {state, *BAD_ENDS}, PATIENCE_SECONDS)
        assert standing(self.instance, backfill).state == state

    def arrive(self, title: str) -> None:
        """Register a title and launch its run as the sensors of watched places do."""
        with self.studio.session() as session:
            register(session.registrar(), str(self.studio.folder / f"{title}.mp4"))
        self.deployment.launch(title)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    studio = Studio.make(tmp_path_factory.mktemp("backfills") / "studio")
    picture, tone = generated_input("testsrc2=s=128x72:r=25:d=1"), generated_input("sine=440:d=1")
    film = make(studio.folder / "first.mp4", picture, tone, **ENCODE_OPTIONS).read_bytes()
    for name in ("second", "late"):
        (studio.folder / f"{name}.mp4").write_bytes(film + (8 + len(name)).to_bytes(4, "big") + b"free" + name.encode())
    (studio.folder / "list.csv").write_text("source\nfirst.mp4\nsecond.mp4\n")
    without_waiting(studio, runs_at_once=1)
    assert studio.vod("titles", "import", studio.folder / "list.csv").code == 0
    with deployed(studio, studio.folder / "deployment.log") as deployment, studio.session() as session:
        yield House(studio, session.instance, deployment)
    shutil.rmtree(studio.folder)


def test_a_backfill_makes_what_is_needed_behind_what_arrives(house: House) -> None:
    launched = house.backfill()
    assert launched["titles"] == list(TITLES)
    wait_until(lambda: any(run.start for run in house.runs()), PATIENCE_SECONDS)
    assert house.backfill()["left_out"].keys() == set(TITLES)
    house.arrive("late")
    house.wait_for(launched["backfill"], "done")
    runs = sorted(house.runs(), key=lambda run: run.start)
    assert [(run.title == "late", run.status) for run in runs] == [
        (False, "SUCCESS"),
        (True, "SUCCESS"),
        (False, "SUCCESS"),
    ]
    assert {run.priority for run in runs if run.backfill} == {"-10"}
    again = house.backfill()
    assert (again["backfill"], again["titles"], again["nothing_to_do"]) == (None, [], len(runs))
    assert again["continues"] == launched["backfill"]
    assert len(house.runs()) == len(runs)


def test_a_backfill_of_dagsters_ui_does_the_same_and_is_stopped_by_vod(house: House) -> None:
    house.studio.calls()
    nodes = house.deployment.ask("{ assetNodes { assetKey { path } isMaterializable } }")["assetNodes"]
    keys = [node["assetKey"] for node in nodes if node["isMaterializable"]]
    params = {"assetSelection": keys, "partitionNames": list(TITLES)}
    launched = house.deployment.ask(BACKFILL, params=params)["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    backfill = launched["backfillId"]
    wait_until(lambda: any(run.start for run in house.of_backfill(backfill)), PATIENCE_SECONDS)
    assert house.studio.vod("backfill", "stop", backfill).code == 0
    house.wait_for(backfill, "stopped")
    begun, queued = sorted(house.of_backfill(backfill), key=lambda run: run.start or math.inf)
    assert {begun.title, queued.title} == set(TITLES)
    assert queued.status == "CANCELED"
    assert begun.status in {"SUCCESS", "CANCELED"}  # it was near its end
    assert house.studio.calls() == []
    shown = house.studio.vod("backfill", "list").stdout.splitlines()[0]
    assert shown.startswith(f"{backfill}  stopped, 2 titles: ")
