"""Memory is bounded, and whoever waits for it gets it."""

import threading
from contextlib import suppress

from vod_assets.adapters.blobs.budget import Budget

SECONDS = 10.0


class Borrower(threading.Thread):
    """Borrows, says so, and gives back when it is told to."""

    def __init__(self, budget: Budget, size_bytes: int) -> None:
        super().__init__()
        self._budget, self._size_bytes = budget, size_bytes
        self.has, self.enough = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self._budget.lent(self._size_bytes):
            self.has.set()
            self.enough.wait(SECONDS)

    def end(self) -> None:
        self.enough.set()
        self.join()


def test_no_more_is_lent_than_there_is() -> None:
    budget = Budget(10)
    first, second = Borrower(budget, 6), Borrower(budget, 4)
    assert first.has.wait(SECONDS)
    assert second.has.wait(SECONDS)
    third = Borrower(budget, 5)
    assert not third.has.wait(0.1)
    first.end()
    assert third.has.wait(SECONDS)
    second.end()
    third.end()


def test_small_wishes_do_not_starve_a_large_one() -> None:
    budget = Budget(10)
    first = Borrower(budget, 6)
    assert first.has.wait(SECONDS)
    large = Borrower(budget, 8)
    assert not large.has.wait(0.1)
    small = Borrower(budget, 2)
    assert not small.has.wait(0.1), "it would fit, but the large one waits since before"
    first.end()
    assert large.has.wait(SECONDS)
    assert small.has.wait(SECONDS)
    large.end()
    small.end()


def test_what_failed_gives_back() -> None:
    budget = Budget(10)
    for _ in range(3):
        try:
            with budget.lent(10):
                raise OSError
        except OSError:
            pass
    last = Borrower(budget, 10)
    assert last.has.wait(SECONDS)
    last.end()


def test_a_buffer_is_used_again_while_somebody_borrows() -> None:
    """Fresh memory costs as much as filling it; with nobody left, nothing is kept."""
    budget = Budget(8)
    with budget.buffer(1):
        with budget.buffer(3) as first:
            first[:] = b"abc"
        with budget.buffer(4) as second:
            assert bytes(second) == b"abc\0"
    with budget.buffer(4) as third:
        assert bytes(third) == bytes(4)


def test_a_buffer_of_a_failure_is_not_used_again() -> None:
    budget = Budget(8)
    with budget.buffer(1):
        with suppress(OSError), budget.buffer(4) as first:
            first[:] = b"abcd"
            raise OSError
        with budget.buffer(4) as second:
            assert bytes(second) == bytes(4)


def test_buffers_and_what_is_lent_stay_within_the_budget() -> None:
    budget = Budget(8)
    with budget.lent(1):
        with budget.buffer(4) as first:
            first[:] = b"abcd"
        with budget.buffer(2), budget.buffer(2):
            pass
        with budget.buffer(4) as second:
            assert bytes(second) == bytes(4), "it was forgotten when there was no room for it"
