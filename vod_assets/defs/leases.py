"""The pulse of a run: signs of life while this process works for it, and the lease of its title.

A run holds its title from its first step to its end. Everything that commits or publishes asks the run's guard, which
asks here.
"""

import secrets
import threading
import time
from collections.abc import Callable
from multiprocessing.util import Finalize

from vod_assets.defs.executors import Executor
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.leases import BEAT_SECONDS, DEAD_AFTER_SECONDS, Beat, TitleLease
from vod_assets.ports.leases import Leases

BUSY_AFTER_SECONDS = 10.0  # how long a run waits for another one that lives
LOOK_SECONDS = 0.5
JOIN_SECONDS = 10.0  # a sign of life may be under way on a share that is away

IsOver = Callable[[str], bool]
Check = Callable[[], None]


class Pulse:
    """Gives a run's signs of life, and takes its title when the first step asks.

    Args:
        leases: Where signs and leases are kept.
        run: The run's id.
        title: What it works on; empty: no title, so there is nothing to take.
        is_over: Whether another run has certainly ended, whatever its last sign of life says.
        beat_seconds: Time between two signs.
    """

    def __init__(
        self, leases: Leases, run: str, title: str, is_over: IsOver, beat_seconds: float = BEAT_SECONDS
    ) -> None:
        self.leases, self.run, self.title, self.is_over = leases, run, title, is_over
        self._beat_seconds = beat_seconds
        self._executor = Executor.this_process().as_tags()
        self._is_main = True
        self._first = secrets.randbelow(1 << 40)  # so that no two processes of a run give the same sign
        self._mutex = threading.RLock()
        self._ended = threading.Event()
        self._lease: TitleLease | None = None
        self._is_lost = False
        self._thread = threading.Thread(target=self._go_on, name=f"pulse-{run[:8]}", daemon=True)

    def start(self) -> None:
        """Give the first sign of life, and go on in the background.

        A process that does one step of a run finds the signs of the one that executes the run: it gives them too, and
        leaves it to the other to end them, and to give the title back.
        """
        main = self.leases.beat_of(self.run)
        if main is not None and main.executor not in ({}, self._executor) and not is_gone(main):
            self._is_main, self._executor = False, main.executor
        self._beat(0)
        self._thread.start()

    def require(self, check: Check) -> None:
        """Return when this run holds its title; wait a little for another run that is about to end.

        Args:
            check: Asked while waiting whether this run is still wanted.

        Raises:
            ConfigError: ``title_busy``, ``title_quarantined``.
            StoreError: ``lease_lost``: another run has taken the title over; nothing more may be committed.
        """
        if not self.title:
            return
        with self._mutex:
            if self._lease is None and not self._ended.is_set() and not self._is_lost:
                self._lease = self._taken(check)
            elif self._lease is None or not self.leases.holds(self._lease):
                self._is_lost = True
            self.require_unlost()

    def require_unlost(self) -> None:
        """Return while nobody is known to have taken the title over; asks no store.

        Raises:
            StoreError: ``lease_lost``.
        """
        if self._is_lost:
            cause = "another run has taken the title over, because this one gave no sign of life"
            raise StoreError("lease_lost", cause, "Look at the other run; the store may have been away", self.title)

    def let_go(self) -> None:
        """End the signs of life and give the title back; what fails here, the reaper does later."""
        if self._ended.is_set():
            return
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_SECONDS)
        if not self._is_main:
            return
        try:
            held = self.leases.holder(self.title) if self.title else None  # a step's process may have taken it
            if held is not None and held.run == self.run:
                self.leases.let_go(held)
            self.leases.stop(self.run)
        except StoreError:
            pass
        finally:
            self._lease = None

    def _taken(self, check: Check) -> TitleLease:
        """Return this run's lease of its title, which another process of the run may have taken."""
        self._require_free()
        patience = Patience()
        while True:
            held = self.leases.holder(self.title)
            if held is not None and held.run == self.run:
                return held
            beat = self.leases.beat_of(held.run) if held else None
            if held is None or self.is_over(held.run) or is_gone(beat) or patience.is_dead(held, beat):
                lease = self.leases.take(self.title, self.run, self._executor["vod/host"], after=held)
                if lease is not None:
                    return lease
            elif patience.is_at_its_end:
                cause = f"run {held.run} on {held.host or 'another host'} works on it"
                raise ConfigError("title_busy", cause, f"Wait for it, or cancel it: vod cancel {self.title}")
            check()
            time.sleep(LOOK_SECONDS)

    def _require_free(self) -> None:
        if quarantine := self.leases.quarantine_of(self.title):
            remedy = f"Remove the cause, then: vod titles retry {self.title}"
            raise ConfigError("title_quarantined", quarantine.cause, remedy)

    def _go_on(self) -> None:
        count = 0
        while not self._ended.wait(self._beat_seconds):
            count += 1
            try:
                self._beat(count)
                if self._lease is not None and not self.leases.holds(self._lease):
                    self._is_lost = True
            except Exception:  # noqa: BLE001, S112 - a thread's edge; the next sign may succeed, and commits ask anew
                continue

    def _beat(self, count: int) -> None:
        count += self._first
        self.leases.beat(Beat(run=self.run, title=self.title, count=count, executor=self._executor))


class Patience:
    """Tells a holder that lives from one that died, by watching it; its own clock is the only one asked."""

    def __init__(self) -> None:
        self._began = self._since = time.monotonic()
        self._seen: tuple[TitleLease, int] | None = None
        self._has_moved = False

    def is_dead(self, held: TitleLease, beat: Beat | None) -> bool:
        """Whether the holder has given no new sign of life for too long."""
        now, seen = time.monotonic(), (held, beat.count if beat else -1)
        if seen != self._seen:
            self._has_moved |= self._seen is not None
            self._seen, self._since = seen, now
        return now - self._since >= DEAD_AFTER_SECONDS

    @property
    def is_at_its_end(self) -> bool:
        """Whether it was waited long enough for a holder that lives."""
        return self._has_moved and time.monotonic() - self._began >= BUSY_AFTER_SECONDS


def is_gone(beat: Beat | None) -> bool:
    """Whether the process that gave a sign of life has certainly ended since."""
    executor = Executor.from_tags(beat.executor) if beat else None
    return executor is not None and executor.is_gone()


_pulses: dict[str, Pulse] = {}
_pulses_mutex = threading.Lock()


def pulse_of(run: str, made: Callable[[], Pulse]) -> Pulse:
    """Return the one pulse that this process gives for a run; it ends with the process at the latest."""
    with _pulses_mutex:
        if run not in _pulses:
            pulse = made()
            pulse.start()
            _pulses[run] = pulse
            Finalize(None, end_pulse, args=(run,), exitpriority=1)  # also where Dagster starts runs as children
        return _pulses[run]


def end_pulse(run: str) -> None:
    """End what this process gives for a run."""
    with _pulses_mutex:
        pulse = _pulses.pop(run, None)
    if pulse is not None:
        pulse.let_go()
