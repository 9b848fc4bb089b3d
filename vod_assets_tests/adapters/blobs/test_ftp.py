"""FTP servers are storages like any other; a strict one too."""

import dataclasses
import ftplib
import os
import secrets
import socket

import pytest

from vod_assets.adapters.blobs.ftp import FtpBlobs
from vod_assets.adapters.blobs.ftp_claims import Claim
from vod_assets.domain.errors import StoreError
from vod_assets_tests.contracts.blobs import BlobsContract
from vod_assets_tests.servers.ftp import FtpServer


class TestFtp(BlobsContract):
    @pytest.fixture
    def blobs(self, ftp: FtpServer) -> FtpBlobs:
        return FtpBlobs(ftp.host, f"folder {secrets.token_hex(4)}", ftp.access, tls=False)

    def test_a_lost_connection_is_made_again(self, ftp: FtpServer) -> None:
        blobs = FtpBlobs(ftp.host, "again", ftp.access, tls=False)
        blobs.replace("a.json", b"{}")
        ((_, connection),) = blobs._pool._idle
        connection.sock.shutdown(socket.SHUT_RDWR)
        assert blobs.read("a.json") == b"{}"

    def test_a_dead_writers_claim_is_taken_back(self, ftp: FtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("vod_assets.adapters.blobs.ftp_claims.CLAIM_SECONDS", 0.2)
        blobs = FtpBlobs(ftp.host, "claimed", ftp.access, tls=False)
        claim = ftp.folder / "claimed" / ".a.json.draft-00000000"
        claim.mkdir(parents=True)
        (claim / ".a.json.draft-12345678").write_text("half")
        assert blobs.create("a.json", b"{}")
        assert [path.name for path in claim.parent.iterdir()] == ["a.json"]

    def test_a_writer_that_slept_too_long_does_not_win(self, ftp: FtpServer) -> None:
        blobs = FtpBlobs(ftp.host, "slept", ftp.access, tls=False)
        blobs.replace("other.json", b"{}")
        sleeper, claim = Claim("/slept/a.json", b"slept"), Claim("/slept/a.json", b"other")
        with blobs._pool.lent() as connection:
            sleeper.prepare(connection)
            connection.rename(sleeper.own, sleeper.claim)
            claim.take_away(connection)
        assert blobs.create("a.json", b"other")
        with blobs._pool.lent() as connection, pytest.raises(ftplib.error_perm):
            connection.rename(f"{sleeper.claim}/{sleeper.file}", sleeper.path)
        assert blobs.read("a.json") == b"other"


class TestFtpWithoutFacts(BlobsContract):
    """A server like vsftpd, which Isilon has: it knows LIST and no MLSD."""

    @pytest.fixture
    def blobs(self, old_ftp: FtpServer) -> FtpBlobs:
        return FtpBlobs(old_ftp.host, f"folder {secrets.token_hex(4)}", old_ftp.access, tls=False)

    def test_an_old_files_time_is_exact(self, old_ftp: FtpServer) -> None:
        blobs = FtpBlobs(old_ftp.host, "times", old_ftp.access, tls=False)
        for number in range(40):
            blobs.replace(f"{number}.mov", b"12")
            os.utime(old_ftp.folder / "times" / f"{number}.mov", (1_600_000_000 + number, 1_600_000_000 + number))
        found = {blob.name: blob.modified_at for blob in blobs.walk()}
        assert found == {f"{number}.mov": 1_600_000_000 + number for number in range(40)}

    def test_links_and_odd_names_are_no_trouble(self, old_ftp: FtpServer) -> None:
        folder = old_ftp.folder / "odd"
        folder.mkdir()
        for name in ("trailing ", "-l", "a  b"):
            (folder / name).write_text("x")
        (folder / "link").symlink_to(folder / "-l")
        blobs = FtpBlobs(old_ftp.host, "odd", old_ftp.access, tls=False)
        assert [blob.name for blob in blobs.walk()] == ["-l", "a  b", "trailing "]


class TestFtps(BlobsContract):
    @pytest.fixture
    def blobs(self, ftps: FtpServer) -> FtpBlobs:
        return FtpBlobs(ftps.host, f"folder {secrets.token_hex(4)}", ftps.access, tls=True)

    def test_a_name_that_is_no_utf_8_is_a_name(self, ftps: FtpServer) -> None:
        blobs, name = FtpBlobs(ftps.host, "latin", ftps.access, tls=True), "été-\udce9.mov"
        (ftps.folder / "latin").mkdir()
        (ftps.folder / "latin" / name).write_text("x")
        assert [blob.name for blob in blobs.walk()] == [name]
        assert blobs.read(name) == b"x"

    def test_a_certificate_that_is_not_trusted_is_named(self, ftps: FtpServer) -> None:
        access = dataclasses.replace(ftps.access, ca_file=None)
        with pytest.raises(StoreError, match="certificate is not trusted"):
            FtpBlobs(ftps.host, "", access, tls=True).read("a.json")

    def test_a_wrong_password_is_named_and_not_shown(self, ftps: FtpServer) -> None:
        access = dataclasses.replace(ftps.access, password="Wr0ng-one")
        with pytest.raises(StoreError, match="store_denied") as caught:
            FtpBlobs(ftps.host, "", access, tls=True).read("a.json")
        assert "Wr0ng-one" not in str(caught.value)
