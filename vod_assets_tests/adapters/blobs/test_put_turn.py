"""A turn is had by one, as what stands where it is noted says."""

import pytest

from vod_assets.adapters.blobs import put_turn
from vod_assets.adapters.blobs.put_turn import Turn
from vod_assets.domain.errors import StoreError


class Clock:
    """Time that passes only while somebody waits, or a server takes it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Board:
    """Where turns are noted; others write there at set times, and each write takes a while."""

    def __init__(self, clock: Clock, others: dict[float, bytes], takes_seconds: float = 0.0) -> None:
        self.clock, self.others, self.takes_seconds = clock, others, takes_seconds
        self.there, self.written = b"", 0

    def read(self) -> bytes | None:
        for moment in sorted(self.others):
            if moment <= self.clock.now:
                self.there = self.others.pop(moment)
        return self.there or None

    def write(self, data: bytes) -> None:
        self.clock.sleep(self.takes_seconds)
        self.there, self.written = data, self.written + 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(put_turn, "time", clock)
    return clock


def test_a_free_turn_is_taken_and_kept_for_a_while(clock: Clock) -> None:
    board = Board(clock, {})
    turn = Turn(board.read, board.write, "origin")
    for _ in range(3):
        with turn.held():
            pass
    assert (board.written, clock.now) == (1, 1000 + put_turn.SETTLED_SECONDS)
    clock.sleep(put_turn.KEPT_SECONDS)
    with turn.held():
        assert board.written == 2


def test_whoever_wrote_over_it_has_it_until_nothing_is_heard_any_more(clock: Clock) -> None:
    board = Board(clock, {1000.5: b"another"})
    with Turn(board.read, board.write, "origin").held():
        assert clock.now >= 1000.5 + put_turn.OVER_SECONDS
    assert board.written == 2


def test_a_server_that_is_too_slow_gives_nobody_a_turn(clock: Clock) -> None:
    board = Board(clock, {}, takes_seconds=put_turn.FOUND_SECONDS + 1)
    with (
        pytest.raises(StoreError, match=r"origin: no turn came within 120 s"),
        Turn(board.read, board.write, "origin").held(),
    ):
        pass


def test_others_that_go_on_writing_are_waited_for_only_so_long(clock: Clock) -> None:
    board = Board(clock, {1000.0 + second: f"another {second}".encode() for second in range(200)})
    with pytest.raises(StoreError, match="store_unreachable"), Turn(board.read, board.write, "origin").held():
        pass
    assert board.written == 0
