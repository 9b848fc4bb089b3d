"""The doubles keep the contracts of what they stand for."""

from pathlib import Path

import pytest

from vod_assets_tests.contracts.cms import CmsContract
from vod_assets_tests.contracts.origin import OriginContract
from vod_assets_tests.fakes import MemoryCms, MemoryOrigin


class TestMemoryOrigin(OriginContract):
    @pytest.fixture
    def origin(self, tmp_path: Path) -> MemoryOrigin:
        return MemoryOrigin()


class TestMemoryCms(CmsContract):
    @pytest.fixture
    def cms(self, tmp_path: Path) -> MemoryCms:
        return MemoryCms()
