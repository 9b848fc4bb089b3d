"""A folder is a storage like any other."""

from pathlib import Path

import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.domain.errors import StoreError
from vod_assets_tests.contracts.blobs import BlobsContract


class TestDiskBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> DiskBlobs:
        return DiskBlobs(tmp_path / "store")

    def test_a_place_that_cannot_be_written_is_named(self, blobs: DiskBlobs) -> None:
        blobs.root.parent.mkdir(exist_ok=True)
        blobs.root.write_text("a file where the folder should be")
        with pytest.raises(StoreError, match=str(blobs.root)):
            blobs.replace("a/b.json", b"{}")
