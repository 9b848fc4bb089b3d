"""Dagster's own badge, asked over GraphQL, calls nothing fresh that a plan names; a run makes all of it fresh."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_TAG,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster_graphql.schema import create_schema
from graphql import graphql_sync

from vod_assets.cli.session import open_session
from vod_assets.definitions import build_definitions
from vod_assets.defs.artifact_io import ARTIFACTS, ArtifactIOManager
from vod_assets.defs.making import Maker
from vod_assets.defs.observing import told
from vod_assets.defs.partitions import TITLE_STATE, TITLES
from vod_assets.defs.resources import resource_definitions
from vod_assets.domain.plan import TitlePlan
from vod_assets.settings import load_settings
from vod_assets_tests.workshop import Told, Workshop

SCHEMA = create_schema().graphql_schema
BADGES = 'query { assetNodes { assetKey { path } staleStatus(partition: "film") } }'


class Report(Told):
    """A reporter that also lets transfers pass."""

    def moved(self, title: str, step: str, transfer: object) -> None:
        """Pass over it."""


@dataclass
class House:
    """A workshop whose titles Dagster makes."""

    workshop: Workshop
    instance: dg.DagsterInstance
    opened: ExitStack
    reporter: Report = field(default_factory=Report)

    @cached_property
    def definitions(self) -> dg.Definitions:
        known, workshop = build_definitions(load_settings()), self.workshop
        stand_ins = {**workshop.tools, "sources": workshop.sources, "origin": workshop.origin, "cms": workshop.cms}
        stand_ins["publisher"] = workshop.publisher
        stand_ins[ARTIFACTS] = ArtifactIOManager(workshop.store, workshop.profiles, Maker(workshop.store))
        usual = resource_definitions(load_settings())
        resources = {**usual, **stand_ins, "reporter": self.reporter}
        return dg.Definitions(known.assets, resources=resources, executor=dg.in_process_executor)

    def run(self, title: str = "film", *assets: str) -> set[str]:
        """Have Dagster make a title, or some of it, and return what was made."""
        self.reporter.executed.clear()
        done = self.definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=self.instance,
            partition_key=title,
            asset_selection=[dg.AssetKey(asset) for asset in assets] or None,
        )
        assert done.success
        return set(self.reporter.executed)

    def pretend(self) -> set[str]:
        """Make the film without Dagster, record what a run records, and return what was made: it takes no seconds."""
        made = {asset for asset in self.workshop.run("film") if "." not in asset}
        graph = self.definitions.resolve_asset_graph()
        cursor = self.instance.event_log_storage.get_maximum_record_id()
        for key in graph.toposorted_asset_keys:
            artifact = self.workshop.store.latest("film", key.to_user_string())
            if artifact is None:
                continue
            tags = {DATA_VERSION_TAG: artifact.digest, CODE_VERSION_TAG: str(graph.get(key).code_version)}
            for parent in graph.get(key).parent_keys:
                tags |= {get_input_event_pointer_tag(parent): str(cursor), get_input_data_version_tag(parent): "any"}
            self.instance.report_runless_asset_event(dg.AssetMaterialization(key, partition="film", tags=tags))
            cursor = self.instance.event_log_storage.get_maximum_record_id()
        return made

    def plan(self, force: tuple[str, ...] = ()) -> TitlePlan:
        """Return the plan as `vod plan` gives it, with what Dagster is told of it."""
        return next(iter([*told(lambda: self.instance, [self.workshop.plan("film", force=force)])]))

    @cached_property
    def served(self) -> WorkspaceProcessContext:
        """What the web server serves."""
        target = LoadableTargetOrigin(executable_path=None, module_name="vod_assets.definitions")
        origin = InProcessCodeLocationOrigin(target, location_name="vod")
        return self.opened.enter_context(WorkspaceProcessContext(self.instance, InProcessWorkspaceLoadTarget(origin)))

    def badges(self) -> dict[str, str]:
        """Return what Dagster says of each asset of the film."""
        answer = graphql_sync(SCHEMA, BADGES, context_value=self.served.create_request_context())
        assert answer.errors is None
        assert answer.data is not None
        nodes: list[dict[str, Any]] = answer.data["assetNodes"]
        return {node["assetKey"]["path"][0]: node["staleStatus"] for node in nodes}

    def not_fresh(self) -> set[str]:
        return {asset for asset, badge in self.badges().items() if badge != "FRESH"}

    def looks(self) -> int:
        """Return how often the state of a title was observed."""
        return len(self.instance.fetch_observations(TITLE_STATE, limit=100).records)

    def register(self, **said: Any) -> None:
        known = self.workshop.store.record("film")
        before = {"profile": known.profile, "policy": known.policy} if known else {}
        self.workshop.register("film", **(before | said))

    def beside(self, ending: str, text: str) -> None:
        """Write a file beside the source and register it."""
        self.workshop.source("film").with_suffix(ending).write_text(text)
        self.register()

    def other_crf(self) -> None:
        said = self.workshop.profile()
        said["video"][0]["rungs"][0]["crf"] = 33
        self.workshop.save_profile(said)
        del self.definitions, self.served  # they are loaded anew

    def other_tool(self) -> None:
        self.workshop.tools["packager"].build = "2"

    def lose(self, asset: str) -> None:
        shutil.rmtree(self.workshop.folder / "store" / "titles" / "film" / asset)

    def lose_release(self) -> None:
        files = self.workshop.origin.files["film"]
        for path in [path for path in files if path.startswith("tracks/")][:2]:
            del files[path]
        for path in [path for path in files if path.startswith("releases/")]:
            del files[path]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A film that was made, and everything of it fresh; each test leaves it like that."""
    workshop = Workshop(tmp_path_factory.mktemp("badges"))
    workshop.save_profile(workshop.profile() | {"name": "other", "segment_seconds": 4, "captions": False})
    with pytest.MonkeyPatch.context() as patch, ExitStack() as opened:
        patch.setenv("VOD_HOME", str(workshop.folder / "home"))
        patch.setenv("VOD_PROFILES", str(workshop.folder / "profiles"))
        instance = opened.enter_context(open_session()).instance
        house = House(workshop, instance, opened)
        instance.add_dynamic_partitions(TITLES, ["film", "other"])
        workshop.deliver("film")
        workshop.register("film")
        house.run()
        assert house.not_fresh() == set()
        yield house


CHANGES: dict[str, Callable[[House], object]] = {
    "source replaced": lambda house: house.workshop.deliver("film", cut=7),
    "captions added": lambda house: house.beside(".en.srt", "1\n00:00:00,100 --> 00:00:00,900\nGood morning.\n"),
    "title file changed": lambda house: house.beside(".yaml", "titles: {en: Another name}\n"),
    "policy changed": lambda house: house.register(policy={"territories": ["DE"]}),
    "another profile": lambda house: house.register(profile="other"),
    "profile as before": lambda house: house.register(profile="tiny"),
    "rung edited": House.other_crf,
    "another build of a tool": House.other_tool,
    "artifact lost": lambda house: house.lose("h264_360p"),
    "artifact lost again": lambda house: house.lose("h264_360p"),
    "poster lost": lambda house: house.lose("poster"),
    "lost at the origin": House.lose_release,
    "entry lost": lambda house: house.workshop.cms.remove("film"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_badge_calls_nothing_fresh_that_a_run_makes(house: House, change: str) -> None:
    CHANGES[change](house)
    named = {asset for asset in house.plan().executed if "." not in asset}
    assert named
    assert named <= house.not_fresh()
    assert house.pretend() >= {"release"} & named
    assert not house.plan().needs_run


def test_what_a_run_leaves_is_fresh(house: House) -> None:
    house.workshop.deliver("film", cut=9)
    house.plan()
    assert house.not_fresh() >= {"mezzanine", "poster", "h264_360p", "cms_entry"}
    assert house.run() >= {"mezzanine", "poster", "h264_360p", "cms_entry"}
    assert house.not_fresh() == set()


def test_looking_again_tells_dagster_nothing_new(house: House) -> None:
    before = house.looks()
    house.plan()
    assert house.looks() == before
    house.plan(force=("poster",))  # a wish is no change
    assert house.looks() == before
    house.lose("poster")
    house.plan()
    house.plan()
    assert house.looks() == before + 1
    assert house.pretend() == {"poster"}


def test_a_run_of_one_asset_leaves_the_others_stale_until_they_run(house: House) -> None:
    house.lose("poster")
    house.plan()
    assert house.run("film", "poster") == {"poster"}
    stale = house.not_fresh()
    assert "poster" not in stale
    assert stale == set(house.badges()) - {"poster", "title_state"}
    assert house.pretend() == set()
    assert house.not_fresh() == set()


def test_another_title_is_as_fresh_as_before(house: House) -> None:
    house.workshop.deliver("other")
    house.workshop.register("other")
    house.run("other", "mezzanine")
    house.workshop.deliver("other", cut=3)
    list(told(lambda: house.instance, [house.workshop.plan("other")]))
    assert house.not_fresh() == set()


def test_what_was_found_is_said_with_the_observation(house: House) -> None:
    house.lose("poster")
    house.plan()
    observed = house.instance.fetch_observations(TITLE_STATE, limit=1).records[0].event_log_entry.asset_observation
    assert observed is not None
    said = {name: str(value.value) for name, value in observed.metadata.items()}
    assert said["poster"].startswith("missing")
    house.pretend()
