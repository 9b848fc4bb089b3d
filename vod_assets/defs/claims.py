"""Claims of this process to pieces of a title: nobody makes what another one makes that lives.

Whose signs of life stand still is taken for dead, as runs are that hold a title. Who was taken for dead and comes back
loses nothing but its work: a recipe is committed once.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from vod_assets.defs.executors import Executor
from vod_assets.defs.leases import JOIN_SECONDS, Patience, is_gone
from vod_assets.domain.errors import StoreError
from vod_assets.domain.leases import BEAT_SECONDS, Beat, TitleLease
from vod_assets.domain.piece_orders import Spent
from vod_assets.ports.claims import Claims


class Claiming:
    """One worker of a run, which gives signs of life and claims pieces.

    Args:
        claims: Where claims are kept.
        title: Whose pieces.
        run: For whom.
        beat_seconds: Time between two signs.

    Attributes:
        name: Of the worker.
    """

    def __init__(self, claims: Claims, title: str, run: str, beat_seconds: float = BEAT_SECONDS) -> None:
        self.name = uuid.uuid4().hex
        self._claims, self._title, self._run = claims, title, run
        self._leases, self._beat_seconds = claims.of(title, run), beat_seconds
        self._executor = Executor.this_process().as_tags()
        self._watched: dict[str, Patience] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name=f"piece-{self.name[:8]}", daemon=True)

    def __enter__(self) -> Self:
        """Give the first sign of life, and go on in the background."""
        self._beat(0)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the signs of life."""
        self._ended.set()
        self._thread.join(JOIN_SECONDS)
        with suppress(StoreError):
            self._leases.stop(self.name)

    @contextmanager
    def claimed(self, piece: str) -> Iterator[bool]:
        """Claim a piece, and give whether that succeeded: nobody who lives makes it meanwhile."""
        claim = self._taken(piece)
        try:
            yield claim is not None
        finally:
            if claim is not None:
                with suppress(StoreError):  # whoever waits for it takes it over
                    self._leases.let_go(claim)

    def note(self, piece: str, spent: Spent) -> None:
        """Write down what it took to make a piece, before anybody finds it made."""
        self._claims.note(self._title, self._run, piece, spent)

    def noted(self, piece: str) -> Spent:
        """Return what it took another worker to make a piece; nothing where that is not known."""
        return self._claims.noted(self._title, self._run, piece) or Spent()

    def _taken(self, piece: str) -> TitleLease | None:
        held = self._leases.holder(piece)
        if held is not None and not self._is_dead(piece, held):
            return None
        claim = self._leases.take(piece, self.name, self._executor["vod/host"], after=held)
        if claim is not None and held is not None:
            self._leases.stop(held.run)
        return claim

    def _is_dead(self, piece: str, held: TitleLease) -> bool:
        beat = self._leases.beat_of(held.run)
        return is_gone(beat) or self._watched.setdefault(piece, Patience()).is_dead(held, beat)

    def _go_on(self) -> None:
        count = 0
        while not self._ended.wait(self._beat_seconds):
            count += 1
            with suppress(StoreError):  # the next sign may succeed
                self._beat(count)

    def _beat(self, count: int) -> None:
        self._leases.beat(Beat(run=self.name, title=self._title, count=count, executor=self._executor))
