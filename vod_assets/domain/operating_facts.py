"""Facts that reports of the operation are made of: runs, and what they made or found made."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.groups import group_of

RunState = Literal["succeeded", "failed", "cancelled", "running", "waiting"]
OTHER = "other"
ENCODED_GROUPS = ("renditions", "audio")


@dataclass(frozen=True)
class RunFact:
    """A run of a title; times are seconds since the epoch.

    Attributes:
        started_at: When a step of it could begin; None: it still waits, or never began.
        ended_at: None: it has not ended.
        code: Why it failed, as ``docs/errors.md`` lists it; empty: it did not.
        cause: The same in one sentence.
        is_retry: Whether it tries again what another run did not finish.
    """

    run: str
    title: str
    state: RunState
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    code: str = ""
    cause: str = ""
    is_retry: bool = False

    @property
    def waited_seconds(self) -> float | None:
        """How long it waited for its turn; None: it has not begun."""
        return None if self.started_at is None else max(0.0, self.started_at - self.created_at)

    @property
    def worked_seconds(self) -> float:
        """How long it took from its first step to its end; 0: it has not ended."""
        if self.started_at is None or self.ended_at is None:
            return 0.0
        return max(0.0, self.ended_at - self.started_at)


@dataclass(frozen=True)
class MadeFact:
    """An asset that a run made or found made.

    Attributes:
        profile: The title's; empty: not recorded for this asset.
        size_bytes: Of its files.
        delivered_bytes: Of a release, what it brought to its origins.
        encode_seconds: By the clock, its share of what was encoded together; None: nothing was encoded.
        cpu_seconds: Of the encoder's process, which several rungs share.
        cost: What was paid for it; None: not recorded.
        currency: Of the cost.
        step: Of the run; rungs of one step were encoded by one process.
    """

    run: str
    title: str
    asset: str
    is_reused: bool = False
    profile: str = ""
    size_bytes: int = 0
    delivered_bytes: int = 0
    encode_seconds: float | None = None
    cpu_seconds: float | None = None
    media_seconds: float | None = None
    cost: float | None = None
    currency: str = ""
    step: str = ""

    @property
    def codec(self) -> str:
        """What stands before the rung or the codec of a sound: ``h264``, ``audio``."""
        return self.asset.partition("_")[0]

    @property
    def is_encoded(self) -> bool:
        """Whether it is made by an encoder."""
        return self.encode_seconds is not None or self.group in ENCODED_GROUPS

    @property
    def group(self) -> str:
        """The group that it belongs to; ``other`` for assets of your own."""
        return _group(self.asset)


@cache
def _group(asset: str) -> str:
    try:
        return group_of(asset)
    except ConfigError:
        return OTHER
