"""The store keeps the contract on a disk, and says what a disk does to it."""

import os
import time
from pathlib import Path

import pytest

from vod_assets.adapters.store.artifacts import BlobArtifactStore, disk_store
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import Cancelled, ConfigError, StoreError
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import ArtifactStore
from vod_assets_tests.contracts.artifact_store import RECIPE, ArtifactStoreContract
from vod_assets_tests.fakes import MemoryBlobs, Switch

DAY = 24 * 3600


class TestStoreOnADisk(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> BlobArtifactStore:
        self.guard = Switch()
        return disk_store(tmp_path, self.guard)

    def test_killed_writers_leave_only_what_gc_can_name(self, store: BlobArtifactStore) -> None:
        self.commit(store)
        abandoned = store.attempt("film", Recipe("poster", parameters={"width": 12}))
        attempt = abandoned.__enter__()  # as a killed process leaves it: never exited
        assert store.unreferenced(older_than_seconds=60) == []
        assert store.unreferenced(older_than_seconds=-1) == [str(attempt.directory)]
        abandoned.__exit__(None, None, None)

    def test_a_title_id_cannot_leave_the_store(self, store: BlobArtifactStore) -> None:
        with pytest.raises(ConfigError, match="bad_title_id"):
            store.find("../other", RECIPE)

    def test_a_damaged_manifest_is_named(self, store: BlobArtifactStore, tmp_path: Path) -> None:
        self.commit(store)
        (tmp_path / "titles/film/poster" / RECIPE.id / "artifact.json").write_text("{")
        with pytest.raises(StoreError, match="store_damaged"):
            store.find("film", RECIPE)

    def test_a_place_that_cannot_be_written_is_named(self, store: BlobArtifactStore, tmp_path: Path) -> None:
        (tmp_path / "titles").write_text("a file where the folder should be")
        with pytest.raises(StoreError, match="titles"), store.attempt("film", RECIPE):
            pass

    @pytest.mark.parametrize(
        "draft",
        [
            "refused/.film.json.draft-0a1b2c3d",
            "sources/.ab.json.draft-0a1b2c3d",
            "titles/film/.title.json.draft-0a1b2c3d",
            "titles/film/poster/.latest.json.draft-0a1b2c3d",
        ],
    )
    def test_a_draft_of_a_killed_writer_is_found_once_it_is_old(
        self, store: BlobArtifactStore, tmp_path: Path, draft: str
    ) -> None:
        store.register(TitleRecord(title_id="film", source="file:///a/film.mov"))
        store.refuse("film", {"code": "source_empty"})
        store.point(self.commit(store))
        (tmp_path / draft).write_text("{")
        assert store.unreferenced(older_than_seconds=DAY) == []
        age(tmp_path / draft)
        assert store.unreferenced(older_than_seconds=DAY) == [str(tmp_path / draft)]

    def test_an_attempt_that_is_still_written_to_is_not_old(self, store: BlobArtifactStore) -> None:
        """An encode of two days writes to a file that it made on the first."""
        with store.attempt("film", RECIPE) as attempt:
            video = attempt.directory / "video.mp4"
            video.write_bytes(b"half")
            age(attempt.directory)
            assert store.unreferenced(older_than_seconds=DAY) == []
            age(video)
            assert store.unreferenced(older_than_seconds=DAY) == [str(attempt.directory)]

    def test_a_killed_commit_is_never_half_visible(self, store: BlobArtifactStore) -> None:
        """A child is killed inside a commit at many points; a reader sees the whole artifact or none."""
        for number in range(12):
            pid = os.fork()
            if pid == 0:
                _commit_and_die(store, number)
            os.waitpid(pid, 0)
            found = store.find("film", RECIPE)
            if found is not None:
                assert store.local_path(found, "a.bin").stat().st_size == 100_000
        assert self.commit(store).files


class TestStoreInABucket(ArtifactStoreContract):
    """Files are worked on in scratch, sent before the commit, and fetched once."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> BlobArtifactStore:
        self.guard = Switch()
        self.blobs = MemoryBlobs()
        return BlobArtifactStore(self.blobs, self.guard, Scratch(tmp_path / "scratch", 1 << 20))

    def elsewhere(self, tmp_path: Path) -> BlobArtifactStore:
        """The same storage, seen from another machine."""
        return BlobArtifactStore(self.blobs, self.guard, Scratch(tmp_path / "elsewhere", 1 << 20))

    def lose(self, store: ArtifactStore, artifact: Artifact, path: str) -> None:
        self.blobs.delete([f"titles/film/{artifact.asset}/{artifact.recipe}/{artifact.attempt}/{path}"])

    def test_another_machine_fetches_the_files_once(self, store: BlobArtifactStore, tmp_path: Path) -> None:
        artifact, other = self.commit(store), self.elsewhere(tmp_path)
        assert other.local_path(artifact, "deep/a.txt").read_text() == "hello"
        self.blobs.held = {name: kept for name, kept in self.blobs.held.items() if not name.endswith("a.txt")}
        assert other.local_path(artifact, "deep/a.txt").read_text() == "hello"

    def test_the_machine_that_made_it_fetches_nothing(self, store: BlobArtifactStore) -> None:
        artifact = self.commit(store)
        self.blobs.held.clear()
        assert store.local_path(artifact, "deep/a.txt").read_text() == "hello"

    def test_rotten_bytes_are_named_and_never_used(self, store: BlobArtifactStore, tmp_path: Path) -> None:
        artifact, other = self.commit(store), self.elsewhere(tmp_path)
        self.blobs.replace(f"titles/film/poster/{RECIPE.id}/{artifact.attempt}/deep/a.txt", b"jello")
        with pytest.raises(StoreError, match=r"a\.txt.*store_corrupt"):
            other.local_path(artifact, "deep/a.txt")
        assert not list((tmp_path / "elsewhere").rglob("a.txt"))

    def test_what_was_sent_before_a_kill_is_named_once_it_is_old(self, store: BlobArtifactStore) -> None:
        self.commit(store)
        self.blobs.replace(f"titles/film/poster/{RECIPE.id}/20260101T000000Z-0a1b2c3d/a.txt", b"half")
        attempt = f"memory://store/titles/film/poster/{RECIPE.id}/20260101T000000Z-0a1b2c3d"
        assert store.unreferenced(older_than_seconds=DAY) == [attempt]

    def test_an_attempt_that_fails_after_it_was_sent_is_taken_back(self, store: BlobArtifactStore) -> None:
        with store.attempt("film", RECIPE) as attempt:
            (attempt.directory / "a.txt").write_text("sent")
            store.guard = CancelledOnceSent(self.blobs)
            with pytest.raises(Cancelled):
                store.commit(attempt, {})
        assert self.blobs.held == {}

    def test_what_is_replaced_stays_until_everything_is_sent(
        self, store: BlobArtifactStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = self.commit(store)
        before = dict(self.blobs.held)

        def send(*_: object) -> None:
            raise StoreError("store_unreachable", "the bucket cannot be reached")

        monkeypatch.setattr(self.blobs, "send", send)
        with pytest.raises(StoreError, match="store_unreachable"):
            self.commit(store, "other", replacing=kept)
        assert self.blobs.held == before
        assert store.find("film", RECIPE) == kept

    def test_what_is_replaced_stays_when_the_run_is_cancelled_once_everything_is_sent(
        self, store: BlobArtifactStore
    ) -> None:
        kept = self.commit(store)
        store.guard = CancelledOnceSent(self.blobs, len(self.blobs.held))
        with pytest.raises(Cancelled):
            self.commit(store, "other", replacing=kept)
        assert store.find("film", RECIPE) == kept


class CancelledOnceSent:
    """A guard of a run that is cancelled while its files are sent."""

    def __init__(self, blobs: MemoryBlobs, held_before: int = 0) -> None:
        self.blobs, self.held_before = blobs, held_before

    def check(self) -> None:
        if len(self.blobs.held) > self.held_before:
            raise Cancelled


def age(path: Path) -> None:
    old = time.time() - 2 * DAY
    os.utime(path, (old, old))


def _commit_and_die(store: BlobArtifactStore, after_calls: int) -> None:
    """Commit in a forked child that ends itself after so many lines have run."""
    import signal
    import sys

    calls = 0

    def trace(_frame: object, event: str, _argument: object) -> object:
        nonlocal calls
        calls += event == "call"
        if calls > after_calls * 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return None

    with store.attempt("film", RECIPE) as attempt:
        (attempt.directory / "a.bin").write_bytes(bytes(100_000))
        sys.settrace(trace)  # type: ignore[arg-type]
        store.commit(attempt, {})
    os._exit(0)
