"""Moving files, some at a time, and knowing how far they are."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

from vod_assets.domain.errors import Cancelled
from vod_assets.ports.transfers import OnTransfer, Transfer, watched, watcher

AT_ONCE = 8
QUIET_SECONDS = 2.0  # what takes no longer is not told of
TOLD_EVERY_SECONDS = 1.0
LOOK_SECONDS = 0.5
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Load:
    """Files that are moved together: what is done with them (``sending h264_1080p``), and their size."""

    what: str
    size_bytes: int


class Meter:
    """Counts bytes as they pass; whoever counts is ended by it when the transfer is given up."""

    def __init__(self, load: Load) -> None:
        self._load, self._began = load, time.monotonic()
        self._done_bytes, self._mutex, self._is_given_up = 0, threading.Lock(), False

    def count(self, size_bytes: int) -> None:
        """Note that some bytes have passed.

        Raises:
            Cancelled: The transfer was given up.
        """
        if self._is_given_up:
            raise Cancelled(cause="the transfer was given up")
        with self._mutex:
            self._done_bytes += size_bytes

    def give_up(self) -> None:
        """End whoever counts, at its next bytes."""
        self._is_given_up = True

    def now(self, *, is_over: bool = False) -> Transfer:
        """Return how far the transfer is."""
        # what is sent again after a cut is counted again
        done_bytes = min(self._done_bytes, self._load.size_bytes)
        seconds = time.monotonic() - self._began
        return Transfer(self._load.what, done_bytes, self._load.size_bytes, seconds, is_over)


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


def counter() -> Callable[[int], None]:
    """Return what counts the bytes of the transfer that this thread works for; it may be called in another."""
    meter = _meter.get()
    return meter.count if meter else _uncounted


def in_parallel(work: Callable[[Item], None], files: Sequence[Item], load: Load, at_once: int = AT_ONCE) -> None:
    """Do the work for every file, some at a time; the first error ends it, and so does what a watcher raises."""
    if not files:
        return
    meter = Meter(load)
    threads = min(at_once, len(files))
    with ThreadPoolExecutor(threads, "transfer", initializer=_meter.set, initargs=(meter,)) as pool:
        running = [pool.submit(work, file) for file in files]
        try:
            _see_through(running, meter, watcher())
        except BaseException:
            meter.give_up()
            pool.shutdown(cancel_futures=True)
            raise


def alone(work: Callable[[], None], load: Load) -> None:
    """Do the work for one file."""
    in_parallel(lambda _: work(), [load], load)


def side_by_side(calls: Sequence[Callable[[], Result]]) -> list[Future[Result]]:
    """Return what each call came to, once all of them, done at once, have ended; none of them ends the others.

    Whoever watches transfers is told of those of every call in its own thread; what is raised there, or whatever else
    interrupts this thread, ends them.
    """
    moved, given_up, tell = SimpleQueue[Transfer](), threading.Event(), watcher()

    def note(transfer: Transfer) -> None:
        if given_up.is_set():
            raise Cancelled(cause="the transfer was given up")
        moved.put(transfer)

    def noted(call: Callable[[], Result]) -> Result:
        with watched(note):
            return call()

    with ThreadPoolExecutor(max(1, len(calls)), "beside") as pool:
        running = [pool.submit(copy_context().run, noted, call) for call in calls]
        try:
            while wait(running, LOOK_SECONDS).not_done:
                _pass_on(moved, tell)
            _pass_on(moved, tell)
        except BaseException:
            given_up.set()
            raise
    return running


def _pass_on(moved: "SimpleQueue[Transfer]", tell: OnTransfer | None) -> None:
    """Tell what was noted so far."""
    while not moved.empty():
        transfer = moved.get()
        if tell is not None:
            tell(transfer)


def _see_through(running: Sequence[Future[None]], meter: Meter, tell: OnTransfer | None) -> None:
    """Wait for the end or the first error; from time to time, say how far it is."""
    seconds, is_told = QUIET_SECONDS, False
    while True:
        done, left = wait(running, seconds if tell else None, FIRST_EXCEPTION)
        for one in done:
            one.result()
        if tell and (left or is_told):
            tell(meter.now(is_over=not left))
            seconds, is_told = TOLD_EVERY_SECONDS, True
        if not left:
            return


def _uncounted(_size_bytes: int) -> None:
    """Count nothing: nobody watches."""
