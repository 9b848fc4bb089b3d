"""Leases on a disk and in memory; other storages create a name exactly once too, as their own contract shows."""

from pathlib import Path

import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.domain.errors import StoreError
from vod_assets_tests.contracts.leases import LeasesContract
from vod_assets_tests.fakes import MemoryBlobs


class TestLeasesOnADisk(LeasesContract):
    @pytest.fixture
    def leases(self, tmp_path: Path) -> BlobLeases:
        return BlobLeases(DiskBlobs(tmp_path))


class TestLeasesInMemory(LeasesContract):
    @pytest.fixture
    def leases(self) -> BlobLeases:
        return BlobLeases(MemoryBlobs())


class LateBlobs(MemoryBlobs):
    """A storage in which something happens between the look and the creation."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile = lambda: None

    def create(self, name: str, data: bytes) -> bool:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return super().create(name, data)


def test_who_takes_over_draws_back_when_the_title_was_let_go_and_taken_meanwhile() -> None:
    blobs = LateBlobs()
    leases = BlobLeases(blobs)
    first = leases.take("film", "a", "here", None)
    assert first is not None
    blobs.meanwhile = lambda: [leases.let_go(first), leases.take("film", "c", "here", None)][0]
    assert leases.take("film", "b", "here", after=first) is None
    held = leases.holder("film")
    assert held is not None
    assert held.run == "c"


def test_a_lease_that_cannot_be_read_is_named() -> None:
    blobs = MemoryBlobs()
    blobs.replace("leases/film/00000001.json", b"{")
    with pytest.raises(StoreError, match="00000001"):
        BlobLeases(blobs).holder("film")
