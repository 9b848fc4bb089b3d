"""Collecting while titles are made and published loses nothing, even without any grace time."""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.store.artifacts import BlobArtifactStore, disk_store
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.defs import leases
from vod_assets.defs.collecting import Collected, Collector, Retention
from vod_assets.defs.leases import Pulse
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.end_state import EndState
from vod_assets.ports import ArtifactStore, Origin
from vod_assets_tests.fakes import MemoryBlobs, MemoryCms, Switch
from vod_assets_tests.releases import made

TITLES = ("film-1", "film-2")
RUNS = 12  # of each of two workers
URL = "http://127.0.0.1:8080"
NO_GRACE = -1


@dataclass
class Works:
    """Titles that runs make and publish while somebody collects."""

    folder: Path
    store: ArtifactStore
    origin: Origin
    instance: dg.DagsterInstance
    cms: MemoryCms = field(default_factory=MemoryCms)
    leases: BlobLeases = field(default_factory=lambda: BlobLeases(MemoryBlobs()))
    failed: list[BaseException] = field(default_factory=list)
    runs: int = 0

    def collect(self) -> Collected:
        return Collector(self.instance, self.store, self.origin, self.leases, NO_GRACE, NO_GRACE).collect()

    def work(self, worker: int) -> None:
        """Do what runs do, with documents in place of media; every few milliseconds something is half done."""
        chance = random.Random(worker)  # noqa: S311 - moments, no secrets
        done = 0
        try:
            while done < RUNS:
                title = chance.choice(TITLES)
                pulse = Pulse(self.leases, f"run-{worker}-{done}", title, lambda _: False, 0.05)
                pulse.start()
                try:
                    pulse.require(lambda: None)
                    self._run(title, chance, self.folder / f"{worker}-{done}")
                    done += 1
                    self.runs += 1
                except ConfigError as error:
                    if error.code != "title_busy":
                        raise
                finally:
                    pulse.let_go()
        except BaseException as error:  # noqa: BLE001 - a thread's edge; the test raises it
            self.failed.append(error)

    def _run(self, title: str, chance: random.Random, scratch: Path) -> None:
        recipe = Recipe("poster", parameters={"number": chance.randrange(3)})
        artifact = self.store.find(title, recipe)
        if artifact is None:
            with self.store.attempt(title, recipe) as attempt:
                (attempt.directory / "file").write_text("picture")
                time.sleep(chance.uniform(0, 0.01))
                artifact = self.store.commit(attempt, {})
        time.sleep(chance.uniform(0, 0.01))
        self.store.point(artifact)
        assert self.store.latest(title, "poster") == artifact
        assert self.store.local_path(artifact, "file").read_text() == "picture"
        release = made(scratch, title, f"words {chance.randrange(3)}")
        for digest, files in release.tracks.items():
            sums = {file.path: file.sha256 for track in release.release.tracks for file in track.files}
            self.origin.put_track(title, digest, files, sums)
            time.sleep(chance.uniform(0, 0.01))
        placed = release.place(self.origin, scratch)
        assert all(self.origin.has_track(title, track.digest) for track in placed.tracks)
        record = self.store.record(title)
        assert record is not None
        self.cms.publish(entry_for(record, placed, self.origin.url).as_document())


@pytest.fixture(params=["disk", "bucket"])
def works(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Works:
    monkeypatch.setattr(leases, "BUSY_AFTER_SECONDS", 0.05)
    monkeypatch.setattr(leases, "LOOK_SECONDS", 0.005)
    store: ArtifactStore = disk_store(tmp_path / "store", Switch())
    origin: Origin = LocalOrigin(tmp_path / "origin", URL)
    if request.param == "bucket":
        store = BlobArtifactStore(MemoryBlobs(), Switch(), Scratch(tmp_path / "scratch", 1 << 30))
        origin = BlobOrigin(DiskBlobs(tmp_path / "bucket"), URL, tmp_path)
    for title in TITLES:
        store.register(TitleRecord(title_id=title, source=f"file:///{title}.mov"))
    return Works(tmp_path, store, origin, request.getfixturevalue("instance"))


@pytest.fixture
def instance() -> dg.DagsterInstance:
    """An instance without runs: only leases tell who works on a title."""
    return dg.DagsterInstance.ephemeral()


def test_of_a_title_that_was_taken_down_nothing_is_collected(works: Works) -> None:
    """Its files are evidence, and so is how they were made."""
    title = TITLES[0]
    made(works.folder / "made", title).place(works.origin, works.folder)
    for number in range(2):
        with works.store.attempt(title, Recipe("poster", parameters={"number": number})) as attempt:
            works.store.point(works.store.commit(attempt, {}))
    works.origin.block(title)
    assert works.collect().artifacts == []
    works.origin.unblock(title)
    assert len(works.collect().artifacts) == 1


def test_nothing_is_lost_that_a_run_or_a_release_uses(works: Works) -> None:
    workers = [threading.Thread(target=works.work, args=(number,)) for number in range(2)]
    for worker in workers:
        worker.start()
    collected = []
    while any(worker.is_alive() for worker in workers):
        collected.append(works.collect())
    if works.failed:
        raise works.failed[0]
    assert works.runs == 2 * RUNS
    assert any(one.artifacts for one in collected)
    last = works.collect()
    assert EndState(works.store, works.origin, works.cms, grace_seconds=NO_GRACE).check_all() == []
    assert last.busy == []
    for title in TITLES:
        assert works.store.latest(title, "poster") is not None
        assert len(list(works.store.artifacts(title))) == 1


def test_of_many_releases_the_newest_stay_and_the_one_that_is_shown(works: Works) -> None:
    """The tracks that only the others named go with them."""
    record = works.store.record("film-1")
    assert record is not None
    for number in range(1, 6):
        placed = made(works.folder / str(number), "film-1", f"words {number}").place(works.origin, works.folder)
        if number == 2:
            works.cms.publish(entry_for(record, placed, works.origin.url).as_document())
    retention = Retention(works.cms, 2)
    ports = works.store, works.origin, works.leases
    collected = Collector(works.instance, *ports, NO_GRACE, NO_GRACE, retention=retention).collect()
    assert [address.rpartition("/")[2] for address in collected.releases] == ["1", "3"]
    assert works.origin.releases("film-1") == [2, 4, 5]
    assert len(collected.tracks) == 2
    assert len(works.origin.tracks("film-1")) == 4, "three of pictures, and the poster that all share"
    fresh = Collector(works.instance, *ports, 3600, NO_GRACE, retention=Retention(works.cms, 1))
    assert fresh.named().releases == [], "what was placed a short while ago stays"
