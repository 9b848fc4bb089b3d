"""Memory is bounded, and whoever waits for it gets it."""

import threading

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
