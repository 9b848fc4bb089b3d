"""Buckets are storages like any other, on a real S3 server."""

import dataclasses
import secrets
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.long_objects import sent_part_bytes
from vod_assets.adapters.blobs.objects import ObjectBlobs, gcs_blobs, s3_blobs
from vod_assets.domain.errors import StoreError
from vod_assets_tests.contracts.blobs import BlobsContract
from vod_assets_tests.servers.gcs import GcsServer
from vod_assets_tests.servers.s3 import S3Server


class TestS3(BlobsContract):
    @pytest.fixture
    def blobs(self, s3: S3Server) -> ObjectBlobs:
        return s3_blobs(s3.bucket, f"prefix {secrets.token_hex(4)}", s3.access)

    def test_a_wrong_key_is_named(self, s3: S3Server) -> None:
        access = dataclasses.replace(s3.access, secret_access_key="wrong")
        with pytest.raises(StoreError, match=r"s3://media/p/a\.json.*store_denied") as caught:
            s3_blobs(s3.bucket, "p", access).read("a.json")
        assert "wrong" not in str(caught.value)

    @pytest.mark.parametrize("size", [3999, 4000, 4001, 9500])
    def test_parts_side_by_side_make_the_same_file(
        self, blobs: ObjectBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
    ) -> None:
        data = secrets.token_bytes(size)
        blobs.replace("long.mp4", data)
        monkeypatch.setattr("vod_assets.adapters.blobs.objects.LONG_BYTES", 1000)
        monkeypatch.setattr("vod_assets.adapters.blobs.long_objects.FETCHED_PART_BYTES", 1000)
        blobs.fetch("long.mp4", tmp_path / "long.mp4")
        assert (tmp_path / "long.mp4").read_bytes() == data

    @pytest.mark.parametrize("gigabytes", [1, 75, 76, 200, 5000])
    def test_an_object_has_no_more_parts_than_a_server_takes(self, gigabytes: int) -> None:
        part_bytes = sent_part_bytes(gigabytes * 10**9)
        assert 5 << 20 <= part_bytes <= 5 << 30
        assert gigabytes * 10**9 / part_bytes <= 10_000

    def test_a_missing_bucket_is_no_missing_object(self, s3: S3Server) -> None:
        with pytest.raises(StoreError, match=r"s3://no-such-bucket.*store_unreachable"):
            s3_blobs("no-such-bucket", "p", s3.access).read("a.json")


class TestGcs(BlobsContract):
    @pytest.fixture
    def blobs(self, gcs: GcsServer) -> ObjectBlobs:
        return gcs_blobs(gcs.bucket, f"prefix {secrets.token_hex(4)}", gcs.access)
