"""Tens of titles of tiny documents, with a fault in many of them: each is named, none is named falsely."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pytest

from vod_assets.adapters.cms.static import StaticCms
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.source.local import LocalSources
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.defs.executors import Executor
from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.partitions import TITLES
from vod_assets.defs.reconciling import Reconciler
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.release import Release
from vod_assets.domain.title import TitleRecord
from vod_assets_tests.fakes import MemoryBlobs, Switch
from vod_assets_tests.releases import made

URL = "http://127.0.0.1:8080"
ASSETS = ["cms_entry", "mezzanine", "poster"]
HERE = Executor.this_process()
DEAD = replace(HERE, started_ticks=HERE.started_ticks - 1).as_tags()
ALIVE = HERE.as_tags()
Named = set[tuple[str, str]]


@dg.job
def nothing() -> None:
    """Have no steps."""


@dataclass
class Catalogue:
    """Published titles in one folder."""

    folder: Path
    instance: dg.DagsterInstance

    def __post_init__(self) -> None:
        self.store = disk_store(self.folder / "store", Switch())
        self.origin = LocalOrigin(self.folder / "origin", URL)
        self.cms = StaticCms(self.folder / "cms", URL, self.origin)
        self.sources = LocalSources(self.folder / "fingerprints")
        self.leases = BlobLeases(MemoryBlobs())

    @property
    def reconciler(self) -> Reconciler:
        return Reconciler(self.instance, self.store, self.sources, self.origin, self.cms, self.leases, ASSETS)

    def source(self, title: str) -> Path:
        return self.folder / "sources" / f"{title}.mov"

    def add(self, title: str) -> None:
        self.source(title).parent.mkdir(exist_ok=True)
        self.source(title).write_text(title)
        self.store.register(TitleRecord(title_id=title, source=self.source(title).as_uri()))
        self.instance.add_dynamic_partitions(TITLES, [title])
        self.make(title)

    def make(self, title: str, words: str = "segment") -> None:
        """Do what a run of the title's graph does, with documents in place of media."""
        fingerprint = self.sources.fingerprint(self.source(title).as_uri())
        self.commit(title, Recipe("mezzanine", parameters=fingerprint.model_dump()), fingerprint.model_dump())
        self.commit(title, Recipe("poster", {"mezzanine": fingerprint.sha256}), {}, "picture")
        release = self.release(title, words)
        self.show(title, release)
        self.commit(title, Recipe("cms_entry", {"release": release.digest}), {"release": release.number})

    def release(self, title: str, words: str) -> Release:
        scratch = self.folder / "made" / title
        shutil.rmtree(scratch, ignore_errors=True)
        return made(scratch, title, words).place(self.origin, self.folder)

    def show(self, title: str, release: Release) -> None:
        record = self.store.record(title)
        assert record is not None
        self.cms.publish(entry_for(record, release, self.origin.url).as_document())

    def commit(
        self, title: str, recipe: Recipe, document: dict[str, object], text: str = "", told: bool = True
    ) -> Artifact:
        artifact = self.store.find(title, recipe)
        if artifact is None:
            with self.store.attempt(title, recipe) as attempt:
                if text:
                    (attempt.directory / "file").write_text(text)
                artifact = self.store.commit(attempt, document)
        self.store.point(artifact)
        if told:
            tags = {"dagster/data_version": artifact.digest}
            self.instance.report_runless_asset_event(
                dg.AssetMaterialization(artifact.asset, partition=title, tags=tags)
            )
        return artifact

    def path(self, title: str, asset: str = "poster") -> Path:
        artifact = self.store.latest(title, asset)
        assert artifact is not None
        return self.store.local_path(artifact)

    def run(self, title: str, executor: dict[str, str]) -> dg.DagsterRun:
        tags = {PARTITION_TAG: title, **executor}
        return self.instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED, tags=tags)

    def age(self, path: Path) -> None:
        old = time.time() - 2 * 24 * 3600
        for one in (path, *path.rglob("*")):
            os.utime(one, (old, old))

    def named(self) -> Named:
        return {(one.code, one.title) for one in self.reconciler.differences()}


def lose_an_event(there: Catalogue, title: str) -> None:
    there.commit(title, Recipe("poster", parameters={"width": 12}), {}, "other", told=False)


def lose_the_partition(there: Catalogue, title: str) -> None:
    there.instance.delete_dynamic_partition(TITLES, title)


def lose_the_record(there: Catalogue, title: str) -> None:
    there.store.remove(title)
    there.origin.remove(title)
    there.cms.remove(title)


def kill_the_worker(there: Catalogue, title: str) -> None:
    there.run(title, DEAD)


def copy_partly(there: Catalogue, title: str) -> None:
    (there.path(title) / "file").write_text("pict")


def lose_a_commit(there: Catalogue, title: str) -> None:
    (there.path(title).parent / "artifact.json").unlink()


def half_an_upload(there: Catalogue, title: str) -> None:
    abandoned = there.path(title).with_name("20200102T030405Z-0a1b2c3d")
    abandoned.mkdir()
    (abandoned / "file").write_text("pic")
    there.age(abandoned)


def delete_a_segment(there: Catalogue, title: str) -> None:
    next((there.origin.root / title / "tracks").glob("*/1.m4s")).unlink()


def cut_a_segment(there: Catalogue, title: str) -> None:
    next((there.origin.root / title / "tracks").glob("*/2.m4s")).write_text("seg")


def show_an_old_release(there: Catalogue, title: str) -> None:
    newer = there.release(title, "newer")
    there.commit(title, Recipe("cms_entry", {"release": newer.digest}), {"release": newer.number})


def lose_the_entry(there: Catalogue, title: str) -> None:
    there.cms.remove(title)


def lose_the_source(there: Catalogue, title: str) -> None:
    there.source(title).unlink()


def replace_the_source(there: Catalogue, title: str) -> None:
    there.source(title).write_text("another cut of it")


FAULTS: dict[Callable[[Catalogue, str], None], str] = {
    lose_an_event: "event_lost",
    lose_the_partition: "partition_missing",
    lose_the_record: "partition_orphaned",
    kill_the_worker: "run_stranded",
    copy_partly: "artifact_damaged",
    lose_a_commit: "artifact_damaged",
    half_an_upload: "leftover",
    delete_a_segment: "release_damaged",
    cut_a_segment: "release_damaged",
    show_an_old_release: "entry_stale",
    lose_the_entry: "entry_missing",
    lose_the_source: "source_missing",
    replace_the_source: "source_changed",
}
NOT_OURS = {"source_missing", "source_changed"}


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield filled(Catalogue(tmp_path, instance), 3)


def filled(catalogue: Catalogue, titles: int) -> Catalogue:
    for number in range(titles):
        catalogue.add(f"film-{number:02}")
    return catalogue


def injected(catalogue: Catalogue) -> Named:
    """Put every fault into a title of its own, and return what is to be named."""
    expected = set()
    for number, (fault, code) in enumerate(FAULTS.items()):
        title = f"film-{2 * number:02}"
        fault(catalogue, title)
        expected.add((code, "" if code == "leftover" else title))
    return expected


def test_a_healthy_catalogue_agrees(catalogue: Catalogue) -> None:
    assert catalogue.named() == set()


def test_every_fault_is_named_and_repaired_and_nothing_else(catalogue: Catalogue) -> None:
    expected = injected(filled(catalogue, 2 * len(FAULTS)))
    found = catalogue.reconciler.differences()
    assert {(one.code, one.title) for one in found} == expected
    assert len(found) == len(expected)
    assert all(one.remedy for one in found)
    left = catalogue.reconciler.repair(found, catalogue.make)
    assert {one.code for one in left} == NOT_OURS
    assert catalogue.named() == {one for one in expected if one[0] in NOT_OURS}


def test_a_title_that_a_run_works_on_may_be_anything(catalogue: Catalogue) -> None:
    for title in ("film-00", "film-01"):
        catalogue.run(title, ALIVE)
    lose_the_entry(catalogue, "film-00")
    copy_partly(catalogue, "film-01")
    assert catalogue.named() == set()


def test_a_title_that_was_only_registered_is_no_difference(catalogue: Catalogue) -> None:
    catalogue.source("new").write_text("new")
    catalogue.store.register(TitleRecord(title_id="new", source=catalogue.source("new").as_uri()))
    catalogue.instance.add_dynamic_partitions(TITLES, ["new"])
    assert catalogue.named() == set()
