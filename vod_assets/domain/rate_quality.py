"""Rate and quality: the curve through a few probes of one size, and the hull over the curves of all sizes.

Scores and rates are measured figures, so they are floats here; what is decided from them becomes exact again.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp2, log2

STEPS_PER_CRF = 10
BEYOND = 2.0  # how far a curve is believed outside its probes, in steps of the rate factor
Point = tuple[float, float]


@dataclass(frozen=True)
class Measured:
    """What one rate factor came to, as estimated for the whole title."""

    crf: float
    score: float
    bits_per_second: float


@dataclass(frozen=True)
class Curve:
    """Scores and rates of one size at every tenth of a rate factor, from the best picture to the worst."""

    points: tuple[Measured, ...]

    def cheapest(self, score: float) -> Measured:
        """Return the point of the highest rate factor that reaches a score; where none does, the best picture."""
        reaching = [point for point in self.points if point.score >= score]
        return reaching[-1] if reaching else self.points[0]

    def within(self, bits_per_second: float) -> Measured:
        """Return the best picture that keeps to a rate; where none does, the worst picture."""
        return next((point for point in self.points if point.bits_per_second <= bits_per_second), self.points[-1])


def curve_through(probes: Sequence[Measured], lowest: float, highest: float) -> Curve:
    """Return the curve through probes: quadratics in the rate factor for the score and for log(rate).

    Each goes through the three probes around a rate factor: one through more of them would swing. A worse rate factor
    never gives a better picture, nor more bits: where a quadratic bends, the curve stays level.

    Args:
        probes: At least one; no two of one rate factor.
        lowest: The best rate factor that may be used.
        highest: The worst.
    """
    known = sorted(probes, key=lambda probe: probe.crf)
    crfs = [probe.crf for probe in known]
    scores = [probe.score for probe in known]
    rates = [log2(max(1.0, probe.bits_per_second)) for probe in known]
    reach = BEYOND if len(known) > 1 else 0.0
    first = round(max(min(lowest, crfs[0]), crfs[0] - reach) * STEPS_PER_CRF)
    last = round(min(max(highest, crfs[-1]), crfs[-1] + reach) * STEPS_PER_CRF)
    drawn = []
    for tenth in range(first, last + 1):
        crf = tenth / STEPS_PER_CRF
        near = _around(crfs, crf)
        drawn.append(
            Measured(crf, _through(crfs[near], scores[near], crf), exp2(_through(crfs[near], rates[near], crf)))
        )
    anchor = min(range(len(drawn)), key=lambda number: abs(drawn[number].crf - crfs[len(crfs) // 2]))
    better = _levelled(reversed(drawn[:anchor]), drawn[anchor], upwards=True)
    worse = _levelled(drawn[anchor + 1 :], drawn[anchor], upwards=False)
    return Curve((*reversed(better), drawn[anchor], *worse))


def hull(points: Iterable[Point]) -> list[Point]:
    """Return the upper convex hull of points (log rate, score), by rising rate, without what scores lower for more."""
    kept: list[Point] = []
    for point in sorted(set(points)):
        while len(kept) > 1 and _turns_left(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    best = max(range(len(kept)), key=lambda number: (kept[number][1], -number))
    return kept[: best + 1]


def height(outline: Sequence[Point], x: float) -> float:
    """Return the hull's score at a log rate; level beyond its ends."""
    number = bisect_right([point[0] for point in outline], x)
    if number == 0:
        return outline[0][1]
    if number == len(outline):
        return outline[-1][1]
    (x0, y0), (x1, y1) = outline[number - 1], outline[number]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _around(crfs: Sequence[float], crf: float) -> slice:
    """Return where the three neighbouring probes are whose middle one is nearest to a rate factor; fewer, if so."""
    middle = min(range(1, len(crfs) - 1), key=lambda number: abs(crfs[number] - crf), default=1)
    return slice(middle - 1, middle + 2)


def _through(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """Return the value at x of the polynomial through all points (Newton's divided differences)."""
    total, product, row = 0.0, 1.0, list(ys)
    for order, known in enumerate(xs):
        total += row[0] * product
        product *= x - known
        row = [
            (later - earlier) / (xs[number + order + 1] - xs[number])
            for number, (earlier, later) in enumerate(pairwise(row))
        ]
    return total


def _levelled(points: Iterable[Measured], start: Measured, *, upwards: bool) -> list[Measured]:
    bound = max if upwards else min
    kept: list[Measured] = []
    for point in points:
        score, rate = bound(start.score, point.score), bound(start.bits_per_second, point.bits_per_second)
        start = Measured(point.crf, score, rate)
        kept.append(start)
    return kept


def _turns_left(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) >= (c[0] - a[0]) * (b[1] - a[1])
