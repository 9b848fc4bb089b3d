"""The agenda in a storage that creates a name once: ``agenda/<instant>~<title>.json``, an empty document each."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from vod_assets.domain.title import TITLE_ID, checked_title_id
from vod_assets.ports.agenda import Due
from vod_assets.ports.blobs import Blobs

AGENDA = "agenda/"
BETWEEN, ENDING = "~", ".json"
INSTANT = "%Y%m%dT%H%M%S.%fZ"


class BlobAgenda:
    """Keeps notes beside the artifacts, so that every host sees the same ones.

    Args:
        blobs: The default store's storage.
    """

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    def note(self, title: str, at: datetime) -> Due:
        """Write a note; the instant is a part of its name."""
        moment = at.astimezone(UTC)
        due = Due(f"{AGENDA}{moment.strftime(INSTANT)}{BETWEEN}{checked_title_id(title)}{ENDING}", title, moment)
        self.blobs.create(due.name, b"{}\n")
        return due

    def notes(self) -> list[Due]:
        """Return every note, the earliest first."""
        found = (_read(blob.name) for blob in self.blobs.files(AGENDA))
        return sorted((due for due in found if due is not None), key=lambda due: (due.at, due.title))

    def written_at(self, due: Due) -> float:
        """Return when a note was written, by the storage's clock."""
        blob = self.blobs.stat(due.name)
        return blob.modified_at if blob else 0.0

    def cross_out(self, notes: Iterable[Due]) -> None:
        """Remove notes."""
        self.blobs.delete([due.name for due in notes])

    def forget(self, title: str, but: Collection[Due] = ()) -> None:
        """Remove every note of a title but these."""
        kept = {due.name for due in but}
        self.cross_out(due for due in self.notes() if due.title == title and due.name not in kept)


def _read(name: str) -> Due | None:
    """Return the note of a name; None for what somebody else put there."""
    instant, _, title = name.removeprefix(AGENDA).removesuffix(ENDING).partition(BETWEEN)
    try:
        at = datetime.strptime(instant, INSTANT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Due(name, title, at) if TITLE_ID.fullmatch(title) else None
