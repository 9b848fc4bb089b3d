"""What probes of a few samples say of the whole title."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from vod_assets.domain.probing import Probe, Window, mean_rate, mean_score
from vod_assets.domain.rate_quality import Measured


def estimates(probes: Sequence[Probe]) -> list[Measured]:
    """Return what probes of one codec say of the whole title.

    Those that have seen few of the samples are put right by those that have seen all: by as much as these would have
    been wrong, had they seen no more. Of a good picture and a poor one among these, the one of a nearer score counts
    more: scenes differ more where little is left of them.
    """
    most = max(len(probe.windows) for probe in probes)
    anchors = sorted((probe for probe in probes if len(probe.windows) == most), key=mean_score)
    ceiling = 100.0 if anchors[0].metric == "vmaf" else float("inf")
    found = []
    for probe in probes:
        windows = [one.window for one in probe.windows]
        wrong = [_Wrong.of(anchor, windows) for anchor in anchors]
        put_right = _between(wrong, mean_score(probe)) if len(windows) < most else _Wrong(0.0, 0.0, 1.0)
        score, rate = mean_score(probe) - put_right.score, mean_rate(probe) / put_right.rate
        found.append(Measured(float(probe.crf), min(ceiling, max(0.0, score)), max(1.0, rate)))
    return found


@dataclass(frozen=True)
class _Wrong:
    """How far some of its samples are from all that a probe has seen.

    Attributes:
        seen: Their score.
        score: So much of it is too much.
        rate: How many times the rate of all they have.
    """

    seen: float
    score: float
    rate: float

    @classmethod
    def of(cls, probe: Probe, windows: Sequence[Window]) -> Self:
        """Compare some samples of a probe with all."""
        seen, rate = mean_score(probe, windows), mean_rate(probe, windows)
        return cls(seen, seen - mean_score(probe), max(1.0, rate) / max(1.0, mean_rate(probe)))


def _between(known: Sequence[_Wrong], score: float) -> _Wrong:
    """Return what lies between the two whose scores are around one, and the nearest beyond them."""
    known = sorted(known, key=lambda one: one.seen)
    below = [one for one in known if one.seen <= score]
    above = [one for one in known if one.seen > score]
    if not below or not above:
        return (below or above[::-1])[-1]
    low, high = below[-1], above[0]
    part = (score - low.seen) / (high.seen - low.seen)
    return _Wrong(score, low.score + part * (high.score - low.score), low.rate * (high.rate / low.rate) ** part)
