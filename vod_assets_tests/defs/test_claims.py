"""Nobody makes a piece that somebody makes who lives; whoever stands still is taken for dead."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from vod_assets.adapters.leases.claims import BlobClaims
from vod_assets.defs import leases as module
from vod_assets.defs.claims import Claiming
from vod_assets.defs.executors import Executor
from vod_assets.domain.leases import Beat
from vod_assets.domain.piece_orders import Spent
from vod_assets_tests.fakes import MemoryBlobs

TITLE, RUN = "film", "run-1"


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def workers(blobs: MemoryBlobs) -> Iterator[list[Claiming]]:
    """Two workers of a run."""
    with ExitStack() as stack:
        yield [stack.enter_context(Claiming(BlobClaims(blobs), TITLE, RUN)) for _ in range(2)]


def test_a_piece_is_claimed_by_one_worker_until_it_is_done(workers: list[Claiming]) -> None:
    one, other = workers
    with one.claimed("piece") as first, other.claimed("piece") as second, other.claimed("another") as third:
        assert (first, second, third) == (True, False, True)
    with other.claimed("piece") as again:
        assert again


def test_a_claim_ends_with_a_failure_too(workers: list[Claiming]) -> None:
    one, other = workers
    with pytest.raises(ZeroDivisionError), one.claimed("piece"):
        raise ZeroDivisionError
    with other.claimed("piece") as is_ours:
        assert is_ours


def test_a_piece_of_a_process_that_is_gone_is_taken_over_at_once(blobs: MemoryBlobs, workers: list[Claiming]) -> None:
    leases, this = BlobClaims(blobs).of(TITLE, RUN), Executor.this_process().as_tags()
    leases.beat(Beat(run="killed", executor=this | {"vod/process_started": "1"}))
    assert leases.take("piece", "killed", "here", None) is not None
    with workers[0].claimed("piece") as is_ours:
        assert is_ours
    assert leases.beat_of("killed") is None


def test_a_worker_elsewhere_that_stands_still_is_taken_for_dead(
    blobs: MemoryBlobs, workers: list[Claiming], monkeypatch: pytest.MonkeyPatch
) -> None:
    leases = BlobClaims(blobs).of(TITLE, RUN)
    leases.beat(Beat(run="far", count=7, executor={"vod/host": "far"}))
    assert leases.take("piece", "far", "far", None) is not None
    with workers[0].claimed("piece") as is_ours:
        assert not is_ours
    monkeypatch.setattr(module, "DEAD_AFTER_SECONDS", 0.0)
    with workers[0].claimed("piece") as is_ours:
        assert is_ours


def test_workers_leave_nothing_behind(blobs: MemoryBlobs) -> None:
    with Claiming(BlobClaims(blobs), TITLE, RUN) as worker, worker.claimed("piece"):
        worker.note("piece", Spent(cpu_seconds=1.5))
        assert worker.noted("piece").cpu_seconds == 1.5
        assert worker.noted("another") == Spent()
    assert not list(blobs.walk())
