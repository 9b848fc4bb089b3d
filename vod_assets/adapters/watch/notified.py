"""Looking at a place by what a queue tells of it, and at all of it now and then, for messages may be lost."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from vod_assets.adapters.watch.ledger import Ledger, family_of, spellings
from vod_assets.adapters.watch.looking import look
from vod_assets.adapters.watch.queue import Received
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.looks import Looked, Outcome, Stand
from vod_assets.ports.blobs import Blob, Files

ASKED_AT_ONCE = 10


class Queue(Protocol):
    """What tells of a place's objects."""

    def receive(self) -> Received:
        """Return the next messages."""
        ...

    def let_go(self, receipts: Sequence[str]) -> None:
        """Delete messages."""
        ...

    def listed(self, start: str) -> list[Any]:
        """Return the objects whose names begin with something."""
        ...


@dataclass
class NotifiedLook:
    """One look at a place that a queue tells of.

    Args:
        files: The place.
        ledger: What was known.
        queue: Tells of the place.
        list_seconds: After how long all of the place is looked at again.
        clock: What time it is.
    """

    files: Files
    ledger: Ledger
    queue: Queue
    list_seconds: float
    clock: Callable[[], float] = time.time
    _gone: list[Outcome] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)

    def go_on(self, stand: Stand, is_over: Callable[[], bool]) -> Looked:
        """Take in what the queue tells; go on listing when that is due, or when the queue does not work."""
        try:
            told_at = self._take_in(is_over)
        except RemoteError as error:
            self._said.append(str(error))
            return self._listed(stand, is_over)
        if stand.after or self.clock() - stand.listed_at >= self.list_seconds:
            return self._listed(stand, is_over)
        stand = replace(stand, looked_at=told_at) if told_at else stand
        return Looked(stand, tuple(self._gone), is_complete=True, said=tuple(self._said))

    def _take_in(self, is_over: Callable[[], bool]) -> float:
        """Take in messages until there are none or time is over; return since when all was told, or 0.

        A message is let go of when the ledger has what it speaks of.
        """
        foreign = 0
        with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="told") as pool:
            while True:
                asked_at, received = self.clock(), self.queue.receive()
                foreign += received.foreign
                families = sorted({family_of(_bytes(name)) for name in received.names})
                for family, found in zip(families, pool.map(self._of_family, families), strict=True):
                    self._gone += self.ledger.compare_family(family, found, self.clock()).gone
                self.queue.let_go(received.receipts)
                is_all = received.is_nothing or not received.receipts
                if is_all or is_over():
                    break
        if foreign:
            self._said.append(f"messages in the queue that are none of S3's stay there: {foreign}")
        return asked_at if is_all else 0.0

    def _of_family(self, family: bytes) -> list[Blob]:
        """Return all files of a title as they are now: a message may be late, doubled, or the first of several."""
        found = {one["Key"]: one for start in spellings(family) for one in self.queue.listed(f"{_text(start)}.")}
        return [
            Blob(name, one["Size"], one["LastModified"].timestamp(), one["ETag"].strip('"'))
            for name, one in sorted(found.items())
            if family_of(_bytes(name)) == family
        ]

    def _listed(self, stand: Stand, is_over: Callable[[], bool]) -> Looked:
        looked = look(self.files, self.ledger, stand, is_over, self.clock)
        after = replace(looked.stand, listed_at=looked.stand.began_at) if looked.is_complete else looked.stand
        return replace(looked, stand=after, gone=(*self._gone, *looked.gone), said=(*self._said, *looked.said))


def _bytes(name: str) -> bytes:
    return name.encode(errors="surrogateescape")


def _text(name: bytes) -> str:
    return name.decode(errors="surrogateescape")
