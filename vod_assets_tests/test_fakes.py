"""The doubles keep the contracts of what they stand for."""

from pathlib import Path

import pytest

from vod_assets_tests.contracts.blobs import BlobsContract
from vod_assets_tests.contracts.cms import CmsContract
from vod_assets_tests.contracts.origin import OriginContract
from vod_assets_tests.fakes import MemoryBlobs, MemoryCms, MemoryOrigin


class TestMemoryBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self) -> MemoryBlobs:
        return MemoryBlobs()


class TestMemoryOrigin(OriginContract):
    @pytest.fixture
    def origin(self, tmp_path: Path) -> MemoryOrigin:
        return MemoryOrigin()


class TestMemoryCms(CmsContract):
    @pytest.fixture
    def cms(self, tmp_path: Path) -> MemoryCms:
        return MemoryCms()
