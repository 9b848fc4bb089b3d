"""What a queue tells of is looked at; a message is let go of when it is kept, a lost one made good by a listing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.watch.ledger import Ledger
from vod_assets.adapters.watch.notified import NotifiedLook
from vod_assets.adapters.watch.queue import Received
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.looks import TAKEN, VANISHED, Looked, Outcome, Stand
from vod_assets_tests.fakes import MemoryBlobs

LISTED = Stand(looked_at=1000.0, listed_at=1000.0)
FILM = Outcome("in/film.mov", "token", TAKEN, title="film", address="s3://b/in/film.mov", sha256="a" * 64, version="1")


class MemoryQueue:
    """A queue over a storage in memory; it says what the ledger knew when messages were let go of."""

    def __init__(self, blobs: MemoryBlobs, ledger: Ledger) -> None:
        self.blobs, self.ledger = blobs, ledger
        self.waiting: list[Received] = []
        self.let_go_of: list[tuple[str, ...]] = []
        self.known_then: list[set[str]] = []
        self.is_away = False

    def tell(self, *names: str, foreign: int = 0) -> None:
        receipts = (f"receipt {len(self.waiting)}",) if names else ()
        self.waiting.append(Received(frozenset(names), receipts, foreign))

    def receive(self) -> Received:
        if self.is_away:
            raise RemoteError("queue_failed", "the queue is away")
        return self.waiting.pop(0) if self.waiting else Received(frozenset(), (), 0)

    def let_go(self, receipts: Sequence[str]) -> None:
        if receipts:
            self.known_then.append(set(self.ledger.since()))
            self.let_go_of.append(tuple(receipts))

    def listed(self, start: str) -> list[Any]:
        modified = datetime.fromtimestamp(1, UTC)
        return [
            {"Key": blob.name, "Size": blob.size_bytes, "LastModified": modified, "ETag": f'"{blob.version}"'}
            for blob in self.blobs.walk()
            if blob.name.startswith(start)
        ]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "arrivals.sqlite", "drop")
    yield ledger
    ledger.close()


@pytest.fixture
def queue(ledger: Ledger) -> MemoryQueue:
    blobs = MemoryBlobs()
    for name in ("in/film.mov", "in/film.en.srt", "in/film2.mov"):
        blobs.replace(name, b"media")
    return MemoryQueue(blobs, ledger)


def looked(queue: MemoryQueue, stand: Stand = LISTED, now: float = 1010.0, *, stops: bool = False) -> Looked:
    look = NotifiedLook(queue.blobs, queue.ledger, queue, 3600, lambda: now)
    return look.go_on(stand, lambda: stops)


def test_all_files_of_a_title_are_there_when_one_was_told_of(queue: MemoryQueue, ledger: Ledger) -> None:
    queue.tell("in/film.mov")
    found = looked(queue)
    assert {one.name for one in ledger.sightings(b"in/film", found.stand.looked_at)} == {
        "in/film.mov",
        "in/film.en.srt",
    }
    assert ledger.due() == [b"in/film"]
    assert (found.is_complete, found.stand.looked_at, found.stand.listed_at) == (True, 1010.0, 1000.0)


def test_a_message_is_let_go_of_when_the_ledger_has_what_it_tells(queue: MemoryQueue) -> None:
    queue.tell("in/film.mov")
    looked(queue)
    assert queue.let_go_of == [("receipt 0",)]
    assert queue.known_then == [{"in/film.mov", "in/film.en.srt"}]


def test_a_message_stays_when_the_ledger_cannot_be_written(
    queue: MemoryQueue, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.tell("in/film.mov")
    monkeypatch.setattr(ledger, "compare_family", broken)
    with pytest.raises(OSError, match="no disk"):
        looked(queue)
    assert queue.let_go_of == []


def broken(*_: object) -> None:
    raise OSError("no disk")


def test_a_message_that_comes_twice_or_late_changes_nothing(queue: MemoryQueue, ledger: Ledger) -> None:
    queue.tell("in/film.mov")
    looked(queue)
    before = ledger.since()
    queue.tell("in/film.mov", "in/film.mov")
    queue.tell("in/film.mov")
    looked(queue, now=1020.0)
    assert ledger.since() == before
    assert len(queue.let_go_of) == 3


def test_a_source_that_was_deleted_has_vanished(queue: MemoryQueue, ledger: Ledger) -> None:
    queue.tell("in/film.mov")
    looked(queue)
    ledger.keep(FILM)
    queue.blobs.delete(["in/film.mov"])
    queue.tell("in/film.mov")
    (gone,) = looked(queue).gone
    assert (gone.title, gone.state) == ("film", VANISHED)


def test_what_no_message_told_of_is_found_by_the_next_listing(queue: MemoryQueue, ledger: Ledger) -> None:
    assert looked(queue).stand.listed_at == 1000.0
    assert ledger.due() == []
    found = looked(queue, now=5000.0)
    assert found.stand.listed_at == 5000.0
    assert ledger.due() == [b"in/film", b"in/film2"]


def test_the_first_look_is_a_listing(queue: MemoryQueue, ledger: Ledger) -> None:
    looked(queue, Stand(), now=1e9)
    assert len(ledger.since()) == 3


def test_while_the_queue_is_away_the_place_is_listed_and_that_is_said(queue: MemoryQueue, ledger: Ledger) -> None:
    queue.is_away = True
    found = looked(queue)
    assert found.said == ("the queue is away [queue_failed].",)
    assert len(ledger.since()) == 3


def test_messages_that_are_none_of_s3s_stay_and_are_told_of(queue: MemoryQueue) -> None:
    queue.tell(foreign=2)
    assert looked(queue).said == ("messages in the queue that are none of S3's stay there: 2",)
    assert queue.let_go_of == []


def test_a_tick_that_is_over_leaves_the_other_messages_to_the_next(queue: MemoryQueue) -> None:
    queue.tell("in/film.mov")
    queue.tell("in/film2.mov")
    found = looked(queue, stops=True)
    assert len(queue.waiting) == 1
    assert found.stand.looked_at == 1000.0  # not all was told yet
    looked(queue, replace(found.stand))
    assert queue.waiting == []
