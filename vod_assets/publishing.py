"""The one place that moves what viewers see: publishing, schedules, rolling back, taking down.

What is to be seen of a title follows from its record (policy, approvals, orders of operators), its releases and the
clock. `Publisher.settle` brings CMS, origin and CDN there from wherever they are, so it may be done again at any time:
a note on the agenda is written before, and crossed out after everything is done. Whoever is killed in between leaves
the note, and the next tick goes on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import sample

from vod_assets.deliveries import Deliveries
from vod_assets.domain import events
from vod_assets.domain.approvals import awaits_approval
from vod_assets.domain.catalogue import Entry, pointed_at
from vod_assets.domain.entries import (
    effective,
    instant_of,
    paths_of,
    publication_of,
    read_shown,
    release_digest,
    release_number,
    says_the_same,
    state_of,
    told_of,
)
from vod_assets.domain.errors import ConfigError, RemoteError, StoreError, VodError
from vod_assets.domain.events import Event
from vod_assets.domain.orders import HeldBack, TakenDown, number_to_show
from vod_assets.domain.publication import SHOWN, WITHHELD, Publication, event_of, status_of
from vod_assets.domain.title import ORDERS, TitleRecord
from vod_assets.domain.verdicts import next_change
from vod_assets.offering import Offering
from vod_assets.ports import Agenda, ArtifactStore, Cdn, Cms, Due, Origin
from vod_assets.releasing import load_release, whole_release

ASSET = "cms_entry"
SKEW_SECONDS = 60
LOOKED_BACK = 50  # revisions of an entry that are searched for an older release
STREAM_AGAIN = timedelta(minutes=1)  # an RTSP server that is away keeps nothing else waiting
TIMES_TRIED = 3  # a conflict is looked at again: another publisher may have done the same


@dataclass(frozen=True)
class Settled:
    """What a title was brought to.

    Attributes:
        entry: What the CMS holds now.
        address: Where it is shown, when it was changed.
        kind: What happened, as notifications call it; empty: nothing.
    """

    entry: Entry
    address: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Noted:
    """What was written down before a title is changed.

    Attributes:
        notes: Crossed out when everything is done.
        at: The instant, by this machine's clock once it was compared with the store's.
        began: The same by the clock that nobody sets.
        is_late: Whether somebody else wrote the notes, who may have got anywhere.
    """

    notes: Sequence[Due]
    at: datetime
    began: float = field(default_factory=time.monotonic)
    is_late: bool = False

    def now(self) -> datetime:
        """Return what time it is, whatever became of this machine's clock since it was compared."""
        return self.at + timedelta(seconds=time.monotonic() - self.began)


def nobody(_event: Event) -> None:
    """Tell nobody."""


def clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Publisher:
    """Brings what viewers see to what a title's record, its releases and the clock say.

    Attributes:
        cdn: What stands before the origin, if anything does.
        rtsp: Offers titles over RTSP as they are shown, if anything does.
        deliveries: The repackagers that lose what was delivered of a title that is taken down, if there are any.
        tell: Is told what happened, at least once each.
        now: The clock.
    """

    store: ArtifactStore
    origin: Origin
    cms: Cms
    agenda: Agenda
    cdn: Cdn | None = None
    rtsp: Offering | None = None
    deliveries: Deliveries | None = None
    tell: Callable[[Event], object] = nobody
    now: Callable[[], datetime] = field(default=clock)

    def differs(self, entry: Entry) -> bool:
        """Whether the CMS holds something else than it would after `publish`, or shows it wrongly."""
        current = self._current(entry.title)
        if current is None or not says_the_same(
            current, self._wanted(entry, self._record(entry.title), self.now(), current)
        ):
            return True
        return bool(self.cms.faults(entry.title))

    def wanted(self, entry: Entry) -> Entry:
        """Return what the CMS is to hold of an entry now, as far as policy and operators allow; without its number."""
        return self._wanted(entry, self._record(entry.title), self.now(), self._current(entry.title))

    def shown(self, title: str) -> Entry | None:
        """Return what the CMS holds of a title."""
        return self._current(title)

    def publish(self, entry: Entry) -> Settled:
        """Have a title shown as an entry says, as far as its policy and its operators allow.

        Raises:
            RemoteError: ``cms_conflict``: somebody else has published the title meanwhile; and those of the CMS.
            StoreError: ``clock_skewed``; and those of the origin.
        """
        return self._brought(entry.title, entry, self._noted(entry.title))

    def settle(self, title: str) -> Settled | None:
        """Bring a title to what its record and the clock say now; None: it was never published."""
        return self._settled(title, self._noted(title))

    def tick(self, is_over: Callable[[], bool] = lambda: False) -> Iterator[tuple[str, Settled | VodError | None]]:
        """Settle every title that is due, and yield what became of each; one that fails stays due."""
        now = self.now()
        due: dict[str, list[Due]] = {}
        for note in self.agenda.notes():
            if note.at <= now:
                due.setdefault(note.title, []).append(note)
        for title in sample(sorted(due), len(due)):  # so that some that fail slowly keep no other waiting for ever
            if is_over():
                return
            try:
                ours = self._noted(title)  # written by the storage's clock, to compare this machine's with
                self.agenda.cross_out(ours.notes)
                yield title, self._settled(title, replace(ours, notes=due[title], is_late=True))
            except VodError as error:
                yield title, error.about(title=title)

    def keep_streams(self) -> list[str]:
        """Start the streams that this machine should publish and does not, and return their titles."""
        return self.rtsp.server.revive() if self.rtsp is not None else []

    def end_streams(self, title: str) -> None:
        """Offer a title over RTSP no more whose profile asks for it no more."""
        if self.rtsp is not None and self.rtsp.ledger.made(title).streams:
            self.rtsp.forget(title)

    def take_down(self, title: str, order: TakenDown) -> Settled | None:
        """Have nobody fetch anything of a title from now on; its files are kept. Whatever fails, the rest is done.

        Raises:
            VodError: Of the first part that could not be done; it is tried again with every tick.
        """
        self._order(title, taken_down=order)
        now = self.now()
        return self._settled(title, Noted([self.agenda.note(title, now)], now))  # whatever the clocks say

    def lift(self, title: str) -> Settled | None:
        """Let a title that was taken down be seen again, as its policy says."""
        self._order(title, taken_down=None)
        return self.settle(title)

    def roll_back(self, title: str, number: int, order: Callable[[int, int], HeldBack]) -> Settled:
        """Have an older release shown, until one is made that is newer than all of today's.

        Args:
            title: The title.
            number: Of the release; 0: the one before what is shown.
            order: Returns who says so, of the number and the newest one.

        Raises:
            ConfigError: ``nothing_to_roll_back``, ``never_published``, ``title_taken_down``.
            StoreError: ``release_missing``, ``release_corrupt``, ``release_damaged``.
        """
        if (taken_down := self._record(title).taken_down) is not None:
            remedy = f"Lift that first: vod takedown {title} --lift"
            raise ConfigError("title_taken_down", f"it was {taken_down}", remedy, title)
        numbers = self.origin.releases(title)
        wanted = number or self._one_before(title, numbers)
        whole_release(self.origin, title, wanted)
        newest = max(numbers)
        base = self._base(title)
        if base is None:
            raise ConfigError("nothing_to_roll_back", "nothing of it is published", "Publish it first", title)
        older = self._published(title, wanted)
        if older is None:
            self._require_ever_published(base, wanted)
        before = self._record(title).held_back
        self._order(title, held_back=None if wanted == newest else order(wanted, newest))
        try:
            self._require_kept(title, wanted)
        except VodError:
            self._order(title, held_back=before)
            raise
        older = older or self._pointed_at(base, wanted)
        return self.publish(older.model_copy(update={"policy": base.policy}))

    def _settled(self, title: str, noted: Noted) -> Settled | None:
        if self._record(title).taken_down is not None:
            return self._withdrawn(title, noted.notes)
        base = self._base(title)
        if base is None:
            self._unblock(title)
            self.agenda.cross_out(noted.notes)
            return None
        return self._brought(title, base, noted)

    def _brought(self, title: str, base: Entry, noted: Noted) -> Settled:
        """Bring everything to what is wanted; operators may change that meanwhile.

        Args:
            title: The title.
            base: What is shown of it as far as may be.
            noted: What was written down before.
        """
        for tried in range(1, TIMES_TRIED + 1):
            record = self._record(title)
            if record.taken_down is not None:
                return self._withdrawn(title, noted.notes) or Settled(base)
            is_late = noted.is_late or tried > 1
            settled = self._shown_as_wanted(title, base, noted.now(), is_late=is_late)
            if _orders(self._record(title)) == _orders(record):
                break
        else:
            return settled  # the notes stay: whoever gives orders all the time is followed by the next tick
        self.agenda.cross_out(noted.notes)
        return settled

    def _shown_as_wanted(self, title: str, base: Entry, now: datetime, *, is_late: bool) -> Settled:
        self._unblock(title)
        before, after, address = self._written(title, base, now)
        if release_number(after) != release_number(base) and awaits_approval(
            self._record(title), release_digest(base), effective(self._record(title), base)
        ):
            self.tell(events.awaiting_approval(title, release_number(base), now))
        self._guard_edges(title, publication_of(after), is_changed=bool(address) or is_late)
        self._stream(title, after)
        kind = self._told(title, before, after)
        if (change := next_change(publication_of(after).policy, now)) is not None:
            self.agenda.note(title, change)
        return Settled(after, address, kind)

    def _stream(self, title: str, shown: Entry) -> None:
        """Have what is offered over RTSP follow what is shown; what must not be offered is taken away at once."""
        if self.rtsp is None:
            return
        if not shown.is_shown:
            self.rtsp.withdraw(title)
            return
        try:
            self.rtsp.settle(title)
        except VodError:
            self.agenda.note(title, self.now() + STREAM_AGAIN)

    def _withdrawn(self, title: str, notes: Sequence[Due]) -> Settled | None:
        """Let nobody fetch a title, and say so everywhere; what fails of it keeps the rest from nothing.

        Raises:
            VodError: Of the first part that failed; the notes stay, so that it is tried again with every tick.
        """
        failed: list[VodError] = []
        withdrawn = Publication(status="taken_down")
        settled: list[Settled] = []

        def part(work: Callable[[], object]) -> None:
            try:
                work()
            except VodError as error:
                failed.append(error)

        part(lambda: self.origin.hide(title))  # the rest may take minutes
        part(lambda: settled.extend(self._said_so(title)))
        part(lambda: self._guard_edges(title, withdrawn, is_changed=True))
        if self.rtsp is not None:
            part(partial(self.rtsp.server.unregister, title))  # also what another machine registered
        part(lambda: self.origin.block(title))
        if self.deliveries is not None:
            part(partial(self.deliveries.withdraw, title))
        part(lambda: self._guard_edges(title, withdrawn, is_changed=True))  # an edge may have fetched meanwhile
        if failed:
            raise failed[0].about(title=title)
        if self._record(title).taken_down is not None:  # else it was lifted meanwhile, and the next tick shows it
            self.agenda.cross_out(notes)
        return settled[0] if settled else None

    def _said_so(self, title: str) -> Iterator[Settled]:
        """Have the CMS say that a title is taken down, if it has anything of it."""
        base = self._base(title)
        if base is not None:
            before, after, address = self._written(title, base, self.now())
            yield Settled(after, address, self._told(title, before, after))

    def _told(self, title: str, before: Entry | None, after: Entry) -> str:
        """Tell people what happened, and return it."""
        kind = event_of(state_of(before), state_of(after) or (SHOWN, 0))
        if (event := told_of(kind, self._record(title), before, after)) is not None:
            self.tell(event)
        return kind

    def _unblock(self, title: str) -> None:
        """Show the files of a title that is no longer taken down, before an entry leads there again."""
        if self._record(title).taken_down is None and self.origin.is_blocked(title):
            self.origin.unblock(title)
            if self._record(title).taken_down is not None:  # meanwhile
                self.origin.block(title)

    def _guard_edges(self, title: str, publication: Publication, *, is_changed: bool) -> None:
        """Tell the CDN who may fetch a title, and to forget what it holds of it."""
        if self.cdn is None:
            return
        self.cdn.put_rule(title, publication.policy, taken_down=publication.status in WITHHELD)
        if is_changed:
            self.cdn.invalidate(paths_of(title, publication.status))

    def _written(self, title: str, base: Entry, now: datetime) -> tuple[Entry | None, Entry, str]:
        """Have the CMS hold what is wanted, and return what it held before, what it holds now, and where if changed.

        The record is read after the entry: an order is written before its entry, so that who does not see the order
        does not overwrite that entry either.
        """
        for tried in range(1, TIMES_TRIED + 1):
            current = self._current(title)
            wanted = self._wanted(base, self._record(title), now, current)
            if current is not None and says_the_same(current, wanted):
                return self._before(current), current, self._mended(title)
            seen = publication_of(current).revision
            taken = max(self.cms.versions(title), default=0) if current is None or tried > 1 else 0
            if publication_of(wanted).status != "taken_down":
                self._require_steady(current, now)
            said = {"revision": max(seen, taken) + 1, "at": now.isoformat(timespec="seconds")}
            numbered = wanted.model_copy(update={"publication": publication_of(wanted).model_copy(update=said)})
            try:
                return current, numbered, self.cms.publish(numbered.as_document(), replaces=seen)
            except RemoteError as error:
                if error.code != "cms_conflict" or tried == TIMES_TRIED:
                    raise
        raise AssertionError("the last try returns, or its error is raised")

    def _mended(self, title: str) -> str:
        """Have an entry shown again that the CMS shows wrongly, as whoever was killed leaves it; return where."""
        document = self.cms.entry(title) if self.cms.faults(title) else None
        return self.cms.publish(document) if document is not None else ""

    def _wanted(self, base: Entry, record: TitleRecord, now: datetime, current: Entry | None = None) -> Entry:
        """Return what the CMS is to hold, without its number; until a release is approved, the approved one stays."""
        number = number_to_show(base.release.number, record.held_back) if base.release else 0
        entry = base if base.release is None or number == base.release.number else self._older(base, number)
        policy = effective(record, base)
        waits = awaits_approval(record, release_digest(entry), policy)
        if waits and current is not None and not awaits_approval(record, release_digest(current), policy):
            entry, waits = current, False
        status = status_of(policy, now, approved=not waits, taken_down=record.taken_down is not None)
        lineage = publication_of(entry).lineage
        return entry.model_copy(
            update={
                "policy": base.policy,
                "publication": Publication(status=status, policy=policy, lineage=lineage),
            }
        )

    def _older(self, base: Entry, number: int) -> Entry:
        """Return what was published of an older release, or the newest entry that points there."""
        return self._published(base.title, number) or self._pointed_at(base, number)

    def _pointed_at(self, base: Entry, number: int) -> Entry:
        return pointed_at(base, load_release(self.origin, base.title, number), self.origin.url)

    def _published(self, title: str, number: int) -> Entry | None:
        """Return what the CMS remembers to have held of a release."""
        for revision in sorted(self.cms.versions(title), reverse=True)[:LOOKED_BACK]:
            entry = read_shown(self.cms.version(title, revision))
            if entry is not None and release_number(entry) == number:
                return entry
        return None

    def _require_ever_published(self, base: Entry, number: int) -> None:
        """Return unless a release of which the CMS remembers nothing was never published.

        What kept it away, rolling back does not get round. A CMS that forgets is no reason to refuse an older one.

        Raises:
            ConfigError: ``never_published``.
        """
        title = base.title
        remembers_all = 0 < len(self.cms.versions(title)) <= LOOKED_BACK
        if number <= release_number(base) and not remembers_all:
            return
        if number in self._entries_made(title):
            return
        cause = f"release {number} is at the origin, and was never published"
        remedy = "Name another one, or publish it first, as `vod run-workflow` does"
        raise ConfigError("never_published", cause, remedy, title)

    def _entries_made(self, title: str) -> Iterator[int]:
        """Yield of which releases the store has an entry."""
        for recipe_id in self.store.view(title).recipes(ASSET):
            made = self.store.provenance(title, ASSET, recipe_id)
            if made is not None:
                yield made.artifact.document["release"]

    def _base(self, title: str) -> Entry | None:
        """Return the entry of the newest release that was published, whatever is shown now."""
        current, made = self._current(title), self.store.latest(title, ASSET)
        said = made.document.get("entry") if made is not None else None
        entry = read_shown(said)
        return max((one for one in (current, entry) if one is not None), key=release_number, default=None)

    def _current(self, title: str) -> Entry | None:
        return read_shown(self.cms.entry(title))

    def _before(self, current: Entry) -> Entry | None:
        """Return what the CMS held before what it holds, as far as it keeps that."""
        revision = publication_of(current).revision
        return read_shown(self.cms.version(current.title, revision - 1)) if revision > 1 else None

    def _record(self, title: str) -> TitleRecord:
        return self.store.record(title) or TitleRecord(title_id=title, source="")

    def _require_kept(self, title: str, number: int) -> None:
        """Return when every required origin has a release still; `vod gc` heeds the order from now on.

        Raises:
            StoreError: ``release_missing``.
        """
        for name, origin in self.origin.required().items():
            if number not in origin.releases(title):
                where = f"origin {name}" if name else self.origin.address
                lists = f"`vod releases {title}` lists those that are there"
                remedy = f"{lists}; with --repair it fills an origin from another one" if name else lists
                raise StoreError("release_missing", f"release {number} is not at {where}", remedy, title)

    def _order(self, title: str, **orders: object) -> None:
        if self.store.order(title, orders) is None:
            raise ConfigError("unknown_title", "no such title is registered", "`vod titles list` lists them", title)

    def _noted(self, title: str) -> Noted:
        """Write down that a title is about to be changed, and return that.

        Raises:
            StoreError: ``clock_skewed``.
        """
        now, began = self.now(), time.monotonic()
        note = self.agenda.note(title, now)
        written = self.agenda.written_at(note)
        if written and abs(written - now.timestamp()) > SKEW_SECONDS:
            self.agenda.cross_out([note])
            cause = f"this machine's clock is {abs(written - now.timestamp()):.0f} s away from that of the store"
            raise StoreError("clock_skewed", cause, "Set the clock (NTP), then publish again", title)
        return Noted([note], now, began)

    def _require_steady(self, current: Entry | None, now: datetime) -> None:
        """Refuse to go back in time: what was published by a later clock would be taken back, and then shown again."""
        at = publication_of(current).at if current else ""
        if at and (instant_of(at) - now).total_seconds() > SKEW_SECONDS:
            cause = f"it was published at {at}, and this machine's clock says {now.isoformat(timespec='seconds')}"
            raise StoreError("clock_skewed", cause, "Set the clock (NTP), then publish again")

    def _one_before(self, title: str, numbers: Sequence[int]) -> int:
        current = self._current(title)
        shown = current.release.number if current and current.release else 0
        older = [number for number in numbers if number < shown]
        if not older:
            cause = f"there is no release before {shown}" if shown else "nothing of it is published"
            raise ConfigError("nothing_to_roll_back", cause, "`vod releases` lists what is there", title)
        return max(older)


def _orders(record: TitleRecord) -> list[object]:
    return [getattr(record, name) for name in ORDERS]
