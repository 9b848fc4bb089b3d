"""Probes: encodes of samples of a title that tell what bits buy at a size."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Literal

from vod_assets.domain.documents import Document
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.quality_presets import PerTitlePreset

Metric = Literal["vmaf", "xpsnr"]
FEWEST = 3  # samples stand for all
SURVEYED_PART = Fraction(3, 10)


class Window(Document):
    """One sample: whole GOPs of a title, or all of a short one."""

    start_seconds: Fraction
    frames: int


class ProbedWindow(Document):
    """What the encode of one sample came to.

    Attributes:
        frames: That were encoded: fewer than the sample has where the source, or the span of a programme, ends in it.
    """

    window: Window
    frames: int
    size_bytes: int
    score: Fraction


class Probe(Document):
    """What one quality setting came to at one size.

    Attributes:
        metric: Of the scores, which are means over the frames of a sample.
        viewed: The size that scores are measured at: that of the codec's largest rung.
        mezzanine: Digest of the mezzanine that was probed.
    """

    codec: str
    width: int
    height: int
    crf: Fraction
    metric: Metric
    viewed: tuple[int, int]
    frame_rate: Fraction
    windows: tuple[ProbedWindow, ...]
    mezzanine: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height that was encoded."""
        return self.width, self.height


def choose_windows(info: MediaInfo, ladder: Ladder, preset: PerTitlePreset) -> tuple[Window, ...]:
    """Return samples spread evenly over a title, each on the GOPs that its renditions will have.

    Each stands for an equal part of the title, and is the one nearest to the part's middle that no scene cut goes
    through, as far as cuts are known; where there is none, the nearest one.
    """
    total = max(1, round(info.duration_seconds * ladder.frame_rate))
    frames = ladder.gop_frames * max(1, ceil(preset.sample_seconds * ladder.frame_rate / ladder.gop_frames))
    places = total // frames
    if not places:
        return (Window(start_seconds=Fraction(0), frames=total),)
    count = min(preset.samples, places)
    cut = {int(time * ladder.frame_rate) // frames for time in info.scene_cuts if (time * ladder.frame_rate) % frames}
    bounds = [places * number // count for number in range(count + 1)]
    chosen = [_nearest(range(*bounds[number : number + 2]), cut) for number in range(count)]
    return tuple(Window(start_seconds=place * frames / ladder.frame_rate, frames=frames) for place in chosen)


def survey(probe: Probe) -> tuple[Window, ...]:
    """Return the few samples that stand for all that a probe has, from the easiest to the hardest."""
    count = min(len(probe.windows), max(FEWEST, round(len(probe.windows) * SURVEYED_PART)))
    ordered = sorted(probe.windows, key=lambda one: (one.score, one.window.start_seconds))
    chosen = [ordered[(2 * number + 1) * len(ordered) // (2 * count)].window for number in range(count)]
    return tuple(sorted(chosen, key=lambda window: window.start_seconds))


def mean_score(probe: Probe, windows: Sequence[Window] | None = None) -> float:
    """Return the mean score over some of a probe's samples, or all."""
    chosen = _of(probe, windows)
    return float(sum(one.score for one in chosen) / len(chosen))


def mean_rate(probe: Probe, windows: Sequence[Window] | None = None) -> float:
    """Return the bits per second over some of a probe's samples, or all."""
    chosen = _of(probe, windows)
    return float(sum(8 * one.size_bytes for one in chosen) * probe.frame_rate / sum(one.frames for one in chosen))


def peak_rate(probe: Probe) -> float:
    """Return the bits per second of the sample that takes most."""
    return max(mean_rate(probe, (one.window,)) for one in probe.windows)


def _of(probe: Probe, windows: Sequence[Window] | None) -> list[ProbedWindow]:
    return [one for one in probe.windows if windows is None or one.window in windows]


def _nearest(places: range, cut: set[int]) -> int:
    middle = (places.start + places.stop - 1) / 2
    return min(places, key=lambda place: (place in cut, abs(place - middle), place))
