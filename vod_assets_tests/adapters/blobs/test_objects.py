"""Buckets are storages like any other, on a real S3 server."""

import dataclasses
import secrets
from pathlib import Path

import pytest
from obstore.exceptions import InvalidPathError

from vod_assets.adapters.blobs import object_faults
from vod_assets.adapters.blobs.aws import s3_client
from vod_assets.adapters.blobs.long_objects import sent_part_bytes
from vod_assets.adapters.blobs.objects import ObjectBlobs, gcs_blobs, s3_blobs
from vod_assets.adapters.blobs.odd_keys import is_odd
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


class TestOddKeys:
    """One object whose key cannot be a name leaves the others of its bucket as they are."""

    @pytest.fixture
    def blobs(self, s3: S3Server) -> ObjectBlobs:
        prefix = secrets.token_hex(4)
        for key in ("a.mov", "dir/", "t\tab.mov", "sub/u.mov", "sub/v\n.mov", "z.mov"):
            s3_client(s3.access).put_object(Bucket=s3.bucket, Key=f"{prefix}/{key}", Body=b"media")
        return s3_blobs(s3.bucket, prefix, s3.access)

    def test_a_survey_goes_past_them_and_tells_why(self, blobs: ObjectBlobs) -> None:
        told: dict[str, str] = {}
        found = list(blobs.survey("", told.__setitem__))
        assert [blob.name for blob in found] == ["a.mov", "sub/u.mov", "z.mov"]
        assert found[0] == blobs.stat("a.mov")
        assert list(told) == ["sub/v\n.mov", "t\tab.mov"]
        assert all("rename the object" in why for why in told.values())
        assert [blob.name for blob in blobs.survey("a.mov", told.__setitem__)] == ["sub/u.mov", "z.mov"]

    def test_the_files_of_a_folder_are_those_that_have_a_name(self, blobs: ObjectBlobs) -> None:
        assert [blob.name for blob in blobs.files()] == ["a.mov", "z.mov"]
        assert [blob.name for blob in blobs.files("sub/")] == ["sub/u.mov"]

    def test_a_walk_ends_and_names_the_key(self, blobs: ObjectBlobs) -> None:
        with pytest.raises(StoreError, match=r"sub/v.*\[bad_name\]") as caught:
            list(blobs.walk())
        assert isinstance(caught.value.__cause__, InvalidPathError)
        assert not object_faults.is_passing(caught.value.__cause__)


@pytest.mark.parametrize(("name", "odd"), [("a//b.mov", True), ("./x.mov", True), ("/x.mov", True), ("x y.mov", False)])
def test_a_key_with_an_empty_part_or_a_dot_is_odd(name: str, odd: bool) -> None:
    assert is_odd(name) == odd


class TestGcs(BlobsContract):
    @pytest.fixture
    def blobs(self, gcs: GcsServer) -> ObjectBlobs:
        return gcs_blobs(gcs.bucket, f"prefix {secrets.token_hex(4)}", gcs.access)
