"""Quotes: what the encodes of plans cost with each transcoder, before any is begun."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from vod_assets.domain.prices import Prices
from vod_assets.domain.rendition_spec import RenditionSpec

UNLEARNT = "nothing like it was encoded in this profile yet"
UNPRICED = "VOD_PRICES has no price of it"
MARGIN = Decimal("1.1")  # what is kept back of a budget for each that was quoted: quotes are right to ten per cent


@dataclass(frozen=True)
class Encoded:
    """An encode of the past: rungs of one codec that one process made together.

    Attributes:
        rungs: Their assets.
        cpu_seconds: Of the process.
        media_seconds: How long the title is.
    """

    profile: str
    rungs: frozenset[str]
    cpu_seconds: float
    media_seconds: float


class CpuModel:
    """How much CPU time a codec's rungs take: as much a second of programme as they did before in the same profile.

    Args:
        past: Encodes of the past, the newest first.
        most: So many of each kind are looked at.
    """

    def __init__(self, past: Iterable[Encoded], most: int = 50) -> None:
        self._rates: dict[tuple[str, frozenset[str]], list[float]] = {}
        for one in past:
            known = self._rates.setdefault((one.profile, one.rungs), [])
            if one.media_seconds > 0 and len(known) < most:
                known.append(one.cpu_seconds / one.media_seconds)

    def seconds(self, profile: str, specs: Sequence[RenditionSpec]) -> float | None:
        """Return the CPU seconds that some rungs of one codec take together; None: none like them was ever made.

        Where only more of them were made together, what is asked for takes its share of the pixels.
        """
        wanted = frozenset(spec.key for spec in specs)
        media = float(specs[0].picture.duration_seconds)
        if rates := self._rates.get((profile, wanted)):
            return _typical(rates) * media
        larger = [one for one in self._rates if one[0] == profile and one[1] > wanted]
        if not larger:
            return None
        nearest = min(larger, key=lambda one: len(one[1]))
        share = len(wanted) / len(nearest[1])  # their pixels are not kept with them; a rung is one of so many
        return _typical(self._rates[nearest]) * media * share


@dataclass(frozen=True)
class Quote:
    """What one title costs with one transcoder.

    Attributes:
        amounts: By rendition; what is reused costs nothing, and is not named.
        cannot: Renditions that the transcoder cannot make, and why.
        unknown: Renditions whose price nobody knows, and why.
        cpu_seconds: Of FFmpeg.
    """

    title: str
    transcoder: str
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    cannot: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    cpu_seconds: float = 0.0

    @property
    def amount(self) -> Decimal:
        """Of all that are known."""
        return sum(self.amounts.values(), Decimal(0))

    @property
    def is_whole(self) -> bool:
        """Whether it names all that the title costs."""
        return not self.cannot and not self.unknown

    def as_object(self) -> dict[str, object]:
        """Return the quote for machines."""
        return {
            "title": self.title,
            "transcoder": self.transcoder,
            "amount": float(self.amount),
            "renditions": {key: float(amount) for key, amount in self.amounts.items()},
            "cannot": dict(self.cannot),
            "unknown": dict(self.unknown),
            "cpu_seconds": round(self.cpu_seconds, 3),
        }


def by_cpu(title: str, profile: str, specs: Sequence[RenditionSpec], model: CpuModel, prices: Prices) -> Quote:
    """Return what FFmpeg costs: rungs of a codec share one process, each has its part by pixels."""
    amounts: dict[str, Decimal] = {}
    unknown: dict[str, str] = {}
    total = 0.0
    for codec in dict.fromkeys(spec.codec for spec in specs):
        alike = [spec for spec in specs if spec.codec == codec]
        seconds = model.seconds(profile, alike)
        if seconds is None or prices.ffmpeg is None:
            why = UNLEARNT if prices.ffmpeg else UNPRICED
            unknown |= dict.fromkeys((spec.key for spec in alike), why)
            continue
        total += seconds
        pixels = sum(spec.width * spec.height for spec in alike)
        for spec in alike:
            share = prices.of_cpu(seconds * spec.width * spec.height / pixels)
            amounts[spec.key] = share if share is not None else Decimal(0)
    return Quote(title, "ffmpeg", amounts, {}, unknown, total)


def _typical(rates: Sequence[float]) -> float:
    return median(rates)


@dataclass
class Bill:
    """Quotes of many titles with one transcoder, added up."""

    transcoder: str
    amount: Decimal = Decimal(0)
    titles: int = 0
    incomplete: list[str] = field(default_factory=list)

    def add(self, quote: Quote) -> None:
        """Add a title's quote."""
        self.titles += 1
        self.amount += quote.amount
        if not quote.is_whole:
            self.incomplete.append(quote.title)
