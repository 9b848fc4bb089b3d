"""What viewers see follows from the record, the releases and the clock, wherever somebody was killed on the way."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vod_assets.adapters.agenda.blobs import BlobAgenda
from vod_assets.adapters.origin.several import NamedOrigin, SeveralOrigins
from vod_assets.adapters.rtsp.ledger import BlobStreams
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.domain.approvals import Approval
from vod_assets.domain.catalogue import Entry, entry_for
from vod_assets.domain.entries import release_number
from vod_assets.domain.errors import ConfigError, RemoteError, StoreError, VodError
from vod_assets.domain.events import Event
from vod_assets.domain.offering import ReleaseStream
from vod_assets.domain.orders import HeldBack, TakenDown
from vod_assets.domain.policy import Policy
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.offering import Offering
from vod_assets.publishing import Publisher, Settled
from vod_assets_tests.fakes import MemoryBlobs, MemoryCms, MemoryOrigin, Switch
from vod_assets_tests.releases import made

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDER = TakenDown(at="2026-03-01T12:00:00+00:00", by="legal", because="a court order")
WINDOW = {"windows": [{"from": "2026-03-01T13:00:00Z", "until": "2026-03-01T14:00:00Z"}]}


class Killed(BaseException):
    """The process is gone."""


class Deadly(MemoryBlobs):
    """A storage of notes that kills whoever crosses one out, when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_deadly = False

    def delete(self, names: object) -> None:
        if self.is_deadly:
            raise Killed
        super().delete(list(names))  # type: ignore[call-overload]


class LoudCms(MemoryCms):
    """A CMS that is away, or asks a second publisher in, when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.before: Callable[[], object] | None = None
        self.is_lost = self.is_broken = False

    def faults(self, title: str) -> list[str]:
        return ["its page is missing"] if self.is_broken else []

    def publish(self, entry: object, replaces: int | None = None) -> str:
        if self.is_away:
            raise RemoteError("cms_failed", "it does not answer")
        if self.before is not None:
            before, self.before = self.before, None
            before()
        address = super().publish(entry, replaces)  # type: ignore[arg-type]
        if self.is_lost:
            self.is_lost = False
            raise RemoteError("cms_unavailable", "it did not answer in time")
        self.is_broken = False
        return address


class Streams:
    """An RTSP server that knows what is offered, and is away when told to."""

    address = "rtsp://127.0.0.1:9"

    def __init__(self) -> None:
        self.offered: dict[str, str] = {}
        self.is_away = False

    def registered(self, title: str) -> str:
        return self.offered.get(title, "")

    def register(self, title: str, digest: str, file: Path) -> str:
        if self.is_away:
            raise RemoteError("rtsp_unavailable", "it does not answer")
        self.offered[title] = file.read_text()
        return f"{self.address}/{title}"

    def unregister(self, title: str) -> None:
        self.offered.pop(title, None)


class House:
    """A title with a record, an origin, a CMS, an agenda and a clock."""

    def __init__(self, folder: Path, policy: dict[str, object] | None = None) -> None:
        self.folder, self.time, self.told = folder, START, list[Event]()
        self.store = disk_store(folder / "store", Switch())
        self.origin, self.cms = MemoryOrigin(), LoudCms()
        self.notes = Deadly()
        self.agenda, self.streams = BlobAgenda(self.notes), Streams()
        self.publisher = self.another()
        self.store.register(TitleRecord(title_id="film", source="file:///film.mp4", policy=policy or {}))

    def another(self) -> Publisher:
        server: Any = self.streams
        rtsp = Offering(self.store, BlobStreams(self.notes), server, lambda: self.time)
        ports = self.store, self.origin, self.cms, self.agenda
        return Publisher(*ports, rtsp=rtsp, tell=self.told.append, now=lambda: self.time)

    def entry(self, words: str = "segment") -> Entry:
        """Place a release, and return the entry that points at it."""
        release = made(self.folder / words, words=words).place(self.origin, self.folder)
        record = self.store.record("film")
        assert record is not None
        return entry_for(record, release, self.origin.url)

    def stream(self, entry: Entry, words: str) -> None:
        """Note the stream of a release."""
        with self.store.attempt("film", Recipe("rtsp_stream", {"of": words})) as attempt:
            (attempt.directory / "movie.mp4").write_text(words)
            artifact = self.store.commit(attempt, {})
        assert entry.release is not None
        said = {"release": entry.release.number, "release_digest": entry.release.digest, "policy": entry.policy}
        stream = ReleaseStream.model_validate({"recipe": artifact.recipe, "digest": artifact.digest, **said})
        BlobStreams(self.notes).note("film", stream)

    def shown(self) -> tuple[str, int, int]:
        """Return status, release and number of the publication in the CMS."""
        entry = self.publisher.shown("film")
        assert entry is not None
        assert entry.publication is not None
        assert entry.release is not None
        return entry.publication.status, entry.release.number, entry.publication.revision

    def kinds(self) -> list[str]:
        return [one.kind for one in self.told]

    def after(self, minutes: int) -> list[str]:
        """Let time pass and the sensor tick, and return what happened."""
        self.time += timedelta(minutes=minutes)
        came = [one for _, one in self.publisher.tick()]
        assert not any(isinstance(one, VodError) for one in came)
        return [one.kind for one in came if isinstance(one, Settled)]


def held(shown: int, newest: int) -> HeldBack:
    return HeldBack(shown=shown, newest=newest, at=START.isoformat(), by="ann")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def scheduled(tmp_path: Path) -> House:
    """A title that is to be seen from 13:00 to 14:00; it is 12:00."""
    return House(tmp_path, WINDOW)


def test_a_published_title_is_shown_and_told_of_once(house: House) -> None:
    entry = house.entry()
    assert house.publisher.differs(entry)
    house.publisher.publish(entry)
    house.publisher.publish(entry)
    assert not house.publisher.differs(entry)
    assert house.shown() == ("published", 1, 1)
    assert house.kinds() == ["published", "published"]
    assert len({one.id for one in house.told}) == 1, "told twice with one id is told once"
    assert house.agenda.notes() == []


def test_a_new_release_is_one_publication_more(house: House) -> None:
    house.publisher.publish(house.entry())
    house.publisher.publish(house.entry("other"))
    assert house.shown() == ("published", 2, 2)
    assert house.cms.versions("film") == [1, 2]


def test_a_window_opens_and_closes_once_each_and_at_its_time(scheduled: House) -> None:
    scheduled.publisher.publish(scheduled.entry())
    assert scheduled.shown()[0] == "scheduled"
    assert scheduled.after(59) == []
    assert scheduled.shown()[0] == "scheduled"
    assert scheduled.after(1) == ["published"]
    assert scheduled.after(1) == []
    assert scheduled.after(59) == ["expired"]
    assert scheduled.after(60) == []
    assert scheduled.shown() == ("expired", 1, 3)
    assert scheduled.kinds() == ["published", "expired"]


def test_an_outage_over_a_whole_window_ends_expired_and_never_shows_it(scheduled: House) -> None:
    scheduled.publisher.publish(scheduled.entry())
    assert scheduled.after(24 * 60) == ["expired"]
    assert scheduled.shown() == ("expired", 1, 2)


def test_a_cms_that_is_away_when_a_window_opens_is_asked_again(scheduled: House) -> None:
    scheduled.publisher.publish(scheduled.entry())
    scheduled.cms.is_away, scheduled.time = True, START + timedelta(minutes=61)
    failed = [one for _, one in scheduled.publisher.tick()]
    assert [one.code for one in failed if isinstance(one, VodError)] == ["cms_failed"]
    scheduled.cms.is_away = False
    assert scheduled.after(1) == ["published"]


def test_whoever_is_killed_after_the_cms_has_it_is_followed_by_the_next_tick(house: House) -> None:
    house.notes.is_deadly = True
    with pytest.raises(Killed):
        house.publisher.publish(house.entry())
    house.notes.is_deadly, house.told[:] = False, []
    assert house.after(0) == ["published"]
    assert house.shown() == ("published", 1, 1)
    assert house.kinds() == ["published"], "it may not have been told of before"
    assert house.agenda.notes() == []


def test_rolling_back_shows_the_older_release_until_there_is_a_new_one(house: House) -> None:
    first, second = house.entry(), house.entry("other")
    house.publisher.publish(first)
    house.publisher.publish(second)
    house.publisher.roll_back("film", 0, held)
    assert house.shown() == ("published", 1, 3)
    house.publisher.publish(second)
    assert house.shown()[1] == 1, "the same release again does not undo it"
    house.publisher.publish(house.entry("third"))
    assert house.shown()[1] == 3
    assert house.kinds()[-2:] == ["rolled_back", "published"]


def test_rolling_forward_again_needs_no_run(house: House) -> None:
    for words in ("segment", "other"):
        house.publisher.publish(house.entry(words))
    house.publisher.roll_back("film", 1, held)
    house.publisher.roll_back("film", 2, held)
    assert house.shown()[1] == 2


def test_a_title_that_was_taken_down_is_lifted_before_it_is_rolled_back(house: House) -> None:
    house.publisher.publish(house.entry())
    house.publisher.take_down("film", ORDER)
    with pytest.raises(ConfigError, match=r"taken down by legal .*a court order \[title_taken_down\].*--lift"):
        house.publisher.roll_back("film", 1, held)


def test_a_release_that_a_required_origin_lacks_is_not_rolled_back_to(house: House) -> None:
    """Viewers there would find nothing; what was ordered before stands."""
    one, other = MemoryOrigin(), MemoryOrigin()
    house.origin = SeveralOrigins([NamedOrigin("east", one), NamedOrigin("west", other)])  # type: ignore[assignment]
    house.publisher = house.another()
    for words in ("segment", "other"):
        house.publisher.publish(house.entry(words))
    other.remove_release("film", 1)
    with pytest.raises(StoreError, match=r"release 1 is not at origin west \[release_missing\].*--repair"):
        house.publisher.roll_back("film", 1, held)
    record = house.store.record("film")
    assert record is not None
    assert record.held_back is None
    assert house.shown()[1] == 2


@pytest.mark.parametrize("published", [("segment",), ("segment", "third")])
def test_a_release_that_was_kept_away_is_not_rolled_back_to(house: House, published: tuple[str, ...]) -> None:
    """Whether it is the newest, or another one was published since."""
    entries = {words: house.entry(words) for words in ("segment", "other", "third")}
    for words in published:
        house.publisher.publish(entries[words])
    shown = house.shown()
    with pytest.raises(ConfigError, match=r"release 2 .* was never published \[never_published\]"):
        house.publisher.roll_back("film", 2, held)
    assert house.shown() == shown
    assert house.after(10) == []


def test_a_cms_that_forgot_everything_keeps_no_older_release_back(house: House) -> None:
    for words in ("segment", "other"):
        entry = house.entry(words)
        house.publisher.publish(entry)
        with house.store.attempt("film", Recipe("cms_entry", {"of": words})) as attempt:
            document = {"release": release_number(entry), "entry": entry.as_document()}
            house.store.point(house.store.commit(attempt, document))
    house.cms = LoudCms()
    house.publisher = house.another()
    house.publisher.publish(entry)
    house.publisher.roll_back("film", 1, held)
    assert house.shown()[1] == 1


def test_there_is_nothing_before_the_first_release(house: House) -> None:
    house.publisher.publish(house.entry())
    with pytest.raises(ConfigError, match="nothing_to_roll_back"):
        house.publisher.roll_back("film", 0, held)


def test_a_release_that_lost_a_track_is_not_rolled_back_to(house: House) -> None:
    entries = [house.entry(words) for words in ("segment", "other")]
    for entry in entries:
        house.publisher.publish(entry)
    release = made(house.folder / "again").release
    house.origin.remove_track("film", release.tracks[0].digest)
    with pytest.raises(StoreError, match="release_damaged"):
        house.publisher.roll_back("film", 1, held)
    assert house.shown()[1] == 2


def test_a_taken_down_title_cannot_be_fetched_and_its_entry_says_so(house: House) -> None:
    entry = house.entry()
    house.publisher.publish(entry)
    house.publisher.take_down("film", ORDER)
    assert house.shown() == ("taken_down", 1, 2)
    assert house.origin.is_blocked("film")
    house.publisher.publish(entry)
    assert house.shown()[0] == "taken_down", "a run that was on its way does not show it again"
    house.publisher.lift("film")
    assert house.shown() == ("published", 1, 3)
    assert not house.origin.is_blocked("film")
    assert house.kinds()[0] == "published"
    assert "taken_down" in house.kinds()


def test_a_stream_follows_what_is_shown(house: House) -> None:
    entries = [house.entry(words) for words in ("segment", "other")]
    for entry, words in zip(entries, ("first", "second"), strict=True):
        house.stream(entry, words)
        house.publisher.publish(entry)
    assert house.streams.offered == {"film": "second"}
    house.publisher.roll_back("film", 0, held)
    assert house.streams.offered == {"film": "first"}
    house.publisher.take_down("film", ORDER)
    assert house.streams.offered == {}
    house.publisher.lift("film")
    assert house.streams.offered == {"film": "first"}
    house.publisher.end_streams("film")
    house.publisher.settle("film")
    assert house.streams.offered == {}, "its profile asks for it no more"


def test_a_window_that_opens_offers_a_stream_and_one_that_closes_ends_it(scheduled: House) -> None:
    """A server that is away keeps nothing else waiting, and is asked again."""
    entry = scheduled.entry()
    scheduled.stream(entry, "film")
    scheduled.publisher.publish(entry)
    assert scheduled.streams.offered == {}
    scheduled.streams.is_away = True
    assert scheduled.after(60) == ["published"]
    scheduled.streams.is_away = False
    scheduled.after(2)
    assert scheduled.streams.offered == {"film": "film"}
    assert scheduled.after(60) == ["expired"]
    assert scheduled.streams.offered == {}


def test_a_takedown_blocks_the_origin_though_the_cms_is_away(house: House) -> None:
    house.publisher.publish(house.entry())
    house.cms.is_away = True
    with pytest.raises(RemoteError, match="cms_failed"):
        house.publisher.take_down("film", ORDER)
    assert house.origin.is_blocked("film")
    house.cms.is_away = False
    assert house.after(0) == ["taken_down"]
    assert house.shown()[0] == "taken_down"


def test_of_two_publishers_of_one_title_both_end_with_the_same(house: House) -> None:
    house.publisher.publish(house.entry())
    newer = house.entry("other")
    house.cms.before = lambda: house.another().publish(newer)
    house.publisher.publish(newer)
    assert house.shown() == ("published", 2, 2)


def test_a_clock_that_jumped_back_takes_nothing_away(scheduled: House) -> None:
    scheduled.time = START + timedelta(minutes=61)
    scheduled.publisher.publish(scheduled.entry())
    scheduled.time = START
    with pytest.raises(StoreError, match="clock_skewed"):
        scheduled.publisher.settle("film")
    assert scheduled.shown()[0] == "published"


def test_a_clock_that_differs_from_the_stores_publishes_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    agenda = BlobAgenda(disk_store(tmp_path / "agenda", Switch()).blobs)  # type: ignore[attr-defined]
    publisher = Publisher(house.store, house.origin, house.cms, agenda, now=lambda: START)
    with pytest.raises(StoreError, match="clock_skewed"):
        publisher.publish(house.entry())
    assert house.cms.entry("film") is None


def test_a_title_that_nobody_registered_cannot_be_taken_down(house: House) -> None:
    with pytest.raises(ConfigError, match="unknown_title"):
        house.publisher.take_down("other", ORDER)


def test_what_was_never_published_stays_so(house: House) -> None:
    assert house.publisher.settle("film") is None
    assert house.agenda.notes() == []


def test_an_entry_carries_its_policy_in_utc(scheduled: House) -> None:
    scheduled.publisher.publish(scheduled.entry())
    document = scheduled.cms.entry("film")
    assert document is not None
    assert document["publication"]["policy"]["windows"][0]["from"] == "2026-03-01T13:00:00Z"
    assert Policy.model_validate(document["publication"]["policy"]).windows[0].begins == START + timedelta(hours=1)


def test_an_answer_that_is_lost_leads_to_no_second_publication(house: House) -> None:
    entry = house.entry()
    house.cms.is_lost = True
    with pytest.raises(RemoteError, match="cms_unavailable"):
        house.publisher.publish(entry)
    assert house.kinds() == []
    assert house.after(0) == ["published"]
    assert house.shown() == ("published", 1, 1)
    assert (house.kinds(), house.agenda.notes()) == (["published"], [])


def test_a_publisher_that_was_on_its_way_does_not_show_what_was_taken_down_meanwhile(house: House) -> None:
    house.publisher.publish(house.entry())
    newer = house.entry("other")
    house.cms.before = lambda: house.another().take_down("film", ORDER)
    house.publisher.publish(newer)
    assert house.shown()[0] == "taken_down"
    assert house.origin.is_blocked("film")


def test_what_a_killed_publisher_left_half_shown_is_shown_again_under_its_number(house: House) -> None:
    entry = house.entry()
    house.publisher.publish(entry)
    house.cms.is_broken = True
    assert house.publisher.differs(entry)
    house.publisher.publish(entry)
    assert not house.cms.is_broken
    assert house.shown() == ("published", 1, 1)


def test_a_takedown_hides_the_manifests_and_says_so_before_it_moves_the_tracks(house: House) -> None:
    house.publisher.publish(house.entry())
    block, seen = house.origin.block, list[tuple[str, list[int]]]()

    def watched(title: str) -> None:
        seen.append((house.shown()[0], house.origin.releases(title)))
        block(title)

    house.origin.block = watched  # type: ignore[method-assign]
    house.publisher.take_down("film", ORDER)
    assert seen[0] == ("taken_down", [])
    assert house.origin.tracks("film") == []


def test_a_takedown_moves_the_tracks_though_the_cms_is_away(house: House) -> None:
    house.publisher.publish(house.entry())
    house.cms.is_away = True
    with pytest.raises(RemoteError, match="cms_failed"):
        house.publisher.take_down("film", ORDER)
    assert house.origin.tracks("film") == []


def test_a_clock_that_jumped_ahead_opens_no_window(tmp_path: Path) -> None:
    house = House(tmp_path, {"windows": [{"from": "2100-01-01T00:00:00Z"}]})
    house.agenda = BlobAgenda(disk_store(tmp_path / "agenda", Switch()).blobs)  # type: ignore[attr-defined]
    house.time = datetime.now(UTC)
    house.publisher = house.another()
    house.publisher.publish(house.entry())
    notes = house.agenda.notes()
    house.time = datetime(2100, 1, 2, tzinfo=UTC)
    assert [one.code for _, one in house.publisher.tick() if isinstance(one, VodError)] == ["clock_skewed"]
    assert (house.shown()[0], house.agenda.notes()) == ("scheduled", notes)


class Edges:
    """A CDN that remembers what it was told."""

    address = "memory://cdn"

    def __init__(self) -> None:
        self.taken_down: list[bool] = []

    def put_rule(self, title: str, policy: Policy, *, taken_down: bool) -> None:
        self.taken_down.append(taken_down)

    def invalidate(self, paths: object) -> str:
        return "done"


def test_what_fails_of_a_takedown_keeps_the_rest_from_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An origin that is away keeps neither CMS, streams nor CDN, and the next tick does what is left."""
    house.publisher.publish(house.entry())
    house.streams.offered["film"], edges = "digest", Edges()
    publisher = replace(house.publisher, cdn=edges)

    def away(title: str) -> None:
        raise StoreError("store_unreachable", "it is away")

    with monkeypatch.context() as patch:
        patch.setattr(house.origin, "block", away)
        patch.setattr(house.origin, "hide", away)
        with pytest.raises(StoreError, match="store_unreachable"):
            publisher.take_down("film", ORDER)
    assert house.shown()[0] == "taken_down"
    assert (house.streams.offered, edges.taken_down[-1]) == ({}, True)
    assert [one for _, one in publisher.tick()] != []
    assert house.origin.is_blocked("film")
    assert house.agenda.notes() == []


def test_a_clock_that_is_wrong_stops_no_takedown(house: House) -> None:
    house.time = START + timedelta(days=1)
    house.publisher.publish(house.entry())
    house.time = START
    house.publisher.take_down("film", ORDER)
    assert (house.shown()[0], house.origin.is_blocked("film")) == ("taken_down", True)


@pytest.mark.parametrize("before_writing", [True, False])
def test_a_takedown_wins_over_who_was_about_to_publish(house: House, before_writing: bool) -> None:
    house.publisher.publish(house.entry())
    newer = house.entry("other")

    def meanwhile() -> None:
        if before_writing:
            house.another().take_down("film", ORDER)
        else:
            house.store.order("film", {"taken_down": ORDER})

    house.cms.before = meanwhile
    with contextlib.suppress(VodError):
        house.publisher.publish(newer)
    house.after(0)
    assert (house.shown()[0], house.origin.is_blocked("film")) == ("taken_down", True)


def test_a_takedown_that_is_lifted_while_it_is_done_leaves_nothing_blocked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.publisher.publish(house.entry())
    block = house.origin.block

    def slow(title: str) -> None:
        house.time += timedelta(seconds=1)
        house.another().lift(title)
        block(title)

    with monkeypatch.context() as patch:
        patch.setattr(house.origin, "block", slow)
        house.publisher.take_down("film", ORDER)
    house.after(0)
    assert (house.shown()[0], house.origin.is_blocked("film")) == ("published", False)
    assert house.agenda.notes() == []


def test_an_older_release_is_shown_under_the_policy_of_today(house: House) -> None:
    house.publisher.publish(house.entry())
    fenced = house.entry("other").model_copy(update={"policy": {"territories": {"deny": ["US"]}}})
    house.publisher.publish(fenced)
    house.publisher.roll_back("film", 1, held)
    document = house.cms.entry("film")
    assert document is not None
    assert document["release"]["number"] == 1
    assert document["publication"]["policy"] == {"territories": {"deny": ["US"]}}


def test_a_title_that_was_never_published_can_be_taken_down_and_lifted(house: House) -> None:
    house.publisher.take_down("film", ORDER)
    assert house.origin.is_blocked("film")
    assert house.publisher.lift("film") is None
    assert not house.origin.is_blocked("film")
    house.publisher.publish(house.entry())
    assert house.shown()[0] == "published"


def test_an_entry_that_cannot_be_read_keeps_no_other_title_waiting(scheduled: House) -> None:
    scheduled.publisher.publish(scheduled.entry())
    scheduled.store.register(TitleRecord(title_id="aaa", source="file:///aaa.mp4"))
    scheduled.cms.shown["aaa"] = {"title": "aaa", "nonsense": True}
    scheduled.agenda.note("aaa", START)
    scheduled.time += timedelta(minutes=61)
    came = dict(scheduled.publisher.tick())
    wrong, settled = came["aaa"], came["film"]
    assert isinstance(wrong, RemoteError)
    assert wrong.code == "cms_answer_bad"
    assert isinstance(settled, Settled)
    assert settled.kind == "published"


def test_an_approved_release_stays_until_the_next_one_is_approved(tmp_path: Path) -> None:
    """Whoever has to approve is told, and until then nobody fetches what was never approved."""
    house, edges = House(tmp_path, {"sign_off": True}), Edges()
    publisher = replace(house.publisher, cdn=edges)
    first = house.entry()
    publisher.publish(first)
    assert (house.shown()[0], edges.taken_down) == ("awaiting_approval", [True])
    assert first.release is not None
    house.store.order("film", {"approvals": (Approval(by="ann", at="", digest=first.release.digest, number=1),)})
    publisher.settle("film")
    assert (house.shown(), edges.taken_down[-1]) == (("published", 1, 2), False)
    house.told.clear()
    publisher.publish(house.entry("other"))
    assert house.shown()[:2] == ("published", 1)
    assert "awaiting_approval" in house.kinds()
    house.store.order("film", {"approvals": (Approval(by="ann", at=""),)})
    publisher.publish(house.entry("other"))
    assert house.shown()[:2] == ("published", 2)
