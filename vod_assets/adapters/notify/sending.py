"""Sending: one process at a time empties the outbox, each channel by itself, so that none waits for another."""

import hashlib
import re
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from vod_assets.adapters.notify.outbox import BlobOutbox
from vod_assets.domain.events import SEVERITIES, Event, digest
from vod_assets.domain.leases import TitleLease
from vod_assets.domain.letters import CALLBACK, LONGEST_WAIT_SECONDS, Answer, Letter, is_due
from vod_assets.domain.notifying import Notify
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.notices import Channel, IsOver, Patience, Round

CLAIM = "outbox"
STALE_SECONDS = 180.0  # a sender begins nothing after `round_seconds`, and no try lasts a minute
ROUNDS_BETWEEN_SWEEPS = 500
MOST_AT_ONCE = 1_000  # letters of a channel that are read in a round
HOUR_SECONDS, MINUTE_SECONDS = 3_600, 60
DEFAULT = Patience()
_BATCH = re.compile(r"[a-z0-9-]{1,60}")


@dataclass(frozen=True)
class Named:
    """A letter and its file's name."""

    name: str
    letter: Letter

    @property
    def may_fold(self) -> bool:
        """Whether a digest may stand for it."""
        return self.letter.event.kind != "digest" and self.letter.event.severity != SEVERITIES[-1]


class Sender(BlobOutbox):
    """The outbox, and what empties it.

    Args:
        blobs: The storage, from the outbox's own folder on.
        notify: Who is told of what.
        by_name: Every channel; that of callbacks, too.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, blobs: Blobs, notify: Notify, by_name: Mapping[str, Channel], clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(blobs, has_channels=bool(notify.channels))
        self.notify, self.by_name, self.clock = notify, by_name, clock

    def deliver(self, is_over: IsOver, patience: Patience = DEFAULT) -> Round:
        """Send what is due; see `vod_assets.ports.notices.Post`."""
        if self.is_empty():
            return Round()
        with self._claimed() as lease:
            if lease is None:
                return Round(is_ours=False)
            for event in self.new():
                self._sort(event)
            turns = [_Turn(self, name, lease, patience, is_over) for name in self.channels()]
            with ThreadPoolExecutor(max(1, len(turns)), thread_name_prefix="notices") as pool:
                said = list(pool.map(_Turn.taken, turns))
            if not secrets.randbelow(ROUNDS_BETWEEN_SWEEPS):
                self.sweep()
        return Round(sum(turn.sent for turn in turns), tuple(chain.from_iterable(said)))

    def _sort(self, event: Event) -> None:
        """Turn an event into letters."""
        bare = event.with_callback("")
        since = max(1, int(datetime.fromisoformat(event.at).timestamp()))
        letters = [Letter(channel=CALLBACK, event=event)] if event.callback else []
        for name in self.notify.channels_for(event):
            channel = self.by_name.get(name)
            waits = bool(event.batch) and channel is not None and channel.takes_digests
            letters.append(Letter(channel=name, event=bare, due_at=since if waits else 0))
        self.sorted_into(event, letters, _batch_name(event.batch))

    @contextmanager
    def _claimed(self) -> Iterator[TitleLease | None]:
        """Lend the right to send, which nobody else has meanwhile; None while somebody has it."""
        held = self.leases.holder(CLAIM)
        if held is not None and not self._is_stale(held):
            yield None
            return
        lease = self.leases.take(CLAIM, secrets.token_hex(8), socket.gethostname(), after=held)
        try:
            yield lease
        finally:
            if lease is not None:
                self.leases.let_go(lease)

    def _is_stale(self, held: TitleLease) -> bool:
        taken = self.leases.taken_at(held)
        return taken is not None and self.storage_time() - taken > STALE_SECONDS


class _Turn:
    """One channel's turn in a round."""

    def __init__(self, sender: Sender, name: str, lease: TitleLease, patience: Patience, is_over: IsOver) -> None:
        self.sender, self.name, self.lease, self.patience, self.is_over = sender, name, lease, patience, is_over
        self.channel = sender.by_name.get(name)
        self.ends_at = time.monotonic() + patience.round_seconds
        self.sent = 0

    def taken(self) -> list[str]:
        """Send what is due to the channel, and return what failed."""
        if self.channel is not None:
            self._end_batches(self.channel)
        now = int(self.sender.clock())
        if not is_due(self.sender.rests_until(self.name), now):
            return []
        names = [name for due_at, name in self.sender.due(self.name) if is_due(due_at, now)]
        found = [Named(name, letter) for name in names[:MOST_AT_ONCE] if (letter := self.sender.letter(name))]
        found.sort(key=lambda one: one.letter.event.at)
        if self.channel is None:
            for one in found:
                self.sender.buried(one.name, one.letter.dead(Answer("never", "there is no such channel any more")))
            return [f"{self.name}: there is no such channel any more"] if found else []
        if self.channel.takes_digests:
            found = self._folded(self.channel, found)
        return self._sent(self.channel, found)

    def _end_batches(self, channel: Channel) -> None:
        """Write a digest for each batch that has ended, or was gathered for long enough."""
        for batch, letters in self.sender.gathered(self.name).items():
            waited = self.sender.clock() - letters[0][0]
            if waited >= self.sender.notify.digest_minutes * MINUTE_SECONDS or self.is_over(batch):
                names = [name for _, name in letters]
                found = [Named(name, letter) for name in names if (letter := self.sender.letter(name))]
                self._fold(found, f"backfill {batch}")

    def _folded(self, channel: Channel, found: Sequence[Named]) -> list[Named]:
        """Return what is sent now: where too much waits, one digest in place of all that is not critical."""
        now = self.sender.clock()
        left = channel.per_hour - self.sender.sent_in(int(now) // HOUR_SECONDS, self.name)
        many = [one for one in found if one.may_fold]
        others = [one for one in found if not one.may_fold]
        if left <= 0:
            return [one for one in others if one.letter.event.kind != "digest"]
        if len(many) <= min(channel.burst, left):
            return list(found)
        return [*others, self._fold(many, "many events")]

    def _fold(self, found: Sequence[Named], about: str) -> Named:
        events = [one.letter.event for one in found]
        members = hashlib.sha256("\n".join(sorted(event.id for event in events)).encode()).hexdigest()
        at = datetime.fromtimestamp(self.sender.clock(), UTC)
        letter = Letter(channel=self.name, event=digest(f"{self.name} {about} {members}", about, events, at))
        return Named(self.sender.folded([one.name for one in found], letter), letter)

    def _sent(self, channel: Channel, found: Sequence[Named]) -> list[str]:
        failed: list[str] = []
        hour = int(self.sender.clock()) // HOUR_SECONDS
        before = self.sender.sent_in(hour, self.name) if channel.takes_digests else 0
        for one in found:
            if time.monotonic() > self.ends_at or not self.sender.leases.holds(self.lease):
                break
            answer = channel.send(one.letter.event, self.patience)
            self._settle(one, answer)
            if answer.outcome == "taken":
                self.sent += 1
                continue
            failed.append(f"{self.name}: {one.letter.event.id}: {answer.said}")
            if answer.outcome == "later" and self.name != CALLBACK:  # each callback has a receiver of its own
                if answer.wait_seconds:
                    asked = min(answer.wait_seconds, LONGEST_WAIT_SECONDS)
                    self.sender.rest(self.name, int(self.sender.clock()) + asked)
                break
        if self.sent and channel.takes_digests:
            self.sender.count(hour, self.name, before + self.sent)
        return failed

    def _settle(self, one: Named, answer: Answer) -> None:
        if answer.outcome == "taken":
            self.sender.blobs.delete([one.name])
            return
        chance = secrets.randbelow(201) - 100
        later = one.letter.after(answer, int(self.sender.clock()), chance)
        if later is None:
            self.sender.buried(one.name, one.letter.dead(answer))
        else:
            self.sender.replaced(one.name, later)


def _batch_name(batch: str) -> str:
    """Return the name of a batch's folder."""
    return batch if _BATCH.fullmatch(batch) else hashlib.sha256(batch.encode()).hexdigest()[:32]
