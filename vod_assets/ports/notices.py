"""Telling people and other systems what happened."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from vod_assets.domain.events import Event
from vod_assets.domain.letters import Answer, Letter

IsOver = Callable[[str], bool]  # whether a batch (a backfill) has ended


@dataclass(frozen=True)
class Patience:
    """How long a receiver and a whole round are waited for, in seconds."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    round_seconds: float = 15.0  # nothing is begun later; Dagster ends a tick after 60 s

    @property
    def whole_seconds(self) -> float:
        """How long one try may take, however slowly its answer drips."""
        return self.connect_seconds + self.read_seconds


SHORT = Patience(connect_seconds=3.0, read_seconds=5.0, round_seconds=4.0)  # at the end of a command


@dataclass(frozen=True)
class Round:
    """What a round of sending came to.

    Attributes:
        sent: How many letters were taken.
        failed: What went wrong, a line each.
        is_ours: False when another process is sending.
    """

    sent: int = 0
    failed: tuple[str, ...] = ()
    is_ours: bool = True


class Outbox(Protocol):
    """Keeps events until everybody is told; kept where artifacts are kept, so that every host has the same.

    What cannot be read or written is a `StoreError`.
    """

    @property
    def is_read(self) -> bool:
        """Whether anybody is told of anything, besides callbacks."""
        ...

    def put(self, event: Event) -> bool:
        """Keep an event, and return whether it was new: told twice, it is one event.

        Nothing is sent here, and nothing kept that nobody wants to be told of.

        Raises:
            StoreError: ``outbox_full`` and those of the storage.
        """
        ...

    def wish(self, address: str) -> str:
        """Keep an address that is told when a run ends, and return the id of the wish, which the run carries."""
        ...

    def wished(self, wish: str) -> str:
        """Return the address of a wish; empty: there is none of that id."""
        ...

    def fulfil(self, wish: str) -> None:
        """Forget a wish: it has been put."""
        ...


class Post(Outbox, Protocol):
    """The outbox, and what empties it."""

    def deliver(self, is_over: IsOver, patience: Patience = ...) -> Round:
        """Send what is due, one process at a time; what fails is tried again later."""
        ...

    def waiting(self) -> list[Letter]:
        """Return the letters that are to be sent, the next one first; events that nobody has sorted yet included."""
        ...

    def dead(self) -> list[Letter]:
        """Return the letters that are tried no more."""
        ...

    def retry(self, ids: Collection[str]) -> list[str]:
        """Have dead letters tried anew, and return the ids of those that there were."""
        ...


class Channel(Protocol):
    """One way to tell somebody."""

    @property
    def name(self) -> str:
        """Its name in routes and commands."""
        ...

    @property
    def takes_digests(self) -> bool:
        """Whether one digest may stand for many events."""
        ...

    @property
    def burst(self) -> int:
        """So many notices at a time, and one digest for the others."""
        ...

    @property
    def per_hour(self) -> int:
        """So many notices in an hour."""
        ...

    def send(self, event: Event, patience: Patience) -> Answer:
        """Tell of an event; a failure is an answer, too."""
        ...
