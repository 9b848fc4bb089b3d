"""The local store keeps the contract, and says what a disk does to it."""

import os
import time
from pathlib import Path

import pytest

from vod_assets.adapters.store.local import LocalArtifactStore
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.title import TitleRecord
from vod_assets_tests.contracts.artifact_store import RECIPE, ArtifactStoreContract
from vod_assets_tests.fakes import Switch

DAY = 24 * 3600


class TestLocalArtifactStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalArtifactStore:
        self.guard = Switch()
        return LocalArtifactStore(tmp_path, self.guard)

    def test_a_title_id_cannot_leave_the_store(self, store: LocalArtifactStore) -> None:
        with pytest.raises(ConfigError, match="bad_title_id"):
            store.find("../other", RECIPE)

    def test_a_damaged_manifest_is_named(self, store: LocalArtifactStore, tmp_path: Path) -> None:
        self.commit(store)
        (tmp_path / "titles/film/poster" / RECIPE.id / "artifact.json").write_text("{")
        with pytest.raises(StoreError, match="store_damaged"):
            store.find("film", RECIPE)

    def test_a_place_that_cannot_be_written_is_named(self, store: LocalArtifactStore, tmp_path: Path) -> None:
        (tmp_path / "titles").write_text("a file where the folder should be")
        with pytest.raises(StoreError, match="titles"), store.attempt("film", RECIPE):
            pass

    @pytest.mark.parametrize(
        "draft",
        [
            "refused/.film.json-0a1b2c3d",
            "sources/.ab.json-0a1b2c3d",
            "titles/film/.title.json-0a1b2c3d",
            "titles/film/poster/.latest.json-0a1b2c3d",
        ],
    )
    def test_a_draft_of_a_killed_writer_is_found_once_it_is_old(
        self, store: LocalArtifactStore, tmp_path: Path, draft: str
    ) -> None:
        store.register(TitleRecord(title_id="film", source="file:///a/film.mov"))
        store.refuse("film", {"code": "source_empty"})
        store.point(self.commit(store))
        (tmp_path / draft).write_text("{")
        assert store.unreferenced(older_than_seconds=DAY) == []
        age(tmp_path / draft)
        assert store.unreferenced(older_than_seconds=DAY) == [str(tmp_path / draft)]

    def test_an_attempt_that_is_still_written_to_is_not_old(self, store: LocalArtifactStore) -> None:
        """An encode of two days writes to a file that it made on the first."""
        with store.attempt("film", RECIPE) as attempt:
            video = attempt.directory / "video.mp4"
            video.write_bytes(b"half")
            age(attempt.directory)
            assert store.unreferenced(older_than_seconds=DAY) == []
            age(video)
            assert store.unreferenced(older_than_seconds=DAY) == [str(attempt.directory)]

    def test_a_killed_commit_is_never_half_visible(self, store: LocalArtifactStore) -> None:
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


def age(path: Path) -> None:
    old = time.time() - 2 * DAY
    os.utime(path, (old, old))


def _commit_and_die(store: LocalArtifactStore, after_calls: int) -> None:
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
