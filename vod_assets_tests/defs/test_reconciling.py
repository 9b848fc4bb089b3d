"""Tens of titles of tiny documents, with a fault in many of them: each is named, none is named falsely."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from trials.catalogue import Catalogue, Storages
from trials.faults import ALIVE, FAULTS, copy_partly, lose_an_event, lose_the_entry
from trials.reconcile import attempt, fill
from vod_assets.adapters.blobs.opening import Access
from vod_assets.defs import leases
from vod_assets.defs.leases import Pulse
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
