"""Tens of titles of tiny documents, with a fault in many of them: each is named, none is named falsely."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from trials.catalogue import Catalogue, Storages
from trials.faults import ALIVE, FAULTS, copy_partly, lose_an_event, lose_the_entry, replace_the_source
from trials.reconcile import attempt, fill
from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.source.local import LocalSources
from vod_assets.defs import leases
from vod_assets.defs.leases import Pulse
from vod_assets.domain.errors import SourceError, StoreError, VodError
from vod_assets.domain.title import Fingerprint
from vod_assets_tests.servers.s3 import S3Server


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Catalogue]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Catalogue(tmp_path, instance, Storages.on_disk(tmp_path))


@pytest.fixture
def catalogue(empty: Catalogue) -> Catalogue:
    fill(empty, 3)
    return empty


def named(catalogue: Catalogue) -> set[tuple[str, str]]:
    return {(one.code, one.title) for one in catalogue.reconciler.differences()}


def test_a_healthy_catalogue_agrees(catalogue: Catalogue) -> None:
    assert named(catalogue) == set()


def test_every_fault_is_named_and_repaired_and_nothing_else(empty: Catalogue) -> None:
    outcome = attempt(empty, 2 * len(FAULTS), len(FAULTS))
    assert outcome.found == outcome.expected
    assert outcome.is_good, outcome.left
    assert outcome.repaired == len(FAULTS) - 2


def test_a_bucket_is_reconciled_too(s3: S3Server, tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        storages = Storages.at(f"s3://{s3.bucket}/{secrets.token_hex(4)}", Access(s3=s3.access), tmp_path / "scratch")
        outcome = attempt(Catalogue(tmp_path, instance, storages), 12, 9)
    assert outcome.found == outcome.expected
    assert outcome.is_good, outcome.left


def test_a_title_that_a_run_works_on_may_be_anything(catalogue: Catalogue) -> None:
    for title in ("film-000", "film-001"):
        catalogue.run(title, ALIVE)
    lose_the_entry(catalogue, "film-000")
    copy_partly(catalogue, "film-001")
    assert named(catalogue) == set()


def test_on_a_new_machine_sources_are_compared_without_reading_them(catalogue: Catalogue) -> None:
    catalogue.sources = LocalSources(catalogue.folder / "new machine")
    assert named(catalogue) == set()
    replace_the_source(catalogue, "film-000")
    assert named(catalogue) == {("source_changed", "film-000")}
    assert not (catalogue.folder / "new machine").exists()  # nothing was hashed


class Unread(LocalSources):
    """Sources that nobody can look at now, and how often that was tried."""

    def __init__(self, folder: Path, error: VodError) -> None:
        super().__init__(folder)
        self.error, self.asked = error, 0

    def known_fingerprint(self, address: str) -> Fingerprint:
        self.asked += 1
        raise self.error


def test_a_source_on_tape_is_no_difference(catalogue: Catalogue) -> None:
    catalogue.sources = Unread(catalogue.folder, SourceError("source_archived", "it is on tape"))
    assert named(catalogue) == set()


def test_a_place_that_is_away_is_named_with_each_title_and_waited_for_once(catalogue: Catalogue) -> None:
    catalogue.sources = away = Unread(catalogue.folder, StoreError("store_unreachable", "it is away", "Mount it"))
    lose_an_event(catalogue, "film-001")
    reconciler = catalogue.reconciler
    found = reconciler.differences()
    assert {(one.title, one.remedy) for one in found if one.code == "store_unreachable"} == {
        (f"film-00{number}", "Mount it") for number in range(3)
    }
    assert away.asked == 1
    left = reconciler.repair(found, catalogue.make)
    assert {one.code for one in found} - {one.code for one in left} == {"event_lost"}


def test_a_title_that_somebody_holds_is_not_repaired_meanwhile(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BUSY_AFTER_SECONDS", 0.2)
    lose_an_event(catalogue, "film-000")
    other = Pulse(catalogue.leases, "the-other-run", "film-000", lambda _: False, 0.05)
    other.start()
    other.require(lambda: None)
    found = catalogue.reconciler.differences()
    assert [one.code for one in catalogue.reconciler.repair(found, catalogue.make)] == ["event_lost"]
    other.let_go()
    assert catalogue.reconciler.repair(found, catalogue.make) == []


def test_a_title_that_was_only_registered_is_no_difference(catalogue: Catalogue) -> None:
    catalogue.register("new")
    assert named(catalogue) == set()


def test_every_repair_is_told_with_what_to_do(catalogue: Catalogue) -> None:
    lose_an_event(catalogue, "film-000")
    assert all(one.remedy for one in catalogue.reconciler.differences())
