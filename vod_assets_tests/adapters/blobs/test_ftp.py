"""FTP servers are storages like any other; a strict one too."""

import dataclasses
import secrets

import pytest

from vod_assets.adapters.blobs.ftp import FtpBlobs
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
        for _, connection in blobs._pool._idle:
            connection.close()
        assert blobs.read("a.json") == b"{}"

    def test_a_dead_writers_claim_is_taken_back(self, ftp: FtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("vod_assets.adapters.blobs.ftp.CLAIM_SECONDS", 0.2)
        blobs = FtpBlobs(ftp.host, "claimed", ftp.access, tls=False)
        (ftp.folder / "claimed" / "a.json.claim").mkdir(parents=True)
        assert blobs.create("a.json", b"{}")


class TestFtps(BlobsContract):
    @pytest.fixture
    def blobs(self, ftps: FtpServer) -> FtpBlobs:
        return FtpBlobs(ftps.host, f"folder {secrets.token_hex(4)}", ftps.access, tls=True)

    def test_a_certificate_that_is_not_trusted_is_named(self, ftps: FtpServer) -> None:
        access = dataclasses.replace(ftps.access, ca_file=None)
        with pytest.raises(StoreError, match="certificate is not trusted"):
            FtpBlobs(ftps.host, "", access, tls=True).read("a.json")

    def test_a_wrong_password_is_named_and_not_shown(self, ftps: FtpServer) -> None:
        access = dataclasses.replace(ftps.access, password="Wr0ng-one")
        with pytest.raises(StoreError, match="store_denied") as caught:
            FtpBlobs(ftps.host, "", access, tls=True).read("a.json")
        assert "Wr0ng-one" not in str(caught.value)
