"""Claims are leases by their rules, kept apart by title and run."""

from pathlib import Path

import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.adapters.leases.claims import BlobClaims
from vod_assets.domain.errors import StoreError
from vod_assets.domain.leases import Beat
from vod_assets.domain.piece_orders import Spent
from vod_assets_tests.contracts.leases import LeasesContract
from vod_assets_tests.fakes import MemoryBlobs

SPENT = Spent(cpu_seconds=2.0, wall_seconds=1.0, keys=("h264_360p",))


class TestClaimsOnADisk(LeasesContract):
    @pytest.fixture
    def leases(self, tmp_path: Path) -> BlobLeases:
        return BlobClaims(DiskBlobs(tmp_path)).of("film", "run-1")


def test_a_run_knows_nothing_of_what_another_run_claimed() -> None:
    claims = BlobClaims(MemoryBlobs())
    assert claims.of("film", "run-1").take("piece", "a", "here", None) is not None
    assert claims.of("film", "run-10").holder("piece") is None
    assert claims.of("film-2", "run-1").holder("piece") is None


def test_what_a_piece_took_is_told_once_it_is_noted() -> None:
    claims = BlobClaims(MemoryBlobs())
    assert claims.noted("film", "run-1", "piece") is None
    claims.note("film", "run-1", "piece", SPENT)
    assert [claims.noted("film", "run-1", "piece") for _ in range(2)] == [SPENT, None]


def test_what_earlier_runs_left_is_cleared_and_nothing_else() -> None:
    blobs = MemoryBlobs()
    claims = BlobClaims(blobs)
    for title, run in (("film", "run-1"), ("film", "run-2"), ("film-2", "run-1")):
        claims.of(title, run).beat(Beat(run="a"))
        claims.note(title, run, "piece", SPENT)
    assert {title: len(files) for title, files in claims.leftovers().items()} == {"film": 4, "film-2": 2}
    claims.clear("film", but="run-2")
    kept = {tuple(blob.name.split("/")[1:3]) for blob in blobs.walk()}
    assert kept == {("film", "run-2"), ("film-2", "run-1")}
    claims.clear("film")
    assert {blob.name.split("/")[1] for blob in blobs.walk()} == {"film-2"}


def test_a_note_that_cannot_be_read_is_named() -> None:
    blobs = MemoryBlobs()
    blobs.replace("claims/film/run-1/spent/piece.json", b"{")
    with pytest.raises(StoreError, match=r"spent/piece\.json"):
        BlobClaims(blobs).noted("film", "run-1", "piece")
