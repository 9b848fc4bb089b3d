"""Buckets are storages like any other, on a real S3 server."""

import dataclasses
import secrets

import pytest

from vod_assets.adapters.blobs.objects import ObjectBlobs, s3_blobs
from vod_assets.domain.errors import StoreError
from vod_assets_tests.contracts.blobs import BlobsContract
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
