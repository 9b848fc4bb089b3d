"""An origin in a storage keeps the contract of every origin, in memory and in a real bucket."""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import obstore
import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.blobs.objects import ObjectBlobs, gcs_blobs, s3_blobs
from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.blobs.smb import SmbBlobs
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.origin.opening import open_origin
from vod_assets.aws import access_of
from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.media_types import headers_of
from vod_assets.settings import Settings
from vod_assets_tests.contracts.origin import TRACK, OriginContract, sums
from vod_assets_tests.fakes import MemoryBlobs, a_run_has_it, nobody_has_it
from vod_assets_tests.servers.gcs import GcsServer
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.servers.smb import SmbServer

URL = "https://cdn.example/vod/"
OTHER = "b" * 64


class Dying(MemoryBlobs):
    """A storage whose writer is killed at its n-th write."""

    def __init__(self, writes_left: int) -> None:
        super().__init__()
        self.writes_left = writes_left

    def _write(self, name: str, data: bytes) -> None:
        if not self.writes_left:
            raise KeyboardInterrupt
        self.writes_left -= 1
        super()._write(name, data)


class Leaving(MemoryBlobs):
    """A storage that goes away once it was sent so many bytes, one file after the other."""

    transfers = 1

    def __init__(self, keeps_sums: bool) -> None:
        super().__init__()
        self.sent_bytes, self.most_bytes, self.keeps_sums = 0, 0, keeps_sums

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        if self.sent_bytes + path.stat().st_size > self.most_bytes:
            self.most_bytes = 0
            raise StoreError("store_unreachable", "it went away")
        self.sent_bytes += path.stat().st_size
        super().send(path, name, sha256, headers)

    def sent_sha256(self, name: str) -> str:
        return hashlib.sha256(self.held[name][0]).hexdigest() if self.keeps_sums else ""


class TestMemory(OriginContract):
    @pytest.fixture
    def origin(self, tmp_path: Path) -> BlobOrigin:
        return BlobOrigin(MemoryBlobs(), URL, tmp_path / "scratch")

    def test_players_open_it_below_origin(self, origin: BlobOrigin) -> None:
        assert origin.url("film", "tracks/a b.mp4") == "https://cdn.example/vod/origin/film/tracks/a%20b.mp4"
        assert origin.location("film", "tracks/a b.mp4") == origin.url("film", "tracks/a b.mp4")

    def test_what_lies_there_without_a_listing_is_not_there(self, origin: BlobOrigin, files: dict[str, Path]) -> None:
        origin.blobs.replace(f"film/tracks/{TRACK}/init.mp4", b"init")
        assert origin.read("film", f"tracks/{TRACK}/init.mp4") is None
        assert origin.tracks("film") == []
        assert origin.leftovers(older_than_seconds=0) == [f"memory://store/film/tracks/{TRACK}"]
        assert origin.sweep(0, a_run_has_it) == []
        assert origin.sweep(0, nobody_has_it) == [f"memory://store/film/tracks/{TRACK}"]
        assert list(origin.blobs.walk("film/")) == []
        origin.put_track("film", TRACK, files, sums(files))
        assert origin.leftovers(older_than_seconds=0) == []
        assert origin.sweep(0, nobody_has_it) == []
        assert origin.has_track("film", TRACK)

    def test_a_track_that_lost_a_file_is_sent_again(self, origin: BlobOrigin, files: dict[str, Path]) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        origin.blobs.delete([f"film/tracks/{TRACK}/init.mp4"])
        assert not origin.has_track("film", TRACK)
        assert origin.fingerprint("film", f"tracks/{TRACK}/init.mp4") is None
        origin.put_track("film", TRACK, files, sums(files))
        assert origin.read("film", f"tracks/{TRACK}/init.mp4") == b"init"

    def test_a_number_that_was_begun_is_for_the_same_bytes_alone(
        self, origin: BlobOrigin, files: dict[str, Path]
    ) -> None:
        promised = sums(files)
        files["init.mp4"].write_bytes(b"broken on the way")
        with pytest.raises(StoreError, match="upload_corrupt"):
            origin.put_release("film", 1, files, promised)
        with pytest.raises(StoreError, match="release_exists"):
            origin.put_release("film", 1, files, sums(files))
        assert origin.releases("film") == []
        files["init.mp4"].write_bytes(b"init")
        origin.put_release("film", 1, files, promised)
        assert origin.releases("film") == [1]

    @pytest.mark.parametrize("keeps_sums", [False, True])
    def test_a_second_try_sends_what_is_missing_or_wrong_alone(
        self, files: dict[str, Path], tmp_path: Path, keeps_sums: bool
    ) -> None:
        blobs = Leaving(keeps_sums)
        files["late.m4s"] = tmp_path / "late.m4s"
        files["late.m4s"].write_bytes(b"late")
        for most_bytes, sent_bytes in ((10, 4), (100, 7 + 4), (100, 0)):
            blobs.sent_bytes, blobs.most_bytes = 0, most_bytes
            with suppress(StoreError):
                BlobOrigin(blobs, URL, tmp_path).put_track("film", TRACK, files, sums(files))
            assert blobs.sent_bytes == sent_bytes
        blobs.delete([f"film/tracks/{TRACK}/.files.json"])
        blobs.replace(f"film/tracks/{TRACK}/late.m4s", b"tale")
        origin = BlobOrigin(blobs, URL, tmp_path)
        origin.put_track("film", TRACK, files, sums(files))
        assert blobs.sent_bytes == 4
        origin.distrust_track("film", TRACK)
        origin.put_track("film", TRACK, files, sums(files))
        assert blobs.sent_bytes == 4 + 15, "nothing that the storage says is believed"
        assert origin.leftovers(older_than_seconds=0) == []

    def test_a_title_that_is_removed_leaves_nothing(self, origin: BlobOrigin, files: dict[str, Path]) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        origin.put_release("film", 1, files, sums(files))
        origin.remove("film")
        assert list(origin.blobs.walk()) == []


@pytest.mark.parametrize("writes", range(12))
def test_viewers_see_everything_or_nothing_wherever_a_writer_dies(tmp_path: Path, writes: int) -> None:
    files = {name: tmp_path / name for name in ("1.m4s", "2.m4s")}
    for file in files.values():
        file.write_bytes(file.name.encode())
    blobs = Dying(writes)
    try:
        origin = BlobOrigin(blobs, URL, tmp_path)
        origin.put_track("film", TRACK, files, sums(files))
        origin.put_release("film", 1, files, sums(files))
    except KeyboardInterrupt:
        assert writes < 9
    blobs.writes_left = 100
    later = BlobOrigin(blobs, URL, tmp_path)
    for there, folder in ((later.has_track("film", TRACK), f"tracks/{TRACK}"), (later.releases("film"), "releases/1")):
        assert [later.read("film", f"{folder}/{name}") for name in files] == (
            [name.encode() for name in files] if there else [None, None]
        )
    later.put_track("film", TRACK, files, sums(files))
    later.put_release("film", 1, files, sums(files))
    assert (later.tracks("film"), later.releases("film")) == ([TRACK], [1])


@pytest.mark.parametrize("writes", range(10))
def test_a_block_that_was_killed_is_finished_by_the_next(tmp_path: Path, writes: int) -> None:
    file = tmp_path / "1.m4s"
    file.write_bytes(b"segment")
    blobs = Dying(100)
    origin = BlobOrigin(blobs, URL, tmp_path)
    origin.put_track("film", TRACK, {"1.m4s": file}, sums({"1.m4s": file}))
    origin.put_release("film", 1, {"1.m4s": file}, sums({"1.m4s": file}))
    before = {name: data for name, (data, _) in blobs.held.items()}
    blobs.writes_left = writes
    with suppress(KeyboardInterrupt):
        origin.block("film")
    is_begun = writes > 0
    assert origin.is_blocked("film") == is_begun
    blobs.writes_left = 100
    origin.block("film")
    assert list(blobs.walk("film/")) == []
    origin.unblock("film")
    assert {name: data for name, (data, _) in blobs.held.items()} == before


def test_a_block_leaves_a_put_on_its_way_nothing_to_show(tmp_path: Path) -> None:
    class Overtaken(MemoryBlobs):
        def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
            super().send(path, name, sha256, headers)
            BlobOrigin(self, URL, tmp_path).block("film")

    file = tmp_path / "1.m4s"
    file.write_bytes(b"segment")
    blobs = Overtaken()
    with pytest.raises(ConfigError, match="title_taken_down"):
        BlobOrigin(blobs, URL, tmp_path).put_track("film", TRACK, {"1.m4s": file}, sums({"1.m4s": file}))
    assert list(blobs.walk("film/")) == []


class TestDisk(OriginContract):
    """A mount may be used like a bucket, too."""

    @pytest.fixture
    def origin(self, tmp_path: Path) -> BlobOrigin:
        return BlobOrigin(DiskBlobs(tmp_path / "origin"), URL, tmp_path / "scratch")


class TestS3(OriginContract):
    @pytest.fixture
    def origin(self, s3: S3Server, tmp_path: Path) -> BlobOrigin:
        around = s3_blobs(s3.bucket, "", s3.access)
        return BlobOrigin(
            s3_blobs(s3.bucket, f"vod/origin {secrets.token_hex(4)}", s3.access), URL, tmp_path / "scratch", around
        )

    def test_a_player_is_told_what_a_file_is_and_how_long_it_stays(
        self, origin: BlobOrigin, s3: S3Server, files: dict[str, Path]
    ) -> None:
        check_headers(origin, files)

    def test_what_was_sent_before_a_cut_is_known_by_its_checksum(
        self, origin: BlobOrigin, files: dict[str, Path]
    ) -> None:
        origin.put_track("film", TRACK, files, sums(files))
        name = f"film/tracks/{TRACK}/init.mp4"
        assert origin.blobs.sent_sha256(name) == sums(files)["init.mp4"]
        sent = origin.blobs.stat(name)
        assert sent
        origin.blobs.delete([f"film/tracks/{TRACK}/.files.json", f"film/tracks/{TRACK}/deep/1.m4s"])
        origin.put_track("film", TRACK, files, sums(files))
        assert origin.has_track("film", TRACK)
        assert (again := origin.blobs.stat(name))
        assert again.modified_at == sent.modified_at
        assert origin.blobs.sent_sha256("none") == ""

    def test_a_track_in_the_same_bucket_is_copied_there_with_its_type(
        self, origin: BlobOrigin, s3: S3Server, files: dict[str, Path]
    ) -> None:
        store = s3_blobs(s3.bucket, f"store {secrets.token_hex(4)}", s3.access)
        listed, addresses = in_store(store, files)
        assert origin.copy_track("film", TRACK, listed, addresses)
        assert origin.has_track("film", TRACK)
        assert origin.read("film", f"tracks/{TRACK}/deep/1.m4s") == b"segment"
        assert headers(origin, f"film/tracks/{TRACK}/init.mp4")[0] == "video/mp4"

    def test_what_lies_elsewhere_or_is_gone_is_not_copied(
        self, origin: BlobOrigin, s3: S3Server, files: dict[str, Path]
    ) -> None:
        store = s3_blobs(s3.bucket, f"store {secrets.token_hex(4)}", s3.access)
        listed, addresses = in_store(store, files)
        elsewhere = {path: address.replace(s3.bucket, "other") for path, address in addresses.items()}
        assert not origin.copy_track("film", TRACK, listed, elsewhere)
        store.delete([addresses["init.mp4"].removeprefix(store.address + "/")])
        assert not origin.copy_track("film", TRACK, listed, addresses)
        store.replace(addresses["init.mp4"].removeprefix(store.address + "/"), b"of another size")
        assert not origin.copy_track("film", OTHER, listed, addresses)
        assert origin.tracks("film") == []


class TestGcs:
    """What Google's storage is told beside the bytes; the rest is in the contract of storages."""

    @pytest.fixture
    def files(self, tmp_path: Path) -> dict[str, Path]:
        (tmp_path / "init.mp4").write_bytes(b"init")
        (tmp_path / "1.m4s").write_bytes(b"segment")
        return {"init.mp4": tmp_path / "init.mp4", "deep/1.m4s": tmp_path / "1.m4s"}

    def test_a_player_is_told_what_a_file_is_and_how_long_it_stays(
        self, gcs: GcsServer, tmp_path: Path, files: dict[str, Path]
    ) -> None:
        blobs = gcs_blobs(gcs.bucket, f"origin {secrets.token_hex(4)}", gcs.access)
        origin = BlobOrigin(blobs, URL, tmp_path / "scratch")
        check_headers(origin, files)
        assert blobs.sent_sha256(f"film/tracks/{TRACK}/init.mp4") == sums(files)["init.mp4"]


class TestSmb(OriginContract):
    @pytest.fixture
    def origin(self, smb: SmbServer, tmp_path: Path) -> BlobOrigin:
        around = SmbBlobs(smb.host, smb.share, smb.access)
        blobs = SmbBlobs(smb.host, f"{smb.share}/origin {secrets.token_hex(4)}", smb.access)
        return BlobOrigin(blobs, URL, tmp_path / "scratch", around)

    def test_a_track_on_the_same_share_is_copied_there(self, origin: BlobOrigin, files: dict[str, Path]) -> None:
        around = origin._around
        assert around is not None
        for path, file in files.items():
            around.send(file, f"store/{path}", sums(files)[path])
        addresses = {path: f"{around.address}/store/{path}" for path in files}
        assert origin.copy_track("film", TRACK, described(files), addresses)
        assert origin.read("film", f"tracks/{TRACK}/deep/1.m4s") == b"segment"


@pytest.mark.parametrize(
    ("address", "around"),
    [
        ("s3://media/vod/origin", "s3://media"),
        ("s3://media", "s3://media"),
        ("smb://isilon/share/origin", "smb://isilon/share"),
        ("ftp://isilon/origin", ""),
    ],
)
def test_the_settings_say_where_the_origin_is(address: str, around: str) -> None:
    settings = Settings(origin=address, s3_region="eu-central-1", _env_file=None)
    origin = open_origin(settings, access_of(settings))
    assert isinstance(origin, BlobOrigin)
    assert origin.address == address
    assert (origin._around.address if origin._around else "") == around


def test_a_folder_is_an_origin_on_a_disk(tmp_path: Path) -> None:
    assert isinstance(open_origin(Settings(origin=str(tmp_path), _env_file=None), Access()), LocalOrigin)


def check_headers(origin: BlobOrigin, files: dict[str, Path]) -> None:
    """Put a track and a release, and look at what the server says of their files."""
    origin.put_track("film", TRACK, files, sums(files))
    folder = files["init.mp4"].parent
    manifests = {name: folder / name for name in ("master.m3u8", "manifest.mpd")}
    for manifest in manifests.values():
        manifest.write_text("#")
    origin.put_release("film", 1, manifests, sums(manifests))
    for_ever, short = "public, max-age=31536000, immutable", "public, max-age=5"
    assert headers(origin, f"film/tracks/{TRACK}/init.mp4") == ("video/mp4", for_ever)
    assert headers(origin, f"film/tracks/{TRACK}/deep/1.m4s") == ("video/iso.segment", for_ever)
    assert headers(origin, "film/releases/1/master.m3u8") == ("application/vnd.apple.mpegurl", short)
    assert headers(origin, "film/releases/1/manifest.mpd") == ("application/dash+xml", short)


def in_store(store: ObjectBlobs, files: dict[str, Path]) -> tuple[list[ArtifactFile], dict[str, str]]:
    """Send files to a store, as artifacts are kept there."""
    for path, file in files.items():
        store.send(file, f"titles/film/{path}", sums(files)[path], headers_of(path))
    return described(files), {path: f"{store.address}/titles/film/{path}" for path in files}


def described(files: dict[str, Path]) -> list[ArtifactFile]:
    digests = sums(files)
    return [
        ArtifactFile(path=path, size_bytes=file.stat().st_size, sha256=digests[path]) for path, file in files.items()
    ]


def headers(origin: BlobOrigin, name: str) -> tuple[str, str]:
    """Return what the server says of an object."""
    assert isinstance(origin.blobs, ObjectBlobs)
    said = obstore.get(origin.blobs.store, name).attributes
    return str(said["Content-Type"]), str(said.get("Cache-Control", ""))
