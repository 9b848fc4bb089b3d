"""How good the renditions of a title are, and whether that is good enough."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil

from vod_assets.domain.documents import Document
from vod_assets.domain.quality_presets import QualityPreset

ASSET = "quality_report"
FLOOR = "floor"
WORST = 3  # frames that are shown
APART_SECONDS = 1  # between two of them
SMALLEST_TERM = Fraction(1)  # what a frame's score counts at least in a harmonic mean


class Scores(Document):
    """Scores of the frames of a rendition, summed up.

    Attributes:
        first_percentile: What all frames but the worst hundredth reach.
    """

    mean: Fraction
    harmonic_mean: Fraction
    first_percentile: Fraction
    lowest: Fraction


class WorstFrame(Document):
    """One of the frames with the lowest scores."""

    seconds: Fraction
    score: Fraction


class RenditionQuality(Document):
    """What one rendition was measured for, against the source.

    Attributes:
        vmaf: At the rendition's own size; None for HDR, which VMAF has no model of.
        xpsnr: Likewise, in dB.
        viewed_vmaf: Mean at the size of the codec's largest rendition, where `rate_quality` predicts it.
        worst: The worst frames, a second apart, the worst first.
        measured: The frames that VMAF was computed for.
    """

    key: str
    width: int
    height: int
    vmaf: Scores | None = None
    xpsnr: Scores
    viewed_vmaf: Fraction | None = None
    worst: tuple[WorstFrame, ...] = ()
    measured: int = 0
    mezzanine: str = ""


def summed(scores: Sequence[Fraction]) -> Scores:
    """Return scores summed up; at least one."""
    ordered = sorted(scores)
    harmonic = len(ordered) / sum(1 / max(SMALLEST_TERM, score) for score in ordered)
    return Scores(
        mean=_thousandths(sum(ordered) / Fraction(len(ordered))),
        harmonic_mean=_thousandths(Fraction(harmonic)),
        first_percentile=ordered[max(0, ceil(len(ordered) / 100) - 1)] if len(ordered) >= 100 else ordered[0],
        lowest=ordered[0],
    )


def worst_frames(scores: Iterable[tuple[int, Fraction]], frame_rate: Fraction) -> tuple[WorstFrame, ...]:
    """Return the worst frames of numbered scores, no two of them within a second."""
    found: list[WorstFrame] = []
    for number, score in sorted(scores, key=lambda one: (one[1], one[0])):
        seconds = number / frame_rate
        if all(abs(seconds - one.seconds) >= APART_SECONDS for one in found):
            found.append(WorstFrame(seconds=seconds, score=score))
        if len(found) == WORST:
            break
    return tuple(found)


def below_floor(measured: Iterable[RenditionQuality], preset: QualityPreset) -> list[str]:
    """Return a sentence for each floor that a rendition lies below."""
    return [
        f"{one.key}: {what} is {float(value):.2f}, and {float(floor):g} is the least"
        for one in measured
        for what, value, floor in (
            ("mean VMAF", one.vmaf.mean if one.vmaf else None, preset.floor_vmaf),
            (
                "the 1st percentile of VMAF",
                one.vmaf.first_percentile if one.vmaf else None,
                preset.floor_1st_percentile,
            ),
            ("mean XPSNR", one.xpsnr.mean, preset.floor_xpsnr),
        )
        if value is not None and floor is not None and value < floor
    ]


def _thousandths(value: Fraction) -> Fraction:
    return Fraction(round(value * 1000), 1000)
