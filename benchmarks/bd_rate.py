"""How many more bits one encoder takes than another for the same quality (Bjøntegaard's delta rate).

Curves are the logarithm of the rate over the quality, monotone cubics through the measured points (Fritsch and
Carlson's), which do not swing as Bjøntegaard's one polynomial does. Compared is the span of qualities that both have.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

STEPS = 400


@dataclass(frozen=True)
class Curve:
    """Points of an encoder, by rising quality, with the slope in each."""

    qualities: tuple[float, ...]
    rates: tuple[float, ...]
    slopes: tuple[float, ...]

    def at(self, quality: float) -> float:
        """Return the logarithm of the rate at a quality inside the curve."""
        left = min(max(bisect_right(self.qualities, quality) - 1, 0), len(self.qualities) - 2)
        width = self.qualities[left + 1] - self.qualities[left]
        t = (quality - self.qualities[left]) / width
        from_left = (1 + 2 * t) * (1 - t) ** 2 * self.rates[left] + t * (1 - t) ** 2 * width * self.slopes[left]
        from_right = t**2 * (3 - 2 * t) * self.rates[left + 1] + t**2 * (t - 1) * width * self.slopes[left + 1]
        return from_left + from_right


def curve(points: Sequence[tuple[float, float]]) -> Curve:
    """Return the curve through (bits per second, quality) points; one that is worse than a cheaper one is left out."""
    best: list[tuple[float, float]] = []
    for rate, quality in sorted(points):
        if not best or quality > best[-1][0]:
            best.append((quality, log(rate)))
    if len(best) < 2:
        raise ValueError("a curve takes two points of rising quality")
    secants = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(best)]
    inner = [2 / (1 / a + 1 / b) if a * b > 0 else 0.0 for a, b in pairwise(secants)]  # harmonic: no overshoot
    slopes = (secants[0], *inner, secants[-1])
    return Curve(tuple(quality for quality, _ in best), tuple(rate for _, rate in best), slopes)


def bd_rate(anchor: Sequence[tuple[float, float]], tested: Sequence[tuple[float, float]]) -> float | None:
    """Return what share of bits the tested takes more (0.1) or fewer (−0.3); None without a common span."""
    one, other = curve(anchor), curve(tested)
    low, high = max(one.qualities[0], other.qualities[0]), min(one.qualities[-1], other.qualities[-1])
    if high <= low:
        return None
    places = [low + (high - low) * (number + 0.5) / STEPS for number in range(STEPS)]
    return exp(sum(other.at(place) - one.at(place) for place in places) / STEPS) - 1


def rate_at(points: Sequence[tuple[float, float]], quality: float) -> float | None:
    """Return the bits per second at which a quality is reached; None outside the points."""
    found = curve(points)
    return exp(found.at(quality)) if found.qualities[0] <= quality <= found.qualities[-1] else None
