"""Files are moved side by side, the first error ends it, and what takes long says how far it is."""

import threading
import time

import pytest

from vod_assets.adapters.transfers import Load, alone, counter, in_parallel, side_by_side
from vod_assets.domain.errors import Cancelled, StoreError
from vod_assets.ports.transfers import Transfer, watched

SECONDS = 10.0
FILM = Load("sending film.mov", 100)


@pytest.fixture
def is_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell of what takes a moment as if it took long."""
    monkeypatch.setattr("vod_assets.adapters.transfers.QUIET_SECONDS", 0.01)
    monkeypatch.setattr("vod_assets.adapters.transfers.TOLD_EVERY_SECONDS", 0.01)
    monkeypatch.setattr("vod_assets.adapters.transfers.LOOK_SECONDS", 0.01)


def test_a_long_transfer_tells_how_far_it_is(is_soon: None) -> None:
    told: list[Transfer] = []
    half_is_told = threading.Event()

    def listen(transfer: Transfer) -> None:
        told.append(transfer)
        if transfer.percent == 50:
            half_is_told.set()

    def work() -> None:
        count = counter()
        count(50)
        assert half_is_told.wait(SECONDS)
        count(50)

    with watched(listen):
        alone(work, FILM)
    assert (told[-1].percent, told[-1].is_over) == (100, True)
    assert [transfer.is_over for transfer in told].count(True) == 1
    assert told[-1].what == "sending film.mov"


def test_a_short_transfer_says_nothing() -> None:
    told: list[Transfer] = []
    with watched(told.append):
        alone(lambda: counter()(100), FILM)
    assert told == []


def test_what_is_sent_twice_is_not_more_than_all(is_soon: None) -> None:
    told: list[Transfer] = []
    begun = threading.Event()

    def work() -> None:
        counter()(250)
        assert begun.wait(SECONDS)

    def listen(transfer: Transfer) -> None:
        told.append(transfer)
        begun.set()

    with watched(listen):
        alone(work, FILM)
    assert {transfer.done_bytes for transfer in told} <= {0, 100}


def test_a_watcher_that_wants_it_no_more_ends_a_transfer_at_its_next_bytes(is_soon: None) -> None:
    ended: list[str] = []

    def work(_: int) -> None:
        count = counter()
        try:
            while True:
                count(1)
        except Cancelled:
            ended.append("by the count")
            raise

    def listen(transfer: Transfer) -> None:
        raise Cancelled(cause="the run was cancelled")

    with watched(listen), pytest.raises(Cancelled, match="the run was cancelled"):
        in_parallel(work, range(3), FILM)
    assert ended == ["by the count"] * 3


def test_the_first_error_ends_the_others() -> None:
    def work(number: int) -> None:
        if number == 0:
            raise StoreError("disk_full", "no space", "Free some")
        count = counter()
        while True:
            count(1)

    with pytest.raises(StoreError, match="disk_full"):
        in_parallel(work, range(3), FILM)


def test_transfers_to_several_places_are_told_of_in_the_thread_that_watches(is_soon: None) -> None:
    told: list[tuple[str, str]] = []

    def call(name: str) -> str:
        alone(lambda: time.sleep(0.05), Load(f"sending to {name}", 1))
        return name

    with watched(lambda transfer: told.append((transfer.what, threading.current_thread().name))):
        done = side_by_side([lambda: call("east"), lambda: call("west")])
    assert [one.result() for one in done] == ["east", "west"]
    assert set(told) == {(f"sending to {name}", threading.current_thread().name) for name in ("east", "west")}


def test_a_call_that_fails_ends_no_other(is_soon: None) -> None:
    def fail() -> str:
        raise StoreError("disk_full", "no space", "Free some")

    failed, done = side_by_side([fail, lambda: "done"])
    assert isinstance(failed.exception(), StoreError)
    assert done.result() == "done"


def test_a_watcher_that_wants_them_no_more_ends_all_that_are_done_at_once(is_soon: None) -> None:
    ended: list[str] = []

    def count_on() -> None:
        count = counter()
        try:
            while True:
                count(1)
        except Cancelled:
            ended.append("by the count")
            raise

    def listen(_transfer: Transfer) -> None:
        raise Cancelled(cause="the run was cancelled")

    with watched(listen), pytest.raises(Cancelled, match="the run was cancelled"):
        side_by_side([lambda: alone(count_on, FILM)] * 2)
    assert ended == ["by the count"] * 2


def test_a_transfer_is_said_in_one_line() -> None:
    half = Transfer("sending film.mov", 1_350_000_000, 2_700_000_000, 12.0)
    assert str(half) == "sending film.mov 50 % of 2.7 GB, 112.5 MB/s, 0:12 left"
    assert str(Transfer("sending film.mov", 0, 900, 0.0)) == "sending film.mov 0 % of 0.9 kB, 0.0 kB/s"
