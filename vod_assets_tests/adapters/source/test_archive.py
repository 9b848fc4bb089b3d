"""What lies in an archive class of S3 is not read, and can be asked for; a stub of a tiered share waits likewise."""

import dataclasses
import secrets
import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from vod_assets.adapters.blobs import smb as smb_blobs
from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.blobs.smb import SmbBlobs
from vod_assets.adapters.source.archive import S3Archive
from vod_assets.adapters.source.remote import RemoteSources
from vod_assets.adapters.source.routed import RoutedSources
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.domain.errors import SourceError, StoreError
from vod_assets.ports.blobs import Blob
from vod_assets_tests.adapters.source.places import opened, settings
from vod_assets_tests.fakes import MemoryBlobs
from vod_assets_tests.servers.aws import AwsServer
from vod_assets_tests.servers.smb import SmbServer


def sources_of(aws: AwsServer, folder: Path) -> RoutedSources:
    access = {"s3_endpoint": aws.endpoint, "s3_region": aws.access.region, "s3_access_key_id": aws.access.access_key_id}
    return opened(settings(folder, s3_secret_access_key=SecretStr(aws.access.secret_access_key), **access))


def put(aws: AwsServer, storage_class: str) -> str:
    key = f"{secrets.token_hex(4)}/ein film+é.mov"
    aws.client("s3").put_object(Bucket=aws.bucket, Key=key, Body=b"media", StorageClass=storage_class)
    return f"s3://{aws.bucket}/{key}"


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_source_is_refused_as_such_until_it_is_back(
    aws: AwsServer, tmp_path: Path, storage_class: str
) -> None:
    sources = sources_of(aws, tmp_path)
    address = sources.canonical(put(aws, storage_class))
    assert sources.is_archived(address)
    for read in (sources.fingerprint, sources.local_path):
        with pytest.raises(SourceError, match=r"waiting: restoring; .*\[source_archived\]"):
            read(address)
    assert S3Archive(Access(s3=aws.access)).wake(address, 3, "Bulk") == "coming"
    assert not sources.is_archived(address)  # moto brings it back at once
    assert sources.local_path(address).read_bytes() == b"media"


@pytest.mark.parametrize("storage_class", ["STANDARD", "GLACIER_IR"])
def test_what_is_read_at_once_is_not_archived(aws: AwsServer, tmp_path: Path, storage_class: str) -> None:
    sources = sources_of(aws, tmp_path)
    address = put(aws, storage_class)
    assert not sources.is_archived(address)
    assert sources.fingerprint(address).size_bytes == 5


@pytest.mark.parametrize(
    ("described", "state"),
    [
        ({}, ""),
        ({"StorageClass": "GLACIER"}, "asleep"),
        ({"StorageClass": "GLACIER", "Restore": 'ongoing-request="true"'}, "coming"),
        ({"StorageClass": "DEEP_ARCHIVE", "Restore": 'ongoing-request="false", expiry-date="Fri, 21 Dec 2030"'}, ""),
        ({"StorageClass": "INTELLIGENT_TIERING", "ArchiveStatus": "ARCHIVE_ACCESS"}, "asleep"),
        ({"StorageClass": "INTELLIGENT_TIERING"}, ""),
    ],
)
def test_s3_says_whether_an_object_sleeps(
    monkeypatch: pytest.MonkeyPatch, described: dict[str, str], state: str
) -> None:
    archive = S3Archive(Access())
    monkeypatch.setattr(archive, "_described", lambda _: described)
    assert archive.state("s3://b/k") == state


def test_what_s3_refuses_is_said(aws: AwsServer) -> None:
    with pytest.raises(StoreError, match="no-such-bucket"):
        S3Archive(Access(s3=aws.access)).state("s3://no-such-bucket/film.mov")


def test_a_stub_of_a_tiered_share_is_not_read(smb: SmbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Samba keeps no FILE_ATTRIBUTE_OFFLINE, so the archive bit that it gives every new file stands for it."""
    name = f"{secrets.token_hex(4)}.mov"
    SmbBlobs(smb.host, smb.share, smb.access).replace(name, b"media")
    monkeypatch.setattr(smb_blobs, "OFFLINE", 0x20)
    access = {"smb_username": smb.access.username, "smb_port": smb.access.port}
    sources = opened(settings(tmp_path, smb_password=SecretStr(smb.access.password), **access))
    address = f"smb://{smb.host}/{smb.share}/{name}"
    assert sources.is_archived(address)
    with pytest.raises(SourceError, match=r"waiting: restoring; .*\[source_archived\]"):
        sources.fingerprint(address)


class Tiered(MemoryBlobs):
    """A share whose files are on tape when it says so; to read one would call it back."""

    is_away = False

    def stat(self, name: str) -> Blob | None:
        found = super().stat(name)
        return dataclasses.replace(found, is_archived=self.is_away) if found else None

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        assert not self.is_away, "a stub was read"
        return super().fetch(name, path, sha256)


def test_a_source_that_was_read_is_known_also_when_it_went_to_tape(tmp_path: Path) -> None:
    share, address = Tiered(), "smb://isilon/mezz/film.mov"
    share.replace("film.mov", b"media")
    sources = RemoteSources(lambda _: share, Scratch(tmp_path / "scratch", 1 << 20), tmp_path)
    before = sources.fingerprint(address)
    share.is_away = True
    assert sources.fingerprint(address) == before
    assert sources.local_path(address).read_bytes() == b"media"  # this machine has a copy
    shutil.rmtree(tmp_path / "scratch")
    with pytest.raises(SourceError, match=r"\[source_archived\]"):
        RemoteSources(lambda _: share, Scratch(tmp_path / "other", 1 << 20), tmp_path).local_path(address)
