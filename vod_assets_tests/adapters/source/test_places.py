"""Sources are read alike from disks, buckets, shares and servers, all of them real."""

import dataclasses
import secrets
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets.adapters.source.remote import RemoteSources
from vod_assets.adapters.source.routed import RoutedSources
from vod_assets.adapters.source.sftp import SftpFiles
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets_tests.adapters.source.places import FolderBehindAServer, opened, settings
from vod_assets_tests.contracts.source_store import FILM, SourceStoreContract
from vod_assets_tests.fakes import MemoryBlobs
from vod_assets_tests.servers.ftp import FtpServer
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.servers.sftp import SftpServer
from vod_assets_tests.servers.smb import SmbServer
from vod_assets_tests.servers.web import WebServer


class TestDisk(FolderBehindAServer, SourceStoreContract):
    @pytest.fixture
    def sources(self, tmp_path: Path) -> RoutedSources:
        self.shown(tmp_path, f"file://{quote(str(tmp_path))}")
        return opened(settings(tmp_path))


class TestBucket(SourceStoreContract):
    @pytest.fixture
    def sources(self, s3: S3Server, tmp_path: Path) -> RoutedSources:
        prefix = secrets.token_hex(4)
        self.blobs, self.root = s3_blobs(s3.bucket, prefix, s3.access), f"s3://{s3.bucket}/{prefix}"
        access = {"s3_endpoint": s3.endpoint, "s3_region": "us-east-1", "s3_access_key_id": s3.access.access_key_id}
        return opened(settings(tmp_path, s3_secret_access_key=SecretStr(s3.access.secret_access_key), **access))

    def address(self, name: str) -> str:
        return f"{self.root}/{quote(name)}"

    def put(self, name: str, data: bytes) -> None:
        self.blobs.replace(name, data)

    def take_away(self, name: str) -> None:
        self.blobs.delete([name])


def test_a_name_longer_than_a_disk_allows_is_read(tmp_path: Path) -> None:
    blobs, name = MemoryBlobs(), "é" * 200 + ".mov"
    blobs.replace(name, FILM)
    local = RemoteSources(lambda _: blobs, Scratch(tmp_path / "cache", 1 << 30), tmp_path).local_path(f"gs://b/{name}")
    assert (local.read_bytes(), local.suffix) == (FILM, ".mov")


def test_sources_that_were_taken_make_room_for_those_that_come(tmp_path: Path) -> None:
    blobs, scratch = MemoryBlobs(), Scratch(tmp_path / "cache", len(FILM) * 3 // 2)
    sources = RemoteSources(lambda _: blobs, scratch, tmp_path)
    for name in ("first.mov", "second.mov"):
        blobs.replace(name, FILM + name.encode())
        with scratch.borrowing():
            sources.fingerprint(f"gs://b/{name}")
            assert sources.local_path(f"gs://b/{name}").name == name
    assert [path.name for path in (scratch.root / "ready").glob("*/*")] == ["second.mov"]


def test_a_note_that_cannot_be_written_lets_a_source_be_read(tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    blobs.replace("film.mov", FILM)
    (tmp_path / "fingerprints").write_text("a file where the folder should be")
    sources = RemoteSources(lambda _: blobs, Scratch(tmp_path / "cache", 1 << 20), tmp_path)
    assert sources.fingerprint("gs://b/film.mov").size_bytes == len(FILM)


def test_a_scratch_disk_that_cannot_be_written_is_no_fault_of_the_source(tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    blobs.replace("film.mov", FILM)
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=str(tmp_path / "cache")):
        RemoteSources(lambda _: blobs, Scratch(tmp_path / "cache", 1 << 20), tmp_path).fingerprint("gs://b/film.mov")


class TestShare(FolderBehindAServer, SourceStoreContract):
    @pytest.fixture
    def sources(self, smb: SmbServer, tmp_path: Path) -> RoutedSources:
        self.shown(smb.folder, f"smb://{smb.host}/{smb.share}")
        return opened(settings(tmp_path, **smb_access(smb)))


class TestFtp(FolderBehindAServer, SourceStoreContract):
    @pytest.fixture
    def sources(self, ftp: FtpServer, tmp_path: Path) -> RoutedSources:
        self.shown(ftp.folder, f"ftp://{ftp.host}")
        access = {"ftp_username": ftp.access.username, "ftp_port": ftp.access.port}
        return opened(settings(tmp_path, ftp_password=SecretStr(ftp.access.password), **access))


class TestSftp(FolderBehindAServer, SourceStoreContract):
    @pytest.fixture
    def sources(self, sftp: SftpServer, tmp_path: Path) -> RoutedSources:
        self.shown(sftp.folder, f"sftp://{sftp.host}")
        access = {"sftp_username": sftp.access.username, "sftp_port": sftp.access.port}
        password = SecretStr(sftp.access.password)
        return opened(settings(tmp_path, sftp_password=password, sftp_known_hosts=sftp.access.known_hosts, **access))

    def test_a_wrong_password_is_named_and_not_shown(self, sftp: SftpServer) -> None:
        access = dataclasses.replace(sftp.access, password="Wr0ng-one")
        with pytest.raises(StoreError, match=r"store_denied.*VOD_SFTP_PASSWORD") as caught:
            SftpFiles(sftp.host, access).stat("film.mov")
        assert "Wr0ng-one" not in str(caught.value)

    def test_a_server_that_nobody_knows_is_refused(self, sftp: SftpServer, tmp_path: Path) -> None:
        (tmp_path / "empty").write_text("")
        access = dataclasses.replace(sftp.access, known_hosts=tmp_path / "empty")
        with pytest.raises(StoreError, match="VOD_SFTP_KNOWN_HOSTS"):
            SftpFiles(sftp.host, access).stat("film.mov")

    def test_a_folder_is_walked_in_the_order_of_names(self, sources: RoutedSources, sftp: SftpServer) -> None:
        for name in ("b/2.mov", "b-a.mov", "a.mov"):
            self.put(name, FILM)
        below = SftpFiles(sftp.host, sftp.access, self.folder.name)
        assert [blob.name for blob in below.walk()] == ["a.mov", "b-a.mov", "b/2.mov"]
        assert [blob.name for blob in below.walk("b/")] == ["b/2.mov"]
        assert below.read("b/2.mov") == FILM


class TestWeb(FolderBehindAServer, SourceStoreContract):
    lists_siblings = False

    @pytest.fixture
    def sources(self, web: WebServer, tmp_path: Path) -> RoutedSources:
        self.shown(web.folder, web.address)
        return opened(settings(tmp_path, https_ca_file=web.certificate, https_private_hosts="localhost"))

    def test_a_redirection_is_followed(self, sources: RoutedSources, web: WebServer) -> None:
        self.put("film.mov", FILM)
        assert sources.local_path(self.address("film.mov").replace(web.address, f"{web.address}/moved")).is_file()

    def test_a_redirection_to_where_nothing_is_encrypted_is_refused(
        self, sources: RoutedSources, web: WebServer
    ) -> None:
        with pytest.raises(ConfigError, match="redirects to http://"):
            sources.canonical(f"{web.address}/outside/film.mov")

    def test_a_private_address_is_refused(self, sources: RoutedSources, web: WebServer, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"127\.0\.0\.1, which is no public address.*VOD_HTTPS_PRIVATE_HOSTS"):
            opened(settings(tmp_path, https_ca_file=web.certificate)).canonical(self.address("film.mov"))

    def test_a_certificate_that_is_not_trusted_is_named(self, sources: RoutedSources, tmp_path: Path) -> None:
        untrusting = opened(settings(tmp_path, https_private_hosts="localhost"))
        with pytest.raises(StoreError, match="store_unreachable"):
            untrusting.canonical(self.address("film.mov"))

    @pytest.mark.parametrize("rest", ["?sig=secret", "#x"])
    def test_a_query_may_be_a_secret_and_is_refused(self, sources: RoutedSources, rest: str) -> None:
        with pytest.raises(ConfigError, match="bad_address") as caught:
            sources.normal(self.address("film.mov") + rest)
        assert "sig" not in str(caught.value)


def smb_access(server: SmbServer) -> dict[str, object]:
    """Return the settings that reach a share."""
    access = server.access
    return {"smb_username": access.username, "smb_password": SecretStr(access.password), "smb_port": access.port}
