"""Looking at a place a part at a time finds what came, changed and went, and forgets nothing between two ticks."""

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vod_assets.adapters.watch import looking
from vod_assets.adapters.watch.ledger import Ledger, family_of
from vod_assets.adapters.watch.looking import look
from vod_assets.domain.looks import DUPLICATE, TAKEN, VANISHED, Looked, Outcome, Stand
from vod_assets.ports.blobs import Blob, Told
from vod_assets_tests.fakes import MemoryBlobs

BEGINNING = Stand()
FILM = Outcome("b/film.mov", "token", TAKEN, title="film", address="memory://b/film.mov", sha256="a" * 64, version="1")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "watch" / "arrivals.sqlite", "drop")
    yield ledger
    ledger.close()


@pytest.fixture
def blobs() -> MemoryBlobs:
    blobs = MemoryBlobs()
    for name in ("a.mov", "b/film.en.srt", "b/film.mov", "c.mov", "cafe\u0301.mov"):
        blobs.replace(name, b"media")
    return blobs


def looked(blobs: MemoryBlobs, ledger: Ledger, stand: Stand = BEGINNING, *, stops: bool = False) -> Looked:
    return look(blobs, ledger, stand, lambda: stops, Clock())


def settle_all(ledger: Ledger) -> None:
    for family in ledger.due():
        ledger.settle(family)


def test_what_comes_and_what_changes_is_due_and_what_stays_is_not(blobs: MemoryBlobs, ledger: Ledger) -> None:
    looked(blobs, ledger)
    assert ledger.due() == sorted(map(family_of, (b"a", b"b/film", b"c", "caf\u00e9".encode())))
    settle_all(ledger)
    looked(blobs, ledger)
    assert ledger.due() == []
    blobs.replace("b/film.en.srt", b"other")
    looked(blobs, ledger)
    assert ledger.due() == [b"b/film"]


def test_a_family_is_found_however_its_accents_are_written(blobs: MemoryBlobs, ledger: Ledger) -> None:
    blobs.replace("caf\u00e9.en.srt", b"words")
    stand = looked(blobs, ledger).stand
    names = {sighting.name for sighting in ledger.sightings("caf\u00e9".encode(), stand.looked_at)}
    assert names == {"cafe\u0301.mov", "caf\u00e9.en.srt"}


def test_a_file_is_unchanged_from_its_first_look_to_the_last(blobs: MemoryBlobs, ledger: Ledger) -> None:
    first = looked(blobs, ledger).stand
    (seen,) = ledger.sightings(b"a", first.looked_at)
    assert seen.unchanged_seconds == 0
    second = dataclasses.replace(first, looked_at=first.looked_at + 60)
    (seen,) = ledger.sightings(b"a", second.looked_at)
    assert seen.unchanged_seconds == 50


@pytest.mark.parametrize("page", [1, 2, 3, 5, 100])
def test_a_look_that_is_stopped_goes_on_where_it_was(
    blobs: MemoryBlobs, ledger: Ledger, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PAGE", page)
    monkeypatch.setattr(looking._Pages, "has_paid", True)
    found, ticks = looked(blobs, ledger, stops=True), 1
    while not found.is_complete:
        found, ticks = looked(blobs, ledger, found.stand, stops=True), ticks + 1
    assert (ticks, found.stand.files, found.stand.after) == (-(-5 // page), 5, "")
    assert len(ledger.due()) == 4


class SlowlyListed(MemoryBlobs):
    """A share that takes half a second for its one folder."""

    listings = 0

    def walk(self, prefix: str = "", start_after: str = "", *, with_drafts: bool = False) -> Iterator[Blob]:
        self.listings += 1
        time.sleep(0.5)
        yield from super().walk(prefix, start_after, with_drafts=with_drafts)


def test_a_folder_that_is_listed_slowly_is_not_listed_for_each_page(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PAGE", 1)
    blobs = SlowlyListed()
    for number in range(5):
        blobs.replace(f"{number}.mov", b"media")
    assert looked(blobs, ledger, stops=True).is_complete
    assert blobs.listings == 1


def test_a_source_that_vanishes_is_told_once(blobs: MemoryBlobs, ledger: Ledger) -> None:
    looked(blobs, ledger)
    ledger.keep(FILM)
    blobs.delete(["b/film.mov"])
    (gone,) = looked(blobs, ledger).gone
    assert (gone.title, gone.state) == ("film", VANISHED)
    assert looked(blobs, ledger).gone == ()
    assert ledger.outcome("b/film.mov") == gone


def test_a_place_that_is_suddenly_empty_is_not_believed(blobs: MemoryBlobs, ledger: Ledger) -> None:
    looked(blobs, ledger)
    ledger.keep(FILM)
    found = looked(MemoryBlobs(), ledger)
    assert (found.is_empty, found.gone) == (True, ())
    assert looked(blobs, ledger).gone == ()


class PartlyForbidden(MemoryBlobs):
    """A share one of whose folders may not be read for a time."""

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        told("b/", "it may not be read")
        return (blob for blob in self.walk(start_after=start_after) if not blob.name.startswith("b/"))


@pytest.mark.parametrize("page", [1, 100])
def test_what_lies_in_a_folder_that_cannot_be_read_is_not_gone(
    blobs: MemoryBlobs, ledger: Ledger, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(blobs, ledger)
    ledger.keep(FILM)
    monkeypatch.setattr(looking, "PAGE", page)
    forbidden = PartlyForbidden()
    forbidden.held = dict(blobs.held)
    found = looked(forbidden, ledger)
    assert (found.gone, found.said) == ((), ("'b/' is passed over: it may not be read",))
    assert ledger.outcome(FILM.name) == FILM


def test_what_a_tick_staged_counts_once_its_cursor_was_kept(blobs: MemoryBlobs, ledger: Ledger) -> None:
    looked(blobs, ledger)
    settle_all(ledger)
    ledger.stage(FILM, "lost")
    ledger.confirm("another")
    assert ledger.outcome(FILM.name) is None
    assert ledger.due() == [b"b/film"]
    ledger.stage(FILM, "kept")
    ledger.confirm("kept")
    assert ledger.outcome(FILM.name) == FILM


def test_the_same_bytes_have_one_owner_in_all_places(ledger: Ledger) -> None:
    other = Ledger(ledger.path, "other")
    other.stage(FILM, "ticket")
    assert ledger.owner(FILM.sha256, "copy") == FILM
    other.confirm("ticket")
    assert ledger.owner(FILM.sha256, "copy") == FILM
    assert ledger.owner(FILM.sha256, "film") is None
    other.keep(dataclasses.replace(FILM, state=DUPLICATE))
    assert ledger.owner(FILM.sha256, "copy") is None
    other.close()


def test_a_file_that_two_places_show_is_taken_from_one(ledger: Ledger) -> None:
    other, replaced = Ledger(ledger.path, "other"), dataclasses.replace(FILM, sha256="e" * 64, version="2")
    assert other.stage(FILM, "ticket")
    assert not ledger.stage(FILM, "ticket")
    assert ledger.twin(FILM) is None
    other.confirm("ticket")
    assert not ledger.stage(FILM, "ticket")
    assert ledger.twin(FILM) == FILM
    ledger.keep(FILM)
    assert other.stage(replaced, "later")
    other.confirm("later")
    assert ledger.outcome(FILM.name) == replaced  # so that the first film, put back, is a version again
    other.close()


@pytest.mark.parametrize("cursor", [None, "", "{half", '{"unknown": 1}', "[]"])
def test_a_broken_cursor_begins_anew(cursor: str | None) -> None:
    assert Stand.from_cursor(cursor) == Stand()
    assert Stand.from_cursor(Stand(after="a", files=3).as_cursor()) == Stand(after="a", files=3)
