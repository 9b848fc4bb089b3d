"""Placing releases: tracks once, manifests last, one number a digest."""

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.errors import Cancelled, StoreError
from vod_assets.releasing import Offer, digests, load_release, place, require_whole
from vod_assets_tests.fakes import MemoryBlobs, MemoryOrigin, Switch
from vod_assets_tests.releases import made

SHA256_OF_NOTHING = hashlib.sha256().hexdigest()


class WatchedOrigin(MemoryOrigin):
    """Remembers what was put, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.puts: list[str] = []

    def put_track(self, title: str, track_digest: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        self.puts.append("track")
        super().put_track(title, track_digest, files, sha256)

    def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        self.puts.append("release")
        super().put_release(title, number, files, sha256)


def test_tracks_come_before_the_manifests_that_name_them(tmp_path: Path) -> None:
    origin = WatchedOrigin()
    placed = made(tmp_path).place(origin, tmp_path)
    assert origin.puts == ["track", "track", "release"]
    assert placed.number == 1
    assert load_release(origin, "film", 1) == placed


def test_the_same_release_again_keeps_its_number_and_sends_no_track(tmp_path: Path) -> None:
    origin = WatchedOrigin()
    made(tmp_path).place(origin, tmp_path)
    assert made(tmp_path).place(origin, tmp_path).number == 1
    assert origin.puts.count("track") == 2
    assert origin.releases("film") == [1]


def test_a_changed_track_makes_release_two_and_the_poster_is_not_sent_again(tmp_path: Path) -> None:
    origin = WatchedOrigin()
    first = made(tmp_path).place(origin, tmp_path)
    second = made(tmp_path / "other", words="other").place(origin, tmp_path)
    assert digests(origin, "film") == {1: first.digest, 2: second.digest}
    assert origin.puts.count("track") == 3


@pytest.mark.parametrize("text", [b"{", None])
def test_a_damaged_release_keeps_its_number_and_blocks_no_other(tmp_path: Path, text: bytes | None) -> None:
    origin = MemoryOrigin()
    made(tmp_path).place(origin, tmp_path)
    _replace_release_file(origin, text)
    assert digests(origin, "film") == {1: ""}
    assert made(tmp_path / "other", words="other").place(origin, tmp_path).number == 2
    assert made(tmp_path).place(origin, tmp_path).number == 3
    assert made(tmp_path).place(origin, tmp_path).number == 3


def _replace_release_file(origin: MemoryOrigin, text: bytes | None) -> None:
    del origin.files["film"]["releases/1/release.json"]
    if text is not None:
        origin.files["film"]["releases/1/release.json"] = text


def test_a_number_that_a_killed_writer_began_is_passed_over(tmp_path: Path) -> None:
    origin = BlobOrigin(MemoryBlobs(), "https://cdn.example", tmp_path)
    origin.blobs.create("film/releases/1/.claim.json", b"{}")
    assert made(tmp_path / "one").place(origin, tmp_path).number == 2
    assert made(tmp_path / "one").place(origin, tmp_path).number == 2
    assert origin.releases("film") == [2]


def test_of_two_releases_at_once_one_gets_the_next_number(tmp_path: Path) -> None:
    class Slow(WatchedOrigin):
        """Another writer is quicker, once."""

        is_first = True

        def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
            if self.is_first:
                self.is_first = False
                made(tmp_path / "other", words="other").place(self, tmp_path / "other")
            super().put_release(title, number, files, sha256)

    origin = Slow()
    assert made(tmp_path / "one").place(origin, tmp_path).number == 2
    assert origin.releases("film") == [1, 2]


def test_a_track_that_the_origins_storage_has_is_copied_and_not_asked_for(tmp_path: Path) -> None:
    class Copying(WatchedOrigin):
        """Copies whatever it is told the address of."""

        def copy_track(
            self, title: str, track_digest: str, files: Sequence[ArtifactFile], addresses: Mapping[str, str]
        ) -> bool:
            self.puts.append(f"copy of {len(addresses)}")
            return True

    one = made(tmp_path)
    addresses = {digest: dict.fromkeys(files, "s3://…") for digest, files in one.tracks.items()}
    origin = Copying()
    place(origin, Offer(one.release, {}, one.manifests, addresses), Switch(), tmp_path)
    assert origin.puts == ["copy of 3", "copy of 1", "release"]


def test_a_cancelled_run_publishes_nothing(tmp_path: Path) -> None:
    origin, guard, one = WatchedOrigin(), Switch(), made(tmp_path)
    guard.is_wanted = False
    with pytest.raises(Cancelled):
        place(origin, one.offer, guard, tmp_path)
    assert origin.puts == []


def test_a_release_that_is_not_there_is_named() -> None:
    with pytest.raises(StoreError, match="release_missing"):
        load_release(MemoryOrigin(), "film", 4)


def test_a_release_that_lost_or_changed_anything_at_its_origin_is_not_whole(tmp_path: Path) -> None:
    one, origin = made(tmp_path), BlobOrigin(MemoryBlobs(), "http://127.0.0.1", tmp_path)
    release = one.place(origin, tmp_path)
    require_whole(origin, release)
    with pytest.raises(StoreError, match="release_damaged"):
        require_whole(origin, release.model_copy(update={"profile": "another"}))
    origin.blobs.replace(f"film/{release.directory}/clear/master.m3u8", b"#EXTM3U")
    with pytest.raises(StoreError, match=r"lacks clear/master\.m3u8"):
        require_whole(origin, release)
    origin.distrust_track("film", release.tracks[0].digest)
    with pytest.raises(StoreError, match=r"lacks clear/master\.m3u8, h264_240p"):
        require_whole(origin, release)


def test_a_release_far_away_is_looked_at_in_several_places_at_once(tmp_path: Path) -> None:
    """Each look waits for another one, as if every answer took its time."""

    class Far(MemoryOrigin):
        looks = threading.Barrier(2, timeout=10)

        def has_track(self, title: str, track_digest: str) -> bool:
            self.looks.wait()
            return super().has_track(title, track_digest)

    near, far = MemoryOrigin(), Far()
    release = made(tmp_path).place(near, tmp_path)
    assert len(release.tracks) == 2
    far.files = near.files
    require_whole(far, release)
    del near.files["film"][f"tracks/{release.tracks[1].digest}/poster.jpg"]
    with pytest.raises(StoreError, match="release 1 lacks poster at memory://origin"):
        require_whole(far, release)


def test_an_origin_that_goes_away_is_not_asked_for_every_file(tmp_path: Path) -> None:
    class Away(MemoryOrigin):
        asked = 0

        def read(self, title: str, path: str) -> bytes | None:
            if path.endswith(".txt"):
                self.asked += 1
                time.sleep(0.05)  # longer than whoever heard the first error takes to stop asking
                raise StoreError("store_unreachable", "memory cannot be reached")
            return super().read(title, path)

    offer = made(tmp_path).offer
    manifests = {f"{number}.txt": b"" for number in range(100)}
    files = tuple(ArtifactFile(path=path, size_bytes=0, sha256=SHA256_OF_NOTHING) for path in manifests)
    for path in manifests:
        (tmp_path / path).write_bytes(b"")
    origin = Away()
    more = offer.release.model_copy(update={"manifests": (*offer.release.manifests, *files)})
    local = {**offer.manifests, **{path: tmp_path / path for path in manifests}}
    release = place(origin, Offer(more, offer.tracks, local), Switch(), tmp_path)
    with pytest.raises(StoreError, match="store_unreachable"):
        require_whole(origin, release)
    assert origin.asked < 50
