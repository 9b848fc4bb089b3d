"""Which rungs a title gets, and how many bits each: chosen from probes of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log2

from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.probed_whole import estimates
from vod_assets.domain.probing import Metric, Probe, mean_rate, peak_rate
from vod_assets.domain.quality import METRICS
from vod_assets.domain.quality_presets import PerTitlePreset
from vod_assets.domain.rate_quality import STEPS_PER_CRF, Curve, Measured, curve_through, height, hull
from vod_assets.domain.video_presets import RungPreset, VideoPreset

VISIBLE = 0.5  # what a size may lie below the hull unseen
OFF_HULL = 1.0  # what a point's distance to the hull counts, against its distance to the wished score
CAP_OVER_MEAN, CAP_OVER_PEAK = 2.0, 1.25
CAP_BITS = 10_000  # caps are whole multiples
CLOSE = 1.5  # a first probe so near to the target lies in the middle of the three


@dataclass(frozen=True)
class FactorRange:
    """Rate factors that are tried of an encoder: none is so good or so bad that nobody would use it."""

    lowest: int
    highest: int
    spacing: int

    def within(self, crf: int) -> int:
        """Return the nearest rate factor that is tried."""
        return min(self.highest, max(self.lowest, crf))


FACTORS = {"h264": FactorRange(12, 40, 4), "hevc": FactorRange(12, 42, 4), "av1": FactorRange(16, 60, 6)}


@dataclass(frozen=True)
class ChosenRung:
    """What was chosen for a rung, and why it is not made when it is not.

    Attributes:
        predicted: What it will come to; None when it is not made.
        cap: Bits per second that it never spends more than; None without a cap.
    """

    rung: Rung
    metric: Metric
    predicted: Measured | None = None
    cap: int | None = None
    dropped: str = ""


@dataclass(frozen=True)
class Outline:
    """One codec's curves by size."""

    metric: Metric
    peak: float
    curves: Mapping[tuple[int, int], Curve]

    def over(self, sizes: Collection[tuple[int, int]]) -> list[tuple[float, float]]:
        """Return the hull over the curves of some sizes."""
        return hull((log2(point.bits_per_second), point.score) for size in sizes for point in self.curves[size].points)


@dataclass(frozen=True)
class Slot:
    """A rung of the profile that a title may use."""

    rung: Rung
    limits: RungPreset

    @property
    def pixels(self) -> int:
        """Of its size."""
        return self.rung.width * self.rung.height


def wanted_score(preset: PerTitlePreset, metric: Metric) -> float:
    """Return the score of the largest rung."""
    return float(preset.target if metric == "vmaf" else preset.target_xpsnr)


def further_factors(
    known: Sequence[Measured],
    wanted: float,
    factors: FactorRange,
    maxrate: int | None,
    *,
    is_coarse_asked: bool = False,
) -> list[int]:
    """Return the rate factors to probe next, so that three lie around a score; none when they do.

    Args:
        known: What was probed at the size.
        wanted: The score.
        factors: Of the encoder.
        maxrate: More than this is never spent, so what costs more need not be known.
        is_coarse_asked: Whether a much worse factor is probed besides, and is the third.
    """
    ordered = sorted(known, key=lambda one: one.crf)
    best, worst, spacing = ordered[0], ordered[-1], factors.spacing
    low, high = round(best.crf) - spacing, round(worst.crf) + spacing
    is_dear = maxrate is not None and worst.bits_per_second > maxrate
    if len(known) == 1 and (is_dear or best.score > wanted + CLOSE):
        asked = [high, high + spacing]
    elif len(known) == 1 and best.score < wanted - CLOSE:
        asked = [low, low - spacing]
    elif len(known) == 1 and is_coarse_asked:
        asked = [high if best.score > wanted else low]
    elif len(known) == 1:
        asked = [low, high]
    elif is_dear or worst.score > wanted:
        asked = [high]
    elif best.score < wanted - VISIBLE and (maxrate is None or best.bits_per_second < maxrate):
        asked = [low]
    else:
        asked = []
    return [crf for crf in asked if factors.lowest <= crf <= factors.highest]


def choose(
    ladder: Ladder, presets: Sequence[VideoPreset], probes: Sequence[Probe], preset: PerTitlePreset
) -> list[ChosenRung]:
    """Return what is chosen for every rung of a ladder that is made, in the ladder's order.

    The largest rung of each codec gets the highest rate factor that reaches the target, and never spends more than its
    cap. Each further one is to lie one step below the last that is made, as close to the hull as it can: it may be the
    next one of the same size, where the profile has several, or of a smaller size; what is passed over is dropped. So
    is what would save next to nothing.
    """
    by_key = {f"{video.codec}_{rung.name}": rung for video in presets for rung in video.rungs}
    chosen: dict[str, ChosenRung] = {}
    for codec, metric in dict.fromkeys((probe.codec, probe.metric) for probe in probes):
        of_codec = [probe for probe in probes if (probe.codec, probe.metric) == (codec, metric)]
        is_whole = not next(video for video in presets if video.codec == codec).tool.takes_fractions
        outline = _outline(of_codec, FACTORS[codec], is_whole=is_whole)
        rungs = [
            Slot(rung, by_key[rung.key])
            for rung in ladder.made
            if (rung.codec, METRICS[by_key[rung.key].dynamic_range]) == (codec, metric) and rung.size in outline.curves
        ]
        slots = sorted(rungs, key=lambda slot: (-slot.pixels, -(slot.limits.maxrate or 0)))
        chosen |= {one.rung.key: one for one in _descended(slots, outline, preset)}
    return [chosen[rung.key] for rung in ladder.made if rung.key in chosen]


def applied(ladder: Ladder, chosen: Iterable[ChosenRung]) -> Ladder:
    """Return a ladder with what was chosen: rate factors, caps, and the reasons of rungs that are not made."""
    by_key = {one.rung.key: one for one in chosen}
    rungs = tuple(_applied(rung, by_key[rung.key]) if rung.key in by_key else rung for rung in ladder.rungs)
    return ladder.model_copy(update={"rungs": rungs})


def _applied(rung: Rung, chosen: ChosenRung) -> Rung:
    if chosen.predicted is None:
        return Rung(key=rung.key, codec=rung.codec, name=rung.name, empty=chosen.dropped)
    crf = Fraction(round(chosen.predicted.crf * STEPS_PER_CRF), STEPS_PER_CRF)
    return rung.model_copy(update={"crf": crf, "maxrate": chosen.cap})


def _outline(probes: Sequence[Probe], factors: FactorRange, *, is_whole: bool) -> Outline:
    anchor = max(probes, key=lambda probe: (len(probe.windows), probe.width * probe.height))
    known: dict[tuple[int, int], list[Measured]] = {}
    for probe, measured in zip(probes, estimates(probes), strict=True):
        known.setdefault(probe.size, []).append(measured)
    curves = {size: curve_through(found, factors.lowest, factors.highest) for size, found in known.items()}
    if is_whole:
        curves = {size: Curve(tuple(one for one in curve.points if one.crf % 1 == 0)) for size, curve in curves.items()}
    return Outline(anchor.metric, peak_rate(anchor) / max(1.0, mean_rate(anchor)), curves)


def _descended(slots: Sequence[Slot], outline: Outline, preset: PerTitlePreset) -> Iterator[ChosenRung]:
    """Yield what is chosen for a codec's rungs, which are sorted from the largest to the smallest."""
    if not slots:
        return
    point = outline.curves[slots[0].rung.size].cheapest(wanted_score(preset, outline.metric))
    last, left = _made(slots[0], point, outline), slots[1:]
    yield last
    while left:
        found = _next(left, last, outline, preset)
        if found is None:
            dropped = f"it would save less than {preset.saves_percent} % of the bits of {last.rung.key}"
            yield from (ChosenRung(slot.rung, outline.metric, dropped=dropped) for slot in left)
            return
        number, point = found
        last = _made(left[number], point, outline)
        better = f"{last.rung.key} shows as much for the same bits, or more"
        yield from (ChosenRung(slot.rung, outline.metric, dropped=better) for slot in left[:number])
        yield last
        left = left[number + 1 :]


def _next(
    slots: Sequence[Slot], last: ChosenRung, outline: Outline, preset: PerTitlePreset
) -> tuple[int, Measured] | None:
    """Return which slot comes next, and the point of its curve; None where none saves enough."""
    before = last.predicted
    if before is None:
        raise ValueError(f"{last.rung.key} is not made")
    most = before.bits_per_second * (100 - preset.saves_percent) / 100
    wished = before.score - float(preset.step if outline.metric == "vmaf" else preset.step_xpsnr)
    rest = outline.over({slot.rung.size for slot in slots})
    ways = [
        (number, point)
        for number, slot in enumerate(slots)
        for point in outline.curves[slot.rung.size].points
        if point.bits_per_second <= most
    ]
    return min(ways, key=lambda way: _cost(way, slots, wished, rest), default=None)


def _made(slot: Slot, point: Measured, outline: Outline) -> ChosenRung:
    limits = slot.limits
    if limits.maxrate is not None and point.bits_per_second > limits.maxrate:
        point = outline.curves[slot.rung.size].within(limits.maxrate)
    return ChosenRung(slot.rung, outline.metric, predicted=point, cap=_cap(point, limits, outline.peak))


def _cost(
    way: tuple[int, Measured], slots: Sequence[Slot], wished: float, outline: Sequence[tuple[float, float]]
) -> tuple[int, int, int, float, float]:
    """Return what speaks against a slot and a point; of those that nobody tells apart the smallest size is best."""
    number, point = way
    missing = max(0.0, height(outline, log2(point.bits_per_second)) - point.score - VISIBLE)
    cost = OFF_HULL * missing + abs(point.score - wished)
    return round(cost / VISIBLE), slots[number].pixels, number, cost, point.bits_per_second


def _cap(point: Measured, limits: RungPreset, peak: float) -> int | None:
    if limits.maxrate is None:
        return None
    needed = point.bits_per_second * max(CAP_OVER_MEAN, CAP_OVER_PEAK * peak)
    return min(limits.maxrate, CAP_BITS * ceil(needed / CAP_BITS))
