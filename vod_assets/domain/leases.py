"""Who works on a title, whether a run still lives, and what becomes of a title whose run died.

No two clocks are ever compared. A run that lives counts up; whoever watches it notes, by its own clock, since when the
count has stood still. So it does not matter what time another host, or the store, takes it for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from vod_assets.domain.documents import Document

BEAT_SECONDS = 4.0
DEAD_AFTER_SECONDS = 20.0  # five beats: one may take long on a busy share
SILENT_AFTER_SECONDS = 25.0  # a run that has started gives its first beat within seconds
UNBORN_AFTER_SECONDS = 90.0  # a run that is being launched imports Dagster first, on a busy machine perhaps
WATCH_GAP_SECONDS = 75.0  # after a longer pause the watcher cannot tell a dead run from a pause of everything
MOST_TRIES = 3
COMMAND = "vod-"  # in place of a run's id: what a command that holds a title is called begins so

Answer = Literal["again", "superseded", "quarantined"]
PATIENCE_SECONDS = {"beat": DEAD_AFTER_SECONDS, "silent": SILENT_AFTER_SECONDS, "unborn": UNBORN_AFTER_SECONDS}


class Beat(Document):
    """A sign of life of a run; it is taken away when the run ends by itself.

    Attributes:
        title: What it works on; empty when that is no title.
        count: Changes while the run lives.
        executor: The process that executes the run, as a run's tags name it; those of its steps give signs too.
    """

    run: str
    title: str = ""
    count: int = 0
    executor: dict[str, str] = {}

    @property
    def is_of_a_command(self) -> bool:
        """Whether a command gives it, which holds a title and is no run."""
        return self.run.startswith(COMMAND)

    @property
    def host(self) -> str:
        """Where the run is executed."""
        return self.executor.get("vod/host", "another host")


class TitleLease(Document):
    """The right of one run to work on a title; a higher number ends all lower ones."""

    title: str
    number: int
    run: str
    host: str = ""


class Quarantine(Document):
    """A title that killed its runs: none is started before a person says so."""

    title: str
    cause: str
    runs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Watched:
    """What somebody has seen of a run last, and since when by that watcher's clock it is the same."""

    sign: str
    since: float

    @property
    def is_dead_after_seconds(self) -> float:
        """How long the same sign may be seen."""
        return PATIENCE_SECONDS[self.sign.partition(" ")[0]]


@dataclass(frozen=True)
class Watch:
    """What a watcher remembers from one look to the next.

    Attributes:
        looked_at: When it looked last, by its clock.
    """

    seen: Mapping[str, Watched]
    looked_at: float

    @classmethod
    def new(cls) -> Self:
        """Return the memory of one who has seen nothing yet."""
        return cls({}, float("-inf"))

    def after(self, signs: Mapping[str, str], now: float) -> "Watch":
        """Return the memory after one more look.

        After a pause (the daemon was down, the store away) everything counts as seen for the first time: runs that
        could give no sign meanwhile are given the time to.
        """
        known = self.seen if 0 <= now - self.looked_at <= WATCH_GAP_SECONDS else {}
        fresh = {run: Watched(sign, now) for run, sign in signs.items()}
        same = {run: known[run] for run, sign in signs.items() if run in known and known[run].sign == sign}
        return Watch({**fresh, **same}, now)

    def dead(self) -> list[str]:
        """Return the runs that have given the same sign for too long."""
        return [run for run, one in self.seen.items() if self.looked_at - one.since >= one.is_dead_after_seconds]


@dataclass(frozen=True)
class LaterRun:
    """A run of the same title that was created after one that died.

    Attributes:
        is_void: Whether it was not let in, and is not started again by itself: it has made nothing, and will not.
    """

    after: str
    assets: frozenset[str] | None
    is_void: bool = False


@dataclass(frozen=True)
class DeadRun:
    """A run that died.

    Attributes:
        tries: How many runs were started for what it was to make, itself included.
        assets: What it was to make; None: everything.
        is_wanted: Whether its title is still registered.
    """

    run: str
    tries: int
    assets: frozenset[str] | None = None
    is_wanted: bool = True


def answer(dead: DeadRun, later: Sequence[LaterRun]) -> tuple[Answer, bool]:
    """Return what becomes of what a dead run was to make, and whether that is still to be done."""
    if any(run.after == dead.run for run in later):
        return "again", False
    if not dead.is_wanted or any(_covers(run.assets, dead.assets) for run in later if not run.is_void):
        return "superseded", False
    return ("again", True) if dead.tries < MOST_TRIES else ("quarantined", True)


def _covers(assets: frozenset[str] | None, wanted: frozenset[str] | None) -> bool:
    return assets is None or (wanted is not None and wanted <= assets)
