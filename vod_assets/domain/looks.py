"""Looks at a watched place: where they stand, what they found, and what became of it."""

import json
from dataclasses import asdict, dataclass

TAKEN, REFUSED, DUPLICATE, VANISHED = "taken", "refused", "duplicate_of", "vanished"


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery.

    Attributes:
        name: Of its mezzanine, below the place's address.
        token: Of all its files as they were then.
        state: ``taken``, ``refused``, ``duplicate_of`` or ``vanished``.
        sidecars: Token of what is in its sidecars.
        version: Of the title.
    """

    name: str
    token: str
    state: str
    reason: str = ""
    title: str = ""
    address: str = ""
    sha256: str = ""
    sidecars: str = ""
    version: str = ""

    @property
    def is_a_version(self) -> bool:
        """Whether a title was made of what ``sha256`` and ``sidecars`` say, whatever has come in its place since."""
        return bool(self.version) and self.state != DUPLICATE

    def same_bytes(self, other: "Outcome") -> bool:
        """Whether mezzanine and sidecars are the same."""
        return (self.sha256, self.sidecars) == (other.sha256, other.sidecars)


@dataclass(frozen=True)
class Stand:
    """Where the looking stands between two ticks: what a sensor's cursor holds.

    Attributes:
        after: The last name that was compared; empty: a look begins.
        began_at: When the look under way began.
        looked_at: When the last complete look began.
        files: How many the look under way has found.
        family: The last family that was decided about, in hex; empty: from the first.
        ticket: Of the tick that wrote this.
        listed_at: When the last complete listing began; for a place that a queue tells of, older than ``looked_at``.
    """

    after: str = ""
    began_at: float = 0.0
    looked_at: float = 0.0
    files: int = 0
    family: str = ""
    ticket: str = ""
    listed_at: float = 0.0

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Stand":
        """Return what a cursor says; a broken or missing one begins anew."""
        try:
            return cls(**json.loads(cursor or "{}"))
        except (TypeError, ValueError):
            return cls()

    @property
    def after_bytes(self) -> bytes:
        """The last name as names are ordered by."""
        return self.after.encode(errors="surrogateescape")

    def as_cursor(self) -> str:
        """Return the cursor."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Looked:
    """What looking at a place, or a part of it, has found.

    Attributes:
        gone: Titles whose source is no longer there.
        is_complete: Whether the look has come to its end.
        is_empty: Whether a complete look found nothing where there was something: most likely nothing is mounted.
        said: What went wrong on the way.
    """

    stand: Stand
    gone: tuple[Outcome, ...]
    is_complete: bool
    is_empty: bool = False
    said: tuple[str, ...] = ()
