"""Shares are storages like any other, on a real Samba server."""

import dataclasses
import secrets
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.smb import SmbBlobs
from vod_assets.adapters.blobs.smb_session import hang_up
from vod_assets.domain.errors import StoreError
from vod_assets_tests.contracts.blobs import BlobsContract
from vod_assets_tests.servers.smb import SmbServer


class TestSmb(BlobsContract):
    @pytest.fixture
    def blobs(self, smb: SmbServer) -> SmbBlobs:
        return SmbBlobs(smb.host, f"{smb.share}/folder {secrets.token_hex(4)}", smb.access)

    def test_a_wrong_password_is_named_and_not_shown(self, smb: SmbServer) -> None:
        access = dataclasses.replace(smb.access, password="Wr0ng-one")
        with pytest.raises(StoreError, match="store_denied") as caught:
            SmbBlobs(smb.host, smb.share, access).read("a.json")
        assert "Wr0ng-one" not in str(caught.value)

    def test_a_share_that_is_not_there_is_named(self, smb: SmbServer) -> None:
        with pytest.raises(StoreError, match=r"smb://127\.0\.0\.1/no-such-share"):
            SmbBlobs(smb.host, "no-such-share", smb.access).replace("a.json", b"{}")

    def test_a_lost_connection_is_made_again(self, smb: SmbServer) -> None:
        blobs = SmbBlobs(smb.host, f"{smb.share}/again", smb.access)
        blobs.replace("a.json", b"{}")
        ((_, session),) = blobs._pool._idle
        hang_up(session)
        assert blobs.read("a.json") == b"{}"


class TestSmbEncrypted(BlobsContract):
    @pytest.fixture
    def blobs(self, smb: SmbServer, tmp_path: Path) -> SmbBlobs:
        access = dataclasses.replace(smb.access, encrypt=True)
        return SmbBlobs(smb.host, f"{smb.share}/secret {secrets.token_hex(4)}", access)
