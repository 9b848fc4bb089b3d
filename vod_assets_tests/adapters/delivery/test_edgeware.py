"""A repackager never finds a manifest before what it names, and never other bytes under a name."""

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from vod_assets.adapters.delivery.edgeware import NOTE, EdgewareTarget
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.ports.delivery import Consignment, Part
from vod_assets_tests.fakes import MemoryBlobs, Switch

FILES = {
    "film.smil": "manifests",
    "done.json": "marker",
    "text_en.vtt": "subtitles",
    "low.mp4": "media",
    "low.m3u8": "playlists",
    "high.mp4": "media",
}
IN_ORDER = ["media", "media", "subtitles", "playlists", "manifests", "marker"]


class WatchedBlobs(MemoryBlobs):
    """A storage that notes what arrives, and can be away from some file on."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[str] = []
        self.away_at = ""

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        if self.away_at and name.endswith(self.away_at):
            raise StoreError("store_unreachable", "it is away", "Try again")
        super().send(path, name, sha256, headers)
        self.arrived.append(name)


def made(path: str, scratch: Path) -> Path:
    (scratch / path).write_text(f"bytes of {path}")
    return scratch / path


def consignment(made_of: str = "one", sha256: str = "") -> Consignment:
    parts = [Part(path, phase, 10, partial(made, path), sha256) for path, phase in FILES.items()]
    return Consignment("film", 2, made_of, tuple(parts))


def bring(blobs: MemoryBlobs, folder: Path, what: Consignment | None = None) -> list[str]:
    return EdgewareTarget(blobs, folder / "scratch").bring(what or consignment(), Switch())


def test_media_come_first_then_subtitles_playlists_manifests_and_the_marker(tmp_path: Path) -> None:
    blobs = WatchedBlobs()
    assert sorted(bring(blobs, tmp_path)) == sorted(FILES)
    assert [FILES[name.removeprefix("film/2/")] for name in blobs.arrived] == IN_ORDER
    assert blobs.read("film/2/high.mp4") == b"bytes of high.mp4"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_the_same_again_sends_and_writes_nothing(tmp_path: Path) -> None:
    blobs = WatchedBlobs()
    bring(blobs, tmp_path)
    writes = blobs.writes
    assert bring(blobs, tmp_path) == []
    assert blobs.writes == writes


def test_after_a_fault_the_next_try_sends_only_what_is_missing(tmp_path: Path) -> None:
    blobs = WatchedBlobs()
    blobs.away_at = "film.smil"
    with pytest.raises(StoreError, match="store_unreachable"):
        bring(blobs, tmp_path)
    assert not {"film/2/film.smil", "film/2/done.json"} & set(blobs.arrived)
    blobs.away_at = ""
    assert sorted(bring(blobs, tmp_path)) == ["done.json", "film.smil"]


def test_a_file_that_was_lost_or_cut_is_sent_again(tmp_path: Path) -> None:
    blobs = WatchedBlobs()
    bring(blobs, tmp_path)
    blobs.replace("film/2/low.mp4", b"cut")
    blobs.delete(["film/2/text_en.vtt"])
    assert sorted(bring(blobs, tmp_path)) == ["low.mp4", "text_en.vtt"]
    assert blobs.read("film/2/low.mp4") == b"bytes of low.mp4"


def test_a_folder_with_another_delivery_or_foreign_files_is_left_alone(tmp_path: Path) -> None:
    blobs = WatchedBlobs()
    bring(blobs, tmp_path)
    with pytest.raises(ConfigError, match="another delivery of this release"):
        bring(blobs, tmp_path, consignment("two"))
    blobs.delete([f"film/2/{NOTE}"])
    with pytest.raises(ConfigError, match="no delivery of ours"):
        bring(blobs, tmp_path)
    assert len(blobs.arrived) == len(FILES)


def test_bytes_other_than_those_of_the_release_are_not_sent(tmp_path: Path) -> None:
    blobs = WatchedBlobs()
    with pytest.raises(StoreError, match="upload_corrupt"):
        bring(blobs, tmp_path, consignment(sha256=hashlib.sha256(b"others").hexdigest()))
    assert blobs.arrived == []


def test_what_was_delivered_is_withdrawn_and_nothing_else_is(tmp_path: Path) -> None:
    """What leads to the rest goes first; of a delivery that was broken off, all of it goes."""
    blobs = WatchedBlobs()
    bring(blobs, tmp_path)
    blobs.replace("film/2/report-of-theirs.xml", b"taken in")
    blobs.replace("film/3/theirs.mp4", b"no delivery of ours")
    blobs.replace("film/4/" + NOTE, b'{"made_of": "four", "files": {}}')
    blobs.replace("film/4/low.mp4", b"all that came")
    gone = EdgewareTarget(blobs, tmp_path / "scratch").withdraw("film")
    assert set(gone) == {*(f"film/2/{path}" for path in FILES), "film/4/low.mp4"}
    assert {*gone[:2]} == {"film/2/film.smil", "film/2/low.m3u8"}
    assert {blob.name for blob in blobs.walk()} == {"film/2/report-of-theirs.xml", "film/3/theirs.mp4"}
    assert EdgewareTarget(blobs, tmp_path / "scratch").withdraw("film") == []
