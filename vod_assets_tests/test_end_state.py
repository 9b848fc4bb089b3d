"""The end-state checker finds every single thing that is taken away, changed, or left over."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vod_assets.adapters.cms.static import StaticCms
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.errors import ToolError
from vod_assets.domain.problems import Problem
from vod_assets.domain.release import Release
from vod_assets.domain.title import TitleRecord
from vod_assets.end_state import EndState
from vod_assets_tests.fakes import MemoryBlobs, Switch
from vod_assets_tests.releases import made

URL = "http://127.0.0.1:8080"
RECORD = TitleRecord(title_id="film", source="file:///film.mp4")


class House:
    """A store, an origin and a CMS in one folder, with one published title."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = disk_store(folder / "store", Switch())
        self.origin = LocalOrigin(folder / "origin", URL)
        self.cms = StaticCms(folder / "cms", URL)
        self.state = EndState(self.store, self.origin, self.cms)
        self.store.register(RECORD)
        self.release = made(folder / "made").place(self.origin, folder)
        self.publish(self.release)

    def publish(self, release: Release) -> None:
        self.cms.publish(entry_for(RECORD, release, self.origin.url).as_document())

    @property
    def title(self) -> Path:
        return self.origin.root / "film"

    @property
    def segment(self) -> Path:
        return self.title / "tracks" / self.release.tracks[0].digest / "1.m4s"

    def age(self, path: Path) -> None:
        old = time.time() - 2 * 24 * 3600
        os.utime(path, (old, old))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def lose_a_segment(house: House) -> None:
    house.segment.unlink()


def cut_a_segment(house: House) -> None:
    house.segment.write_text("seg")


def change_a_segment(house: House) -> None:
    house.segment.write_text("segment!1")


def lose_a_manifest(house: House) -> None:
    (house.title / "releases/1/clear/master.m3u8").unlink()


def edit_the_release(house: House) -> None:
    path = house.title / "releases/1/release.json"
    path.write_text(path.read_text().replace("tiny", "huge"))


def lose_the_release(house: House) -> None:
    (house.title / "releases").rename(house.folder / "elsewhere")


def point_at_another_release(house: House) -> None:
    path = house.cms.path("film")
    document = json.loads(path.read_text())
    document["release"]["number"] = 2
    path.write_text(json.dumps(document))


def lose_the_page(house: House) -> None:
    house.cms.path("film", ".html").unlink()


def never_publish(house: House) -> None:
    house.cms.remove("film")


def leave_a_killed_writer(house: House) -> None:
    left = house.title / ".incoming-1-ab"
    left.mkdir()
    house.age(left)


def leave_a_track_without_a_release(house: House) -> None:
    track = house.title / "tracks" / ("f" * 64)
    track.mkdir()
    house.age(track)


@pytest.mark.parametrize(
    ("break_it", "code", "words"),
    [
        (lose_a_segment, "release_damaged", "1.m4s: it is missing at the origin (release 1, video track h264_240p)"),
        (cut_a_segment, "release_damaged", "it has 3 bytes at the origin and was released with 9"),
        (change_a_segment, "release_damaged", "its SHA-256 at the origin begins"),
        (lose_a_manifest, "release_damaged", "master.m3u8: it is missing"),
        (edit_the_release, "release_corrupt", "its digest is"),
        (lose_the_release, "entry_points_nowhere", "names release 1, which is not there"),
        (point_at_another_release, "entry_points_nowhere", "names release 2, which is not there"),
        (lose_the_page, "entry_damaged", "film.html is missing"),
        (never_publish, "title_unfinished", "neither published nor refused"),
        (leave_a_killed_writer, "leftover", ".incoming-1-ab"),
        (leave_a_track_without_a_release, "leftover", "no release names this track"),
    ],
)
def test_whatever_breaks_is_found(house: House, break_it: Callable[[House], None], code: str, words: str) -> None:
    assert house.state.check_all() == []
    break_it(house)
    found = house.state.check_all()
    assert code in {problem.code for problem in found}
    assert any(words in str(problem) and problem.remedy for problem in found), [str(problem) for problem in found]


def test_an_origin_in_a_storage_is_looked_at_alike(tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    origin = BlobOrigin(blobs, URL, tmp_path / "scratch")
    store, cms = disk_store(tmp_path / "store", Switch()), StaticCms(tmp_path / "cms", URL, origin)
    store.register(RECORD)
    release = made(tmp_path / "made").place(origin, tmp_path)
    cms.publish(entry_for(RECORD, release, origin.url).as_document())
    assert EndState(store, origin, cms).check_all() == []
    blobs.replace(f"film/tracks/{'f' * 64}/1.m4s", b"left by a killed writer")
    segment = f"film/tracks/{release.tracks[0].digest}/1.m4s"
    blobs.replace(segment, b"segment!1")
    found = EndState(store, origin, cms).check_all()
    assert [problem.code for problem in found] == ["release_damaged", "leftover"]
    assert "its SHA-256 at the origin begins" in found[0].cause
    assert found[1].file == f"memory://store/film/tracks/{'f' * 64}"
    blobs.delete([segment])
    assert "it is missing" in EndState(store, origin, cms).check_title("film")[0].cause


def test_a_whole_title_has_every_file_counted_once(house: House) -> None:
    assert house.state.check_title("film") == []
    assert house.state.files_checked == len(house.release.files)


def test_a_manifest_that_leads_elsewhere_is_found(house: House, tmp_path: Path) -> None:
    wrong = made(tmp_path / "wrong", words="wrong")
    for name in ("h264_240p.m3u8", "manifest.mpd"):
        path = wrong.manifests[f"clear/{name}"]
        path.write_text(path.read_text().replace(wrong.release.tracks[0].digest, "0" * 64))
    files = [
        file.model_copy(update={"size_bytes": len(data), "sha256": _sha256(data)})
        for file in wrong.release.manifests
        if (data := wrong.manifests[file.path].read_bytes())
    ]
    release = type(wrong)(
        wrong.release.model_copy(update={"manifests": tuple(files)}), wrong.tracks, wrong.manifests
    ).place(house.origin, tmp_path)
    found = house.state.check_title("film")
    assert {problem.file for problem in found} == {
        f"releases/{release.number}/clear/{name}" for name in ("h264_240p.m3u8", "manifest.mpd")
    }


def test_a_refused_title_is_finished(house: House) -> None:
    house.store.refuse("other", {"code": "source_empty"})
    assert house.state.titles() == ["film", "other"]
    assert house.state.check_all() == []


def test_a_title_that_is_worked_on_need_not_be_finished(house: House) -> None:
    never_publish(house)
    assert EndState(house.store, house.origin, house.cms, busy={"film"}).check_all() == []


def test_files_of_a_title_that_nobody_knows_are_found(house: House) -> None:
    house.cms.remove("film")
    house.store.remove("film")
    assert [problem.code for problem in house.state.check_all()] == ["title_orphaned"]


def test_what_a_killed_command_left_in_the_scratch_folder_is_found(house: House) -> None:
    (house.folder / "scratch").mkdir()
    (house.folder / "scratch" / "half.mp4").write_text("half")
    assert house.state.check_all(house.folder / "scratch") == []
    house.age(house.folder / "scratch" / "half.mp4")
    assert [problem.code for problem in house.state.check_all(house.folder / "scratch")] == ["leftover"]


def test_a_damaged_release_is_named_while_a_newer_one_is_published(house: House, tmp_path: Path) -> None:
    """Nor are its tracks called leftovers: nobody can tell which they are."""
    edit_the_release(house)
    house.age(house.segment.parent)
    newer = made(tmp_path / "newer", words="newer").place(house.origin, tmp_path)
    house.publish(newer)
    assert newer.number == 2
    found = house.state.check_title("film")
    assert [problem.code for problem in found] == ["release_corrupt"]
    assert "release.json" in found[0].file


def test_a_track_that_does_not_play_is_named(house: House) -> None:
    played: list[str] = []

    def decode(_: str, path: str) -> None:
        played.append(path)
        raise ToolError("undecodable", "0 frames decode", "Package it again")

    found = EndState(house.store, house.origin, house.cms, decode).check_title("film")
    assert played == ["releases/1/clear/h264_240p.m3u8"]
    assert found == [Problem("undecodable", "film", played[0], "0 frames decode", "Package it again")]


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()
