"""Notes of jobs are written once, on every storage that creates a name once."""

from pathlib import Path

import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.ledger.blobs import BlobLedger
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blobs
from vod_assets_tests.fakes import MemoryBlobs


@pytest.fixture(params=["disk", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return DiskBlobs(tmp_path) if request.param == "disk" else MemoryBlobs()


@pytest.fixture
def ledger(blobs: Blobs) -> BlobLedger:
    return BlobLedger(blobs)


def test_who_means_a_try_first_is_told_so(ledger: BlobLedger) -> None:
    assert ledger.current("work") == 1
    assert ledger.mean("work", 1, {"title": "film"})
    assert not ledger.mean("work", 1, {"title": "film"})
    assert (ledger.job("work", 1), ledger.ending("work", 1)) == ("", "")


def test_the_first_job_of_a_try_is_the_one_that_is_noted(ledger: BlobLedger) -> None:
    assert ledger.note("work", 1, "a") == "a"
    assert ledger.note("work", 1, "b") == "a"
    assert ledger.job("work", 1) == "a"


def test_after_a_try_that_ended_comes_the_next(ledger: BlobLedger) -> None:
    for number in (1, 2):
        assert ledger.current("work") == number
        ledger.mean("work", number, {})
        ledger.end("work", number, "lost")
    ledger.end("work", 2, "found")
    assert (ledger.current("work"), ledger.ending("work", 2)) == (3, "lost")
    assert ledger.current("other") == 1


def test_a_note_that_cannot_be_read_is_named(ledger: BlobLedger, blobs: Blobs) -> None:
    blobs.create("jobs/work/0001/job.json", b"{")
    with pytest.raises(StoreError, match=r"jobs/work/0001/job\.json .* cannot be read"):
        ledger.job("work", 1)
