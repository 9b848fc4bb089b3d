"""Of a released file that has changed, the byte is named, where a whole copy of the file is at hand."""

import hashlib
import os
from pathlib import Path

import pytest

from vod_assets.adapters.cms.static import StaticCms
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.origin.several import NamedOrigin, SeveralOrigins
from vod_assets.adapters.store.artifacts import BlobArtifactStore, disk_store
from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.byte_difference import ByteDifference
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.metadata import METADATA_FILE, Metadata
from vod_assets.domain.problems import Problem
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.release import Release
from vod_assets.domain.title import TitleRecord
from vod_assets.end_state import EndState
from vod_assets.ports import Origin
from vod_assets.whole_copies import WholeCopies
from vod_assets_tests.fakes import MemoryBlobs, Switch
from vod_assets_tests.releases import Made, made

URL = "http://127.0.0.1:8080"
RECORD = TitleRecord(title_id="film", source="file:///film.mp4")


class House:
    """A title that is published at an origin, with a store that has what the release was made of."""

    def __init__(self, folder: Path, origin: Origin) -> None:
        self.store, self.origin = disk_store(folder / "store", Switch()), origin
        self.made = made(folder / "made")
        self.release = self.made.place(origin, folder)
        cms = StaticCms(folder / "cms", URL)
        cms.publish(entry_for(RECORD, self.release, origin.url).as_document())
        self.store.register(RECORD)
        copies = WholeCopies(self.store, origin, folder / "scratch")
        self.state = EndState(self.store, origin, cms, copies=copies)

    def keep(self) -> Path:
        """Have the store hold the track, and return the file of its first segment."""
        files = next(iter(self.made.tracks.values()))
        artifact = kept(self.store, "video_tracks", {name: path.read_bytes() for name, path in files.items()}, {})
        return self.store.local_path(artifact, "1.m4s")

    @property
    def segment(self) -> str:
        return f"tracks/{self.release.tracks[0].digest}/1.m4s"

    def problem(self) -> Problem:
        [problem] = self.state.check_title("film")
        return problem


def kept(store: BlobArtifactStore, asset: str, files: dict[str, bytes], document: dict[str, object]) -> Artifact:
    with store.attempt("film", Recipe(asset, {}, {})) as attempt:
        for name, data in files.items():
            (attempt.directory / name).write_bytes(data)
        return store.commit(attempt, document)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, LocalOrigin(tmp_path / "origin", URL))


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def test_a_byte_that_was_flipped_on_a_disk_is_named(house: House, tmp_path: Path) -> None:
    house.keep()
    flip(tmp_path / "origin/film" / house.segment, 7)
    problem = house.problem()
    assert problem.difference == ByteDifference(offset=7, run_bytes=1, changed_bytes=1)
    assert "; 1 byte differs, at offset 7, compared with the store's copy (release 1, video track" in problem.cause
    assert problem.as_json()["difference"]["offset"] == 7
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_byte_that_was_flipped_in_a_storage_is_named(tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    house = House(tmp_path, BlobOrigin(blobs, URL, tmp_path / "scratch"))
    house.keep()
    blobs.replace(f"film/{house.segment}", b"segment 2")
    assert house.problem().difference == ByteDifference(offset=8, run_bytes=1, changed_bytes=1)


def test_a_byte_that_was_flipped_at_one_origin_is_named_by_another(tmp_path: Path) -> None:
    each = [NamedOrigin(name, LocalOrigin(tmp_path / name, URL)) for name in ("east", "west")]
    house = House(tmp_path, SeveralOrigins(each))
    flip(tmp_path / "west/film" / house.segment, 3)
    assert "1 byte differs, at offset 3, compared with that at origin east" in house.problem().cause


def test_nobody_can_tell_without_a_copy(house: House, tmp_path: Path) -> None:
    """What the store has is none where the origin links to it, or where it is no better."""
    there = tmp_path / "origin/film" / house.segment
    copy = house.keep()
    flip(there, 7)
    flip(there, 3)
    flip(copy, 2)
    assert "no copy of it is left to compare with" in house.problem().cause
    copy.unlink()
    os.link(there, copy)
    problem = house.problem()
    assert "both are one file on one disk" in problem.cause
    assert problem.difference is None


def test_one_byte_is_named_without_a_copy_by_the_checksums_that_the_file_was_made_with(
    house: House, tmp_path: Path
) -> None:
    """As in a folder that links to the store's files: whoever writes there changes both."""
    there, copy = tmp_path / "origin/film" / house.segment, house.keep()
    copy.unlink()
    os.link(there, copy)
    flip(there, 7)
    problem = house.problem()
    assert problem.difference == ByteDifference(offset=7, run_bytes=1, changed_bytes=1)
    assert (
        "1 byte differs, at offset 7, by the checksums that it was made with; the store's copy is this very file"
        in problem.cause
    )


@pytest.mark.parametrize("name", ["release.json", METADATA_FILE])
def test_documents_are_compared_with_what_the_store_says_of_the_release(tmp_path: Path, name: str) -> None:
    origin = LocalOrigin(tmp_path / "origin", URL)
    metadata = Metadata(title="film")
    house = House(tmp_path, origin)
    house.made = with_file(house.made, tmp_path, metadata.as_json())
    release = house.made.place(origin, tmp_path)
    said = {"release": release.model_dump(), "metadata": metadata.model_dump()}
    kept(house.store, "release", {}, said)
    flip(tmp_path / f"origin/film/releases/{release.number}/{name}", 20)
    problem = house.problem()
    assert problem.difference == ByteDifference(offset=20, run_bytes=1, changed_bytes=1)
    assert "what the store says of the release" in problem.cause


def with_file(one: Made, folder: Path, data: bytes) -> Made:
    """Return a release that has metadata, too."""
    (folder / METADATA_FILE).write_bytes(data)
    file = ArtifactFile(path=METADATA_FILE, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    release: Release = one.release.model_copy(update={"manifests": (*one.release.manifests, file)})
    return Made(release, one.tracks, {**one.manifests, METADATA_FILE: folder / METADATA_FILE})
