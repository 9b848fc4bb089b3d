"""The I/O manager hands an asset what its input's annotation asks for."""

from pathlib import Path

import dagster as dg
import pytest

from vod_assets.adapters.store.artifacts import BlobArtifactStore
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.defs.artifact_io import ArtifactIOManager, StoredAt
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.recipe import Recipe
from vod_assets_tests.fakes import MemoryBlobs, Switch

RECIPE = Recipe("poster", parameters={"width": 8})
FILMS = dg.StaticPartitionsDefinition(["film"])
POSTER = {"poster": dg.AssetIn(input_manager_key="artifacts")}
got: dict[str, object] = {}


@dg.asset(ins=POSTER, partitions_def=FILMS)
def described(poster: Artifact) -> None:
    got["described"] = poster


@dg.asset(ins=POSTER, partitions_def=FILMS)
def graded(poster: Path) -> None:
    got["graded"] = poster


@dg.asset(ins=POSTER, partitions_def=FILMS)
def sent(poster: StoredAt) -> None:
    got["sent"] = poster


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def store(blobs: MemoryBlobs, tmp_path: Path) -> BlobArtifactStore:
    got.clear()
    return BlobArtifactStore(blobs, Switch(), Scratch(tmp_path / "scratch", 1 << 20))


def made(store: BlobArtifactStore, picture: bytes = b"picture") -> Artifact:
    with store.attempt("film", RECIPE) as attempt:
        if picture:
            (attempt.directory / "poster.jpg").write_bytes(picture)
        artifact = store.commit(attempt, {} if picture else {"empty": "the film is black"})
    store.point(artifact)
    return artifact


def run(store: BlobArtifactStore, asset: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
    manager = ArtifactIOManager(store, {})
    poster = dg.AssetSpec("poster", partitions_def=FILMS)
    return dg.materialize([asset, poster], partition_key="film", resources={"artifacts": manager}, raise_on_error=False)


def test_an_artifact_moves_no_bytes(store: BlobArtifactStore, blobs: MemoryBlobs, tmp_path: Path) -> None:
    artifact = made(store)
    elsewhere = BlobArtifactStore(blobs, Switch(), Scratch(tmp_path / "elsewhere", 1 << 20))
    assert run(elsewhere, described).success
    assert got["described"] == artifact
    assert not list((tmp_path / "elsewhere").rglob("poster.jpg"))


def test_a_path_is_the_folder_of_the_files_on_this_machine(
    store: BlobArtifactStore, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    made(store)
    elsewhere = BlobArtifactStore(blobs, Switch(), Scratch(tmp_path / "elsewhere", 1 << 20))
    assert run(elsewhere, graded).success
    folder = got["graded"]
    assert isinstance(folder, Path)
    assert folder.is_relative_to(tmp_path / "elsewhere")
    assert (folder / "poster.jpg").read_bytes() == b"picture"


def test_an_address_is_where_the_files_lie_in_the_store(store: BlobArtifactStore, blobs: MemoryBlobs) -> None:
    made(store)
    assert run(store, sent).success
    address = str(got["sent"])
    assert address.startswith("memory://store/titles/film/poster/")
    assert blobs.read(f"{address.removeprefix('memory://store/')}/poster.jpg") == b"picture"


@pytest.mark.parametrize("asset", [graded, sent])
def test_files_of_an_empty_artifact_are_refused_with_its_reason(
    store: BlobArtifactStore, asset: dg.AssetsDefinition
) -> None:
    made(store, b"")
    result = run(store, asset)
    assert not result.success
    [failed] = result.get_step_failure_events()
    failure = failed.step_failure_data.user_failure_data
    assert failure is not None
    assert failure.metadata["code"].value == "artifact_missing"
    assert "poster has no files: the film is black" in str(failed.step_failure_data.error)
    assert not got
