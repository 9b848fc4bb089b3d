"""What a report of the operation consists of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vod_assets.domain.operating_facts import RunFact


@dataclass(frozen=True)
class Window:
    """From when to when runs were created; ``until`` itself is outside."""

    since: datetime
    until: datetime

    def holds(self, seconds: float) -> bool:
        """Whether an instant lies in it."""
        return self.since.timestamp() <= seconds < self.until.timestamp()


@dataclass(frozen=True)
class Work:
    """What encoding came to.

    Attributes:
        media_seconds: Of programme; rungs of one codec that one run made count once.
        encode_seconds: By the clock.
        cpu_seconds: Of the encoders' processes, each once.
    """

    makes: int = 0
    reused: int = 0
    media_seconds: float = 0.0
    encode_seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def real_time_factor(self) -> float | None:
        """Seconds of programme for each second of encoding: above 1, quicker than it plays. None: nothing encoded."""
        return self.media_seconds / self.encode_seconds if self.encode_seconds else None


@dataclass(frozen=True)
class TitleLine:
    """One title in the window; instants are ISO 8601 in UTC, empty where there is none."""

    title: str
    profile: str
    last_state: str
    last_run: str
    last_ended_at: str
    last_code: str
    last_cause: str
    runs: int
    succeeded: int
    failed: int
    cancelled: int
    retries: int
    waited_seconds: float
    worked_seconds: float
    work: Work
    made: int
    reused: int
    stored_bytes: int
    delivered_bytes: int
    cost: Mapping[str, float]


@dataclass(frozen=True)
class FailureLine:
    """A cause that runs failed by.

    Attributes:
        who: Must act.
        titles: The first of them, sorted; ``titles_count`` counts all.
        cause: What the last one said.
    """

    code: str
    who: str
    runs: int
    titles: tuple[str, ...]
    titles_count: int
    cause: str


@dataclass(frozen=True)
class GroupLine:
    """A group of assets: how much of it was made, how much reused, and what was stored of it in the window."""

    group: str
    made: int
    reused: int
    stored_bytes: int


@dataclass(frozen=True)
class DayLine:
    """What the runs came to that were created on one day (UTC)."""

    day: str
    states: Mapping[str, int]
    media_seconds: float


@dataclass(frozen=True)
class OperatingReport:
    """A report of the operation.

    Attributes:
        titles: Sorted; so are the runs that were counted.
    """

    window: Window
    states: Mapping[str, int]
    retries: int
    work: Work
    made: int
    reused: int
    waited: "Waiting"
    stored_bytes: int
    delivered_bytes: int
    cost: Mapping[str, float]
    titles: Sequence[TitleLine]
    codecs: Mapping[str, Work]
    assets: Mapping[str, Work]
    failures: Sequence[FailureLine]
    groups: Sequence[GroupLine]
    days: Sequence[DayLine]
    counted: Sequence[RunFact]

    @property
    def runs(self) -> int:
        """How many runs were created in the window."""
        return sum(self.states.values())

    @property
    def reuse_share(self) -> float | None:
        """Which part of what runs needed was there already; None: they needed nothing."""
        return self.reused / (self.made + self.reused) if self.made + self.reused else None


@dataclass(frozen=True)
class Waiting:
    """How long runs waited for their turn, in seconds; all 0 where none began."""

    median: float = 0.0
    p95: float = 0.0
    longest: float = 0.0
