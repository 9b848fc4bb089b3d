"""The outbox, in a storage that creates a name exactly once: beside the artifacts, so that every host has the same.

::

    notices/new/<id>.json                       an event that nobody has sorted yet
    notices/told/<id>.json                      the event was sorted: told again, it is nothing new
    notices/due/<channel>/<when>-<id>.json      a letter, and when it is tried next
    notices/gathered/<channel>/<batch>/<when>-<id>.json   one that waits for the digest of its backfill
    notices/dead/<channel>/<id>.json            a letter that is tried no more
    notices/rates/<channel>.json                how many notices a channel got in this hour
    notices/rests/<channel>.json                until when a channel wants to be left alone
    notices/wishes/<wish>.json                  whom the end of a run is told that carries the wish's id
    notices/leases/outbox/<number>.json         who sends
    notices/clock/…                             written to learn the storage's time, and removed

Whoever puts an event leaves it in ``new`` first and its mark in ``told`` afterwards, so one that is killed in between
has told all the same. Letters are written before the event is taken from ``new``, and removed when they were taken:
who is killed in between sends twice, under the same id.
"""

import secrets
from collections.abc import Collection, Iterator, Sequence

from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.adapters.notify.notes import WISHES, Notes, written
from vod_assets.domain.errors import StoreError
from vod_assets.domain.events import Event
from vod_assets.domain.letters import Letter, when_and_which
from vod_assets.ports.blobs import Blobs

FOLDER = "notices"
NEW, TOLD, DUE, GATHERED, DEAD, CLOCK = "new/", "told/", "due/", "gathered/", "dead/", "clock/"
MOST_NEW = 10_000
KEPT_SECONDS = 30 * 86_400  # marks of events, dead letters, and wishes
MOST_DEAD = 1_000  # of a channel


class BlobOutbox(Notes):
    """Keeps events and letters.

    Args:
        blobs: The storage, from the outbox's own folder on.
        has_channels: Whether anybody is told of anything; without, only callbacks are kept.
    """

    def __init__(self, blobs: Blobs, *, has_channels: bool = True) -> None:
        super().__init__(blobs)
        self.is_read = has_channels
        self.leases = BlobLeases(blobs)

    def put(self, event: Event) -> bool:
        """Keep an event; see `vod_assets.ports.notices.Outbox`."""
        if not (self.is_read or event.callback) or self.blobs.stat(_told(event.id)):
            return False
        if sum(1 for _ in self.blobs.files(NEW)) >= MOST_NEW:
            cause = f"{MOST_NEW} events wait to be sent in {self.blobs.address}"
            raise StoreError("outbox_full", cause, "Start the sensor notifications, or: vod outbox --send", event.title)
        if not self.blobs.create(_new(event.id), written(event)):
            return False
        if self.blobs.create(_told(event.id), b"{}\n"):
            return True
        self.blobs.delete([_new(event.id)])  # somebody else told of it, and it was sent, while this one looked away
        return False

    def new(self) -> Iterator[Event]:
        """Yield the events that nobody has sorted yet."""
        for blob in list(self.blobs.files(NEW)):
            if found := self.read(blob.name, Event):
                yield found

    def sorted_into(self, event: Event, letters: Sequence[Letter], batch: str) -> None:
        """Write the letters of an event, and take it from the new ones; again, it comes to the same.

        Args:
            event: A new one.
            letters: One a channel; those that have a time wait for the digest of their batch.
            batch: The backfill's id.
        """
        for letter in letters:
            folder = f"{GATHERED}{letter.channel}/{batch}/" if letter.due_at else f"{DUE}{letter.channel}/"
            self.blobs.create(f"{folder}{letter.name}", written(letter))
        self.blobs.create(_told(event.id), b"{}\n")
        self.blobs.delete([_new(event.id)])

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return next(iter(self.blobs.files(NEW)), None) is None and not self.channels()

    def channels(self) -> list[str]:
        """Return the names of the channels that have letters waiting or gathered."""
        return sorted({*self.blobs.folders(DUE), *self.blobs.folders(GATHERED)})

    def due(self, channel: str) -> list[tuple[int, str]]:
        """Return when each letter of a channel is due, and its name, in that order.

        Of two letters of one event, which a killed sender left, the one that is due later is the newer.
        """
        names: dict[str, tuple[int, str]] = {}
        for blob in self.blobs.files(f"{DUE}{channel}/"):
            if found := when_and_which(blob.name):
                before = names.get(found[1])
                names[found[1]] = max(before, (found[0], blob.name)) if before else (found[0], blob.name)
                if before:
                    self.blobs.delete([min(before, (found[0], blob.name))[1]])
        return sorted(names.values())

    def letter(self, name: str) -> Letter | None:
        """Return a letter by its file's name."""
        return self.read(name, Letter)

    def replaced(self, name: str, letter: Letter) -> None:
        """Write a letter under its new time, and take it away under its old one."""
        self.blobs.replace(f"{DUE}{letter.channel}/{letter.name}", written(letter))
        self.blobs.delete([name])

    def buried(self, name: str, letter: Letter) -> None:
        """Put a letter among the dead; of those, a channel keeps the newest."""
        self.blobs.replace(f"{DEAD}{letter.channel}/{letter.event.id}.json", written(letter))
        self.blobs.delete([name])
        kept = sorted(self.blobs.files(f"{DEAD}{letter.channel}/"), key=lambda blob: blob.modified_at)
        self.blobs.delete([blob.name for blob in kept[:-MOST_DEAD]])

    def gathered(self, channel: str) -> dict[str, list[tuple[int, str]]]:
        """Return when each gathered letter of a channel came, and its name, by batch."""
        found: dict[str, list[tuple[int, str]]] = {}
        for blob in self.blobs.walk(f"{GATHERED}{channel}/"):
            if said := when_and_which(blob.name):
                found.setdefault(blob.name.split("/")[-2], []).append((said[0], blob.name))
        return {batch: sorted(names) for batch, names in found.items()}

    def folded(self, names: Collection[str], into: Letter) -> str:
        """Write one letter in place of others, and return its name."""
        name = f"{DUE}{into.channel}/{into.name}"
        self.blobs.create(name, written(into))
        self.blobs.delete(names)
        return name

    def waiting(self) -> list[Letter]:
        """Return the letters that are to be sent; see `vod_assets.ports.notices.Post`."""
        new = [Letter(channel="", event=event) for event in self.new()]
        named = [blob.name for folder in (DUE, GATHERED) for blob in self.blobs.walk(folder)]
        letters = [letter for name in named if (letter := self.letter(name))]
        return [*new, *sorted(letters, key=lambda one: one.due_at)]

    def dead(self) -> list[Letter]:
        """Return the letters that are tried no more."""
        letters = [letter for blob in self.blobs.walk(DEAD) if (letter := self.letter(blob.name))]
        return sorted(letters, key=lambda one: one.event.at)

    def retry(self, ids: Collection[str]) -> list[str]:
        """Have dead letters tried anew, and return the ids of those that there were."""
        found: list[str] = []
        for letter in self.dead():
            if letter.event.id in ids:
                self.replaced(f"{DEAD}{letter.channel}/{letter.event.id}.json", letter.anew())
                found.append(letter.event.id)
        return found

    def storage_time(self) -> float:
        """Return what time it is by the storage's clock, which alone is compared with the times of its files."""
        name = f"{CLOCK}{secrets.token_hex(8)}"
        self.blobs.create(name, b"\n")
        try:
            found = self.blobs.stat(name)
            return found.modified_at if found else 0.0
        finally:
            self.blobs.delete([name])

    def sweep(self) -> None:
        """Remove marks, dead letters and wishes of runs that never were, when they are older than a month."""
        oldest = self.storage_time() - KEPT_SECONDS
        for folder in (TOLD, DEAD, WISHES):
            self.blobs.delete([blob.name for blob in self.blobs.walk(folder) if blob.modified_at < oldest])


def _new(event_id: str) -> str:
    return f"{NEW}{event_id}.json"


def _told(event_id: str) -> str:
    return f"{TOLD}{event_id}.json"
