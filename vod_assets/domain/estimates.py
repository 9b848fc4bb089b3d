"""Estimates: how long the encodes of a plan will take, as earlier ones lead to expect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Timing:
    """How long an asset took to encode, once.

    Attributes:
        profile: The title's.
        encode_seconds: By the clock; of rungs that were encoded together, this one's share.
        media_seconds: How long the title is.
        cpu_seconds: Of the encoder's process; likewise this one's share. It is not remembered with the timing.
    """

    profile: str
    encode_seconds: float
    media_seconds: float
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Rate:
    """How long an asset takes to encode.

    Attributes:
        encode_seconds: For each second of the title.
        makes: From how many earlier makes that is known.
    """

    encode_seconds: float
    makes: int


def rates(timings: Iterable[Timing], most: int) -> dict[str, Rate]:
    """Return the rate of an asset in each profile that is known: the median of its last makes.

    Args:
        timings: The newest first.
        most: So many of each profile are looked at.

    >>> rates([Timing("uhd", 3.0, 2.0), Timing("uhd", 1.0, 2.0), Timing("uhd", 9.0, 2.0)], 3)
    {'uhd': Rate(encode_seconds=1.5, makes=3)}
    """
    found: dict[str, list[float]] = {}
    for one in timings:
        known = found.setdefault(one.profile, [])
        if one.media_seconds > 0 and len(known) < most:
            known.append(one.encode_seconds / one.media_seconds)
    return {profile: Rate(median(known), len(known)) for profile, known in found.items() if known}


@dataclass(frozen=True)
class Estimate:
    """How long the encodes of one title's plan will take.

    Attributes:
        seconds: By asset.
        makes: From how many earlier makes each of them is known.
        unknown: Assets that are encoded as well, and nobody knows how long that takes.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    makes: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def total_seconds(self) -> float | None:
        """Of all assets that are known; None: there are some, and none is known."""
        return sum(self.seconds.values()) if self.seconds or not self.unknown else None

    def as_object(self) -> dict[str, object]:
        """Return the estimate for machines."""
        total = self.total_seconds
        return {
            "estimated_encode_seconds": None if total is None else round(total, 3),
            "estimated_from": dict(self.makes),
            "not_estimated": list(self.unknown),
        }

    def __str__(self) -> str:
        """For a person; empty when nothing is encoded."""
        if not self.seconds and not self.unknown:
            return ""
        return f"encoding {said(self.total_seconds)}{f', {len(self.unknown)} not estimated' if self._is_part else ''}"

    @property
    def _is_part(self) -> bool:
        return bool(self.seconds and self.unknown)


@dataclass
class Total:
    """The estimates of several titles, added up.

    Attributes:
        seconds: Of all encodes that are known.
        titles: How many titles are encoded.
        unknown: How many of them cannot be estimated, or not wholly.
        makes: From how many earlier makes each asset is known; the most that any title had.
    """

    seconds: float = 0.0
    titles: int = 0
    unknown: int = 0
    makes: dict[str, int] = field(default_factory=dict)

    def add(self, one: Estimate) -> None:
        """Add a title's."""
        self.seconds += one.total_seconds or 0.0
        self.titles += bool(one.seconds or one.unknown)
        self.unknown += bool(one.unknown)
        for asset, makes in one.makes.items():
            self.makes[asset] = max(makes, self.makes.get(asset, 0))

    def __str__(self) -> str:
        """For a person; empty when nothing is encoded."""
        if not self.titles:
            return ""
        if not self.makes:
            return f"encoding of {self.titles} titles: {UNKNOWN}"
        least, most = min(self.makes.values()), max(self.makes.values())
        span = f"{most}" if least == most else f"{least} to {most}"
        left = f"; {self.unknown} of them not estimated, or not wholly" if self.unknown else ""
        return f"encoding of {self.titles} titles: {said(self.seconds)}, from {span} earlier makes of each asset{left}"


def said(seconds: float | None) -> str:
    """Return a time for a person.

    >>> said(3725.2), said(0.4), said(None)
    ('about 1:02:05', 'about 0:00:01', 'unknown')
    """
    return UNKNOWN if seconds is None else f"about {timedelta(seconds=max(1, round(seconds)))}"
