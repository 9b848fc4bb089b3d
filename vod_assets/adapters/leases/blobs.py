"""Leases in a storage that creates a name exactly once.

::

    leases/<title>/<number>.json    who works on the title; the highest number holds
    beats/<run>.json                sign of life of a run, which alone writes it
    quarantined/<title>.json        why no run of the title is started

A lease is created once and never written again, only removed: by its holder, or by the one who took the title over,
before that one begins. So a holder that was taken for dead, and comes back, finds its lease gone for good.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import StoreError
from vod_assets.domain.leases import Beat, Quarantine, TitleLease
from vod_assets.domain.title import checked_title_id
from vod_assets.ports.blobs import Blobs

BEATS = "beats/"
LEASES = "leases/"
QUARANTINED = "quarantined/"
WRITES = 3  # a folder may vanish under a writer, when another run's last file in it is removed

Kind = TypeVar("Kind", bound=Document)
Result = TypeVar("Result")


class BlobLeases:
    """Keeps leases, signs of life and quarantines.

    Args:
        blobs: Where.
        root: Folder of them there, which ends with ``/``; empty: the storage's own.
    """

    def __init__(self, blobs: Blobs, root: str = "") -> None:
        self.blobs, self.root = blobs, root

    def beat(self, beat: Beat) -> None:
        """Write a sign of life."""
        _persistently(lambda: self.blobs.replace(self._beat_name(beat.run), _written(beat)))

    def beat_of(self, run: str) -> Beat | None:
        """Return the last sign of life of a run."""
        return self._read(self._beat_name(run), Beat)

    def beats(self) -> list[Beat]:
        """Return the last sign of life of every run."""
        return self._all(self.root + BEATS, Beat)

    def stop(self, run: str) -> None:
        """Take a run's sign of life away."""
        self.blobs.delete([self._beat_name(run)])

    def holder(self, title: str) -> TitleLease | None:
        """Return the lease with the highest number."""
        return _highest(self._leases(title))

    def take(self, title: str, run: str, host: str, after: TitleLease | None) -> TitleLease | None:
        """Create the next number, then remove all lower ones: whoever held them learns it before this one begins.

        Whoever finds that the title changed hands since it looked draws back, and leaves it to the other.
        """
        before = self._leases(title)
        if _highest(before) != after:
            return None
        lease = TitleLease(title=title, number=after.number + 1 if after else 1, run=run, host=host)
        if not _persistently(lambda: self.blobs.create(self._lease_name(lease), _written(lease))):
            return None
        if any(one != lease and one not in before for one in self._leases(title)):
            self.let_go(lease)
            return None
        self.blobs.delete([self._lease_name(one) for one in before])
        return lease

    def holds(self, lease: TitleLease) -> bool:
        """Whether the lease's file is there, and says the same: a number may have been given anew."""
        return self._read(self._lease_name(lease), TitleLease) == lease

    def taken_at(self, lease: TitleLease) -> float | None:
        """Return when a lease was taken, by the storage's clock; None when it stands no longer."""
        found = self.blobs.stat(self._lease_name(lease))
        return found.modified_at if found else None

    def let_go(self, lease: TitleLease) -> None:
        """Remove the lease, if it still stands."""
        if self.holds(lease):
            self.blobs.delete([self._lease_name(lease)])

    def quarantine(self, quarantine: Quarantine) -> None:
        """Write why a title is not worked on."""
        _persistently(lambda: self.blobs.replace(self._quarantine_name(quarantine.title), _written(quarantine)))

    def quarantine_of(self, title: str) -> Quarantine | None:
        """Return why a title is not worked on."""
        return self._read(self._quarantine_name(title), Quarantine)

    def quarantines(self) -> list[Quarantine]:
        """Return every quarantine, by title."""
        return sorted(self._all(self.root + QUARANTINED, Quarantine), key=lambda one: one.title)

    def lift(self, title: str) -> None:
        """Remove a title's quarantine."""
        self.blobs.delete([self._quarantine_name(title)])

    def _folder(self, title: str) -> str:
        return f"{self.root}{LEASES}{checked_title_id(title)}/"

    def _lease_name(self, lease: TitleLease) -> str:
        return f"{self._folder(lease.title)}{lease.number:08d}.json"

    def _beat_name(self, run: str) -> str:
        return f"{self.root}{BEATS}{run}.json"

    def _quarantine_name(self, title: str) -> str:
        return f"{self.root}{QUARANTINED}{checked_title_id(title)}.json"

    def _leases(self, title: str) -> list[TitleLease]:
        return self._all(self._folder(title), TitleLease)

    def _all(self, prefix: str, kind: type[Kind]) -> list[Kind]:
        found: Iterable[Kind | None] = [self._read(blob.name, kind) for blob in self.blobs.walk(prefix)]
        return [one for one in found if one is not None]

    def _read(self, name: str, kind: type[Kind]) -> Kind | None:
        data = self.blobs.read(name)
        if data is None:
            return None
        try:
            return kind.model_validate_json(data)
        except ValueError as error:
            cause = f"{name} of {self.blobs.address} cannot be read"
            raise StoreError("store_damaged", cause, "Remove it and run again") from error


def _persistently(write: Callable[[], Result]) -> Result:
    for _ in range(WRITES - 1):
        try:
            return write()
        except StoreError as error:
            if error.code != "store_failed":
                raise
    return write()


def _highest(leases: Iterable[TitleLease]) -> TitleLease | None:
    return max(leases, key=lambda lease: lease.number, default=None)


def _written(document: Document) -> bytes:
    return document.model_dump_json(indent=1).encode() + b"\n"
