"""Who works on a title, and signs of life."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from vod_assets.domain.leases import Beat, Quarantine, TitleLease

IsHeld = Callable[[], bool]  # whether nobody else has taken the title
Hold = Callable[[str], AbstractContextManager[IsHeld]]  # holds a title, unless a run has it


class Leases(Protocol):
    """Kept where artifacts are kept, so that every host that works on a title asks the same place.

    What cannot be read or written is a `StoreError`.
    """

    def beat(self, beat: Beat) -> None:
        """Give a sign of life."""
        ...

    def beat_of(self, run: str) -> Beat | None:
        """Return the last sign of life of a run that has not ended by itself."""
        ...

    def beats(self) -> list[Beat]:
        """Return the last sign of life of every run that has not ended by itself."""
        ...

    def stop(self, run: str) -> None:
        """Take a run's sign of life away: it has ended."""
        ...

    def holder(self, title: str) -> TitleLease | None:
        """Return who may work on a title."""
        ...

    def take(self, title: str, run: str, host: str, after: TitleLease | None) -> TitleLease | None:
        """Take a title that nobody holds, or the one who is named no longer; None when somebody else was quicker."""
        ...

    def holds(self, lease: TitleLease) -> bool:
        """Whether a lease still stands; once it does not, it never does again."""
        ...

    def let_go(self, lease: TitleLease) -> None:
        """Give a title back."""
        ...

    def quarantine(self, quarantine: Quarantine) -> None:
        """Keep a title from being worked on."""
        ...

    def quarantine_of(self, title: str) -> Quarantine | None:
        """Return why a title is not worked on."""
        ...

    def quarantines(self) -> list[Quarantine]:
        """Return every quarantine, by title."""
        ...

    def lift(self, title: str) -> None:
        """End a title's quarantine."""
        ...
