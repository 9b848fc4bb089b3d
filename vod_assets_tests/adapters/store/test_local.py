"""The local store keeps the contract, and says what a disk does to it."""

import os
from pathlib import Path

import pytest

from vod_assets.adapters.store.local import LocalArtifactStore
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets_tests.contracts.artifact_store import RECIPE, ArtifactStoreContract, Switch


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
