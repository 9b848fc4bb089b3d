"""The artifact store keeps its contract on real servers of every kind."""

from pathlib import Path

import pytest

from vod_assets.adapters.blobs.opening import open_blobs
from vod_assets.adapters.store.artifacts import BlobArtifactStore
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import StoreError
from vod_assets.ports import ArtifactStore
from vod_assets_tests.contracts.artifact_store import RECIPE, ArtifactStoreContract
from vod_assets_tests.fakes import Switch
from vod_assets_tests.places import SERVED, place


class TestStoreOnAServer(ArtifactStoreContract):
    @pytest.fixture(params=SERVED)
    def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> BlobArtifactStore:
        self.guard = Switch()
        self.address, self.access = place(request, request.param)
        return self.seen_from(tmp_path / "scratch")

    def seen_from(self, scratch: Path) -> BlobArtifactStore:
        """The storage, as a machine with this scratch cache sees it."""
        return BlobArtifactStore(open_blobs(self.address, self.access), self.guard, Scratch(scratch, 1 << 20))

    def name(self, artifact: Artifact, path: str) -> str:
        return f"titles/film/{artifact.asset}/{artifact.recipe}/{artifact.attempt}/{path}"

    def lose(self, store: ArtifactStore, artifact: Artifact, path: str) -> None:
        assert isinstance(store, BlobArtifactStore)
        store.blobs.delete([self.name(artifact, path)])

    def test_rotten_bytes_are_named_and_never_used(self, store: BlobArtifactStore, tmp_path: Path) -> None:
        artifact, other = self.commit(store), self.seen_from(tmp_path / "elsewhere")
        store.blobs.replace(self.name(artifact, "deep/a.txt"), b"jello")
        with pytest.raises(StoreError, match=r"a\.txt.*store_corrupt"):
            other.local_path(artifact, "deep/a.txt")
        assert not list((tmp_path / "elsewhere").rglob("a.txt"))

    def test_writers_on_two_machines_use_what_one_of_them_made(self, store: BlobArtifactStore, tmp_path: Path) -> None:
        other = self.seen_from(tmp_path / "elsewhere")
        with store.attempt("film", RECIPE) as slow:
            (slow.directory / "a.txt").write_text("here")
            with other.attempt("film", RECIPE) as quick:
                (quick.directory / "a.txt").write_text("elsewhere")
                won = other.commit(quick, {})
            assert store.commit(slow, {}) == won
        assert store.local_path(won, "a.txt").read_text() == "elsewhere"
        assert store.unreferenced(older_than_seconds=-1) == []

    def test_a_superseded_artifact_is_discarded_whole(self, store: BlobArtifactStore) -> None:
        store.discard(self.commit(store))
        assert store.find("film", RECIPE) is None
        assert list(store.blobs.walk("titles/", with_drafts=True)) == []
