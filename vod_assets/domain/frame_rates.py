"""Which constant frame rate a video has, or should be given."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

NONE: Mapping[int, int] = MappingProxyType({})
HIGHEST, LOWEST = Fraction(60), Fraction(5)
NEARLY_HIGHEST, FINE = Fraction(606, 10), Fraction(240)
NTSC = Fraction(1000, 1001)
COMMON = tuple(Fraction(rate) for rate in (5, 6, 8, 10, 12, 15, 16, 18, 20, 24, 25, 30, 48, 50, 60, 100, 120, 240))
EXACT = (*COMMON, Fraction(25, 2), *(rate * NTSC for rate in COMMON if rate in {12, 15, 24, 30, 48, 60, 120, 240}))
STANDARD: tuple[Fraction | int, ...] = (5, 10, 12, 15, 20, 24 * NTSC, 24, 25, 30 * NTSC, 30, 50, 60 * NTSC, 60)
EVEN_SHARE = Fraction(99, 100)  # so many steps must be alike for a rate to be called constant
STATED_TOLERANCE = Fraction(1, 200)  # cameras write 60 and deliver 60.04
FILM = (24 * NTSC, Fraction(24))
FILM_IN_VIDEO = (Fraction(1), Fraction(4, 5), Fraction(2, 5))  # of what is stated: the film's rate, frames, fields
PULLDOWN_SHARE = Fraction(95, 100)  # of frames follow each other like film; the rest are at cuts
QUICK_SHARE = Fraction(1, 5)  # of the steps of a variable rate are shorter than the one its base rate is taken from


@dataclass(frozen=True)
class Rhythm:
    """How frames follow each other: the rate as delivered, and whether it is kept.

    Attributes:
        is_film: Whether frames are shown for three fields and for two in turn, as flags for 3:2 pulldown have it; the
            rate is that of the film then.
    """

    rate: Fraction
    is_variable: bool
    is_film: bool = False


def rhythm_of(
    steps: Mapping[int, int], tick: Fraction, stated: Fraction | None, pairs: Mapping[int, int] = NONE
) -> Rhythm:
    """Return the rhythm of measured distances between frames.

    Args:
        steps: How often each distance occurs, in ticks.
        tick: Seconds of one tick.
        stated: The rate that the container or the codec states, if any; it decides between 23.976 and 24 when a clip is
            too short to tell.
        pairs: How often each distance to the next frame but one occurs.
    """
    total = sum(steps.values())
    if not total:
        return Rhythm(stated if stated and stated <= HIGHEST else Fraction(25), is_variable=False)
    middle = _quantile(steps, total, Fraction(1, 2))
    slack = max(min(Fraction(1), Fraction(middle, 4)), Fraction(middle, 20))  # a tick of rounding, or 5 % of jitter
    alike = {step: count for step, count in steps.items() if abs(step - middle) <= slack}
    count = sum(alike.values())
    if Fraction(count, total) < EVEN_SHARE:
        film = _film_rate(steps, pairs, tick, stated)
        if film is not None:
            return Rhythm(film, is_variable=True, is_film=True)
        return Rhythm(_base_rate(steps, total, tick), is_variable=True)
    mean_step = Fraction(sum(step * times for step, times in alike.items()), count)
    return Rhythm(_exact(1 / (mean_step * tick), Fraction(2, count) / mean_step, stated), is_variable=count != total)


def rendition_rate(rate: Fraction) -> Fraction:
    """Return the rate that renditions get: at most 60, at least 5, a part or multiple of the source's.

    Of rates so near to 60, or so high, that the eye does not see where frames are left out, it is 60.

    >>> rendition_rate(Fraction(120000, 1001))
    Fraction(60000, 1001)
    >>> rendition_rate(Fraction(1))
    Fraction(5, 1)
    """
    if rate > HIGHEST:
        is_even = rate <= NEARLY_HIGHEST or rate >= FINE
        divided = rate / -(-rate // HIGHEST)
        return HIGHEST if is_even and divided not in EXACT else divided
    if rate < LOWEST:
        return rate * -(-LOWEST // rate)
    return rate


def _quantile(steps: Mapping[int, int], total: int, share: Fraction) -> int:
    seen = 0
    for step in sorted(steps):
        seen += steps[step]
        if seen >= total * share:
            return step
    return max(steps)


def _film_rate(
    steps: Mapping[int, int], pairs: Mapping[int, int], tick: Fraction, stated: Fraction | None
) -> Fraction | None:
    """Return the rate of film whose frames are shown for three fields and two in turn; None for all else."""
    total = sum(pairs.values())
    if not total:
        return None
    middle = _quantile(pairs, total, Fraction(1, 2))
    alike = _near(pairs, Fraction(middle))
    shares = [
        Fraction(sum(_near(steps, Fraction(middle * fields, 5)).values()), sum(steps.values())) for fields in (2, 3)
    ]
    if sum(alike.values()) < PULLDOWN_SHARE * total or sum(shares) < PULLDOWN_SHARE:
        return None
    mean = Fraction(sum(pair * count for pair, count in alike.items()), sum(alike.values()))
    said = [stated * part for part in FILM_IN_VIDEO if stated and stated * part in FILM]
    rate = _exact(2 / (mean * tick), Fraction(2, total) / mean, said[0] if said else None)
    return rate if rate in FILM else None


def _near(steps: Mapping[int, int], wanted: Fraction) -> dict[int, int]:
    """Return the distances that are a wanted one, but for rounding to ticks."""
    slack = max(Fraction(1), wanted / 20)
    return {step: count for step, count in steps.items() if abs(step - wanted) <= slack}


def _base_rate(steps: Mapping[int, int], total: int, tick: Fraction) -> Fraction:
    """Return the standard rate nearest to the quick passages', which must not lose their motion."""
    quick = 1 / (_quantile(steps, total, QUICK_SHARE) * tick)
    return Fraction(min(STANDARD, key=lambda rate: abs(rate - quick)))


def _exact(measured: Fraction, doubt: Fraction, stated: Fraction | None) -> Fraction:
    """Return the exact rate that a measured one means, within its relative doubt."""
    tolerance = max(Fraction(1, 2000), min(doubt, Fraction(1, 100)))
    candidates = [rate for rate in EXACT if abs(rate - measured) <= measured * tolerance]
    stated_exactly = [rate for rate in candidates if stated and abs(rate - stated) <= stated * Fraction(1, 5000)]
    if stated_exactly:
        return stated_exactly[0]
    if candidates:
        return min(candidates, key=lambda rate: abs(rate - measured))
    if stated and abs(stated - measured) <= measured * (STATED_TOLERANCE if stated in EXACT else tolerance):
        return stated
    return measured.limit_denominator(1001)
