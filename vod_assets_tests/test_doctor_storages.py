"""What `vod doctor` says of storages: what they can do, and what to set right when they cannot."""

from pathlib import Path

import pytest

from vod_assets.doctor import Finding, State
from vod_assets.doctor_storages import check_storages, storages, tried
from vod_assets.domain.errors import StoreError
from vod_assets.settings import Settings
from vod_assets_tests.fakes import MemoryBlobs
from vod_assets_tests.servers.smb import PASSWORD, USER, smb_server


def test_only_storages_that_are_no_disks_are_examined(tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path), stores={"renditions": "smb://isilon/mezz", "packages": "s3://media/p"})
    assert storages(settings) == {"VOD_STORE__PACKAGES": "s3://media/p", "VOD_STORE__RENDITIONS": "smb://isilon/mezz"}


def test_what_repackagers_take_from_is_examined(tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_text("targets:\n  ew: {address: 'ftps://ingest/vod'}\n  mount: {address: /srv}\n")
    settings = Settings(store=str(tmp_path), targets=tmp_path / "targets.yaml")
    assert storages(settings) == {"VOD_TARGETS ew": "ftps://ingest/vod"}


def test_a_storage_that_does_as_told_leaves_nothing_behind() -> None:
    blobs = MemoryBlobs()
    assert tried(blobs) < 0, "its clock begins at nought"
    assert list(blobs.walk(with_drafts=True)) == []


def test_a_storage_that_lets_two_create_one_name_is_found_out() -> None:
    class Careless(MemoryBlobs):
        def create(self, name: str, data: bytes) -> bool:
            self.replace(name, data)
            return True

    with pytest.raises(StoreError, match="lets two writers create one name"):
        tried(Careless())


def test_a_share_that_works_is_said_to(tmp_path: Path) -> None:
    with smb_server(tmp_path) as server:
        found = findings(server.access.port, PASSWORD)
        assert [(one.subject, one.state) for one in found] == [
            ("VOD_STORE", State.OK),
            ("VOD_STORE clock", State.OK),
        ]
        wrong = findings(server.access.port, "Wr0ng-one")
    assert [one.state for one in wrong] == [State.FAULT]
    assert "VOD_STORE" in wrong[0].remedy
    assert "VOD_SMB_PASSWORD" in wrong[0].remedy
    assert "Wr0ng-one" not in str(wrong)


def findings(port: int, password: str) -> list[Finding]:
    settings = Settings(
        store="smb://127.0.0.1/mezz/store", smb_username=USER, smb_password=password, smb_port=port, smb_encrypt=True
    )
    return list(check_storages(settings))
