"""Asking a transcoding service: again while it is away or busy, and for as long as its job gets on."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from vod_assets.domain.errors import Cancelled, RemoteError
from vod_assets.ports.runs import RunGuard
from vod_assets.ports.services import JobState, JobStatus, Order, TranscodingService

Result = TypeVar("Result")

AWAY = frozenset({"service_unreachable", "service_busy"})
SLICE_SECONDS = 1.0  # how long a wait goes on before the guard is asked
SURELY_LOST = 3  # how often in a row a job is said to be unknown: lists of new jobs lag behind


@dataclass(frozen=True)
class Patience:
    """How long a service is waited for, in seconds.

    Attributes:
        first_wait: Between the first two questions; each later wait is half as long again, up to ``longest_wait``.
        asked_for: How long a question is asked again that is not answered.
        stalled: How long a running job may get no further, or nobody answers how it is.
        queued: How long a job may wait to begin.
    """

    first_wait: float = 2.0
    longest_wait: float = 15.0
    asked_for: float = 120.0
    stalled: float = 20 * 60.0
    queued: float = 4 * 3600.0


@dataclass
class Asking:
    """Asks a service; whoever waits is stopped as soon as the run is no longer wanted."""

    service: TranscodingService
    guard: RunGuard
    patience: Patience = Patience()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _waited: float = field(default=0.0, init=False)

    def hand_in(self, order: Order, *, is_perhaps_there: bool) -> tuple[str, bool]:
        """Return the id of an order's job, and whether it was handed in now.

        A job that was handed in, and whose id never came back, is looked for before another one is handed in.
        """
        doubtful = is_perhaps_there

        def ask() -> tuple[str, bool]:
            nonlocal doubtful
            if doubtful and (found := self.service.find(order.key)):
                return found, False
            doubtful = True
            return self.service.submit(order), True

        return self._patiently(ask)

    def ended(self, job: str, told: Callable[[JobStatus], None]) -> JobStatus:
        """Return how a job ended, once it has; `told` hears of each answer.

        Raises:
            RemoteError: ``service_stalled``, ``service_busy``, ``service_unreachable``; the job goes on.
            Cancelled: The run is no longer wanted; the job is cancelled there.
        """
        try:
            return self._ended(job, told)
        except BaseException as error:
            if isinstance(error, Cancelled) or not isinstance(error, Exception):
                self.cancel(job)
            raise

    def cancel(self, job: str) -> bool:
        """End a job; whether the service said that it will."""
        for _ in range(SURELY_LOST):
            try:
                self.service.cancel(job)
            except RemoteError as error:
                if error.code not in AWAY:
                    return False
                self.sleep(min(self.patience.first_wait, SLICE_SECONDS))
            else:
                return True
        return False

    def _ended(self, job: str, told: Callable[[JobStatus], None]) -> JobStatus:
        self._waited, unknown = 0.0, 0
        answered = changed = began = self.clock()
        seen: tuple[JobState, float | None] | None = None
        while True:
            status, error = self._status(job)
            now = self.clock()
            if status is not None:
                answered = now
                unknown = unknown + 1 if status.state is JobState.LOST else 0
                told(status)
                if (status.state, status.percent) != seen:
                    seen, changed = (status.state, status.percent), now
                if unknown >= SURELY_LOST or status.state not in (JobState.WAITING, JobState.RUNNING, JobState.LOST):
                    return status
            elif error is not None and now - answered > self.patience.stalled:
                raise error
            self._require_progress(job, seen, now - changed, now - began)
            self._pause()

    def _status(self, job: str) -> tuple[JobStatus | None, RemoteError | None]:
        try:
            return self.service.status(job), None
        except RemoteError as error:
            if error.code not in AWAY:
                raise
            return None, error

    def _require_progress(
        self, job: str, seen: tuple[JobState, float | None] | None, still: float, whole: float
    ) -> None:
        if seen is None:
            return
        state, percent = seen
        name = self.service.name
        if state is JobState.RUNNING and still > self.patience.stalled:
            at = "" if percent is None else f" at {percent:g} %"
            cause = f"job {job} of {name} hangs{at}: nothing changed for {still / 60:.0f} minutes"
            raise RemoteError("service_stalled", cause, "Look at the job at the service; then run the title again")
        if state is JobState.WAITING and whole > self.patience.queued:
            cause = f"job {job} of {name} was not begun for {whole / 60:.0f} minutes"
            raise RemoteError("service_busy", cause, "Run again later, or give the service a larger queue")

    def _patiently(self, ask: Callable[[], Result]) -> Result:
        self._waited = 0.0
        until = self.clock() + self.patience.asked_for
        while True:
            self.guard.check()
            try:
                return ask()
            except RemoteError as error:
                if error.code not in AWAY or self.clock() >= until:
                    raise
            self._pause()

    def _pause(self) -> None:
        """Wait longer than the last time, and never all at the same time as others."""
        longer = self._waited * 1.5 or self.patience.first_wait
        self._waited = min(longer, self.patience.longest_wait)
        left = self._waited * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
        while left > 0:
            self.guard.check()
            self.sleep(min(left, SLICE_SECONDS))
            left -= SLICE_SECONDS
        self.guard.check()
