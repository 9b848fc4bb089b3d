"""What is to be done to what viewers see, and when: written down before it is begun, crossed out when it is done."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Due:
    """A note that a title is to be brought to what its record, its releases and the clock say.

    Attributes:
        name: What the agenda calls the note.
        title: The title.
        at: From when on (UTC).
    """

    name: str
    title: str
    at: datetime


class Agenda(Protocol):
    """Notes of what is to be done; several writers may note the same, and doing it twice is doing it once."""

    def note(self, title: str, at: datetime) -> Due:
        """Write down that a title is to be looked at from an instant on, and return the note; twice is once."""
        ...

    def notes(self) -> list[Due]:
        """Return every note, the earliest first."""
        ...

    def written_at(self, due: Due) -> float:
        """Return when a note was written: seconds since the epoch, by the storage's clock; 0: it is gone."""
        ...

    def cross_out(self, notes: Iterable[Due]) -> None:
        """Remove notes; one that is gone is passed over."""
        ...

    def forget(self, title: str, but: Collection[Due] = ()) -> None:
        """Remove every note of a title but these."""
        ...
