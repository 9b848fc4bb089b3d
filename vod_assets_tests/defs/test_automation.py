"""With automation switched on, what follows from a change is made by itself, and nothing else ever is."""

import logging
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pytest

from vod_assets.definitions import build_definitions
from vod_assets.defs.automation import FOLLOWS, automation
from vod_assets.defs.partitions import TITLES, titles
from vod_assets.defs.selection import WHOLE_TAG
from vod_assets_tests.studio import Studio


@dataclass
class Factory:
    """Three assets in a row, the first with a blocking check, and what their next runs come to."""

    version: str = "1"
    passes: bool = True
    breaks: bool = False

    @property
    def definitions(self) -> dg.Definitions:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=dg.PreviewWarning)  # checks of partitions, as ours are
            return self._definitions()

    def _definitions(self) -> dg.Definitions:
        @dg.asset(partitions_def=titles)
        def rendition() -> dg.MaterializeResult[None]:
            return dg.MaterializeResult(data_version=dg.DataVersion(self.version))

        @dg.asset_check(asset=rendition, blocking=True, partitions_def=titles)
        def plays() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=self.passes)

        @dg.asset(partitions_def=titles, deps=[rendition], automation_condition=FOLLOWS)
        def package() -> dg.MaterializeResult[None]:
            if self.breaks:
                raise dg.Failure("it breaks")
            return dg.MaterializeResult(data_version=dg.DataVersion(f"package of {self.version}"))

        @dg.asset(partitions_def=titles, deps=[package], automation_condition=FOLLOWS)
        def release() -> dg.MaterializeResult[None]:
            return dg.MaterializeResult(data_version=dg.DataVersion(f"release of {self.version}"))

        return dg.Definitions(assets=[rendition, package, release], asset_checks=[plays])


@dataclass
class House:
    """An instance, its graph, and what automation has seen so far."""

    instance: dg.DagsterInstance
    definitions: dg.Definitions
    factory: Factory = field(default_factory=Factory)
    cursor: Any = None

    def run(self, *assets: str, title: str = "film", tags: Mapping[str, str] | None = None) -> bool:
        keys = [dg.AssetKey(asset) for asset in assets]
        job = self.definitions.resolve_implicit_global_asset_job_def()
        return job.execute_in_process(
            instance=self.instance, partition_key=title, asset_selection=keys, raise_on_error=False, tags=tags
        ).success

    def requested(self) -> set[tuple[str, str]]:
        """Return asset and title of everything that automation asks for at this look."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=dg.BetaWarning)  # Dagster warns of its own argument
            looked = dg.evaluate_automation_conditions(self.definitions, self.instance, cursor=self.cursor)
        self.cursor = looked.cursor
        return {
            (key.to_user_string(), title)
            for key in self.definitions.resolve_asset_graph().get_all_asset_keys()
            for title in looked.get_requested_partitions(key)
            if title is not None
        }


def of(title: str, *assets: str) -> set[tuple[str, str]]:
    return {(asset, title) for asset in assets}


@pytest.fixture
def house(caplog: pytest.LogCaptureFixture) -> Iterator[House]:
    """Two titles, all made."""
    caplog.set_level(logging.CRITICAL, logger="dagster")
    factory = Factory()
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(TITLES, ["film", "other"])
        house = House(instance, factory.definitions, factory)
        for title in ("film", "other"):
            house.run("rendition", "package", "release", title=title)
        assert house.requested() == set()  # what was there before automation looks is left as it is
        yield house


def test_a_changed_upstream_has_all_made_again_that_follows(house: House) -> None:
    house.factory.version = "2"
    house.run("rendition")
    assert house.requested() == of("film", "package", "release")
    house.run("package", "release")
    assert house.requested() == set()


def test_an_upstream_that_comes_out_equal_starts_nothing(house: House) -> None:
    house.run("rendition")
    assert house.requested() == set()


def test_a_run_that_makes_all_of_a_title_leaves_nothing_to_follow(house: House) -> None:
    house.factory.version = "2"
    house.run("rendition", "package", "release")
    assert house.requested() == set()
    assert house.requested() == set()


def test_what_a_profile_does_not_ask_for_is_not_made_after_a_run_of_all_of_a_title(house: House) -> None:
    house.factory.version = "2"
    house.run("rendition", tags={WHOLE_TAG: "yes"})
    assert [house.requested() for _ in range(2)] == [set(), set()]


def test_a_failed_blocking_check_stops_what_follows_until_it_passes(house: House) -> None:
    house.factory.version, house.factory.passes = "2", False
    assert not house.run("rendition")
    assert house.requested() == set()
    house.factory.passes = True
    house.run("rendition")
    assert house.requested() == of("film", "package", "release")


def test_what_failed_is_not_asked_for_again_and_again(house: House) -> None:
    house.factory.version, house.factory.breaks = "2", True
    house.run("rendition")
    assert house.requested() == of("film", "package", "release")
    assert not house.run("package", "release")
    assert [house.requested() for _ in range(3)] == [set(), set(), set()]


def test_what_failed_is_asked_for_again_when_an_input_has_changed_again(house: House) -> None:
    house.factory.version, house.factory.breaks = "2", True
    house.run("rendition")
    assert house.requested() == of("film", "package", "release")
    assert not house.run("package", "release")
    assert house.requested() == set()
    house.factory.version, house.factory.breaks = "3", False
    house.run("rendition")
    assert house.requested() == of("film", "package", "release")
    assert house.run("package", "release")
    assert [house.requested() for _ in range(2)] == [set(), set()]


def test_a_new_title_is_left_to_whoever_registers_it(house: House) -> None:
    house.instance.add_dynamic_partitions(TITLES, ["new"])
    assert house.requested() == set()
    house.run("rendition", title="new")
    assert house.requested() == of("new", "package", "release")


def test_automation_is_off_until_somebody_switches_it_on() -> None:
    assert automation.default_status == dg.DefaultSensorStatus.STOPPED
    assert automation.run_tags["dagster/priority"] == "-5"


@pytest.mark.media
def test_a_sidecar_that_has_changed_re_makes_what_follows_from_it(finished: Studio) -> None:
    """In the real graph: the new captions are made by a run of their own, the rest is asked for."""
    with finished.session() as session:
        house = House(session.instance, build_definitions(session.settings))
        assert house.requested() == set()
        select(finished, "captions", "poster")
        assert house.requested() == set()
        finished.captions.write_text(finished.captions.read_text().replace("Good morning", "Good evening"))
        select(finished, "captions", "poster")
        follows = of("film", "text_tracks", "hls_package", "dash_package", "release", "cms_entry", "rtsp_stream")
        assert house.requested() == follows
        select(finished, *(asset for asset, _ in follows))
        assert house.requested() == set()
    assert finished.vod("plan").stdout.startswith("film: 0 to make")


def select(studio: Studio, *assets: str) -> None:
    ended = studio.run("--select", ",".join(f"key:{asset}" for asset in assets))
    assert ended.code == 0, ended.stderr
