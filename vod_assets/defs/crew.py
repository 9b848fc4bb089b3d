"""Who works on the pieces of a title: the step that wants them, and on a farm whoever it asks for help."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from vod_assets.defs.claims import Claiming
from vod_assets.domain.piece_orders import PieceOrder, Spent
from vod_assets.ports.claims import Claims

HELPED_TAG = "vod/helped/"  # and a step, on the step's run: the run's id, and how many seconds others encoded for it
Ask = Callable[[Sequence[PieceOrder], Mapping[str, str]], None]


class Worker(Protocol):
    """Agrees with others about who makes what.

    Attributes:
        name: Empty: there is nobody else.
    """

    name: str

    def claimed(self, piece: str) -> AbstractContextManager[bool]:
        """Claim a piece, and give whether that succeeded."""
        ...

    def noted(self, piece: str) -> Spent:
        """Return what it took another worker to make a piece."""
        ...


class Alone:
    """The only worker there is."""

    name = ""

    @contextmanager
    def claimed(self, piece: str) -> Iterator[bool]:
        """Give that nobody else makes it."""
        yield True

    def noted(self, piece: str) -> Spent:
        """Return that nobody else made anything."""
        return Spent()


@dataclass(frozen=True)
class Crew:
    """Who may work on the pieces of a title.

    Attributes:
        claims: Where workers agree; None: a step makes all its pieces by itself.
        ask: Asks for help with pieces, for a run of these tags; who hears of it, and when, nobody knows.
    """

    claims: Claims | None = None
    ask: Ask = lambda _orders, _tags: None

    @contextmanager
    def at_work(self, title: str, run: str) -> Iterator[Worker]:
        """Join the workers of a run's title, and leave them in the end; what earlier runs left goes."""
        if self.claims is None or not run:
            yield Alone()
            return
        self.claims.clear(title, but=run)
        with Claiming(self.claims, title, run) as worker:
            yield worker


ALONE = Crew()


def helped_tag(step: str, run: str, seconds: float) -> dict[str, str]:
    """Return the tag that says how long others have encoded for a step; runs that are launched again copy tags."""
    return {HELPED_TAG + step: f"{run} {seconds:.1f}"}


def helped_seconds(run: str, tags: Mapping[str, str]) -> float:
    """Return how long others have encoded for a run, as its own tags say."""
    said = (value.partition(" ") for tag, value in tags.items() if tag.startswith(HELPED_TAG))
    return sum(float(seconds) for named, _, seconds in said if named == run)
