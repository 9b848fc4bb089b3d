"""Probes: encodes of samples of a title that tell what bits buy at a size."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Literal

from vod_assets.domain.documents import Document
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.quality_presets import PerTitlePreset
from vod_assets.domain.video_presets import VideoPreset

Metric = Literal["vmaf", "xpsnr"]
FEWEST = 3  # samples stand for all
ALL = 5  # so few stand for themselves: titles of seconds are probed whole
SURVEYED_PART = Fraction(3, 10)


class Window(Document):
    """One sample: whole GOPs of a title, or all of a short one."""

    start_seconds: Fraction
    frames: int


class ProbedWindow(Document):
    """What the encode of one sample came to.

    Attributes:
        frames: That came of it: fewer than the sample has where the source, or the span of a programme, ends in it.
    """

    window: Window
    frames: int
    size_bytes: int
    score: Fraction


@dataclass(frozen=True)
class Excerpt:
    """What is encoded for a sample: its frames, and around them what the encoder makes them depend on.

    Nothing around them is counted or measured.
    """

    before_frames: int
    frames: int
    after_frames: int

    @property
    def total_frames(self) -> int:
        """All that are encoded."""
        return self.before_frames + self.frames + self.after_frames


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
    """Return samples spread evenly over a title, each on the GOPs that its renditions will have; all of a short one.

    Each stands for an equal part of the title, and is the one nearest to the part's middle that no scene cut goes
    through, as far as cuts are known; where there is none, the nearest one.
    """
    total = max(1, round(info.duration_seconds * ladder.frame_rate))
    frames = ladder.gop_frames * max(1, ceil(preset.sample_seconds * ladder.frame_rate / ladder.gop_frames))
    joins = [begins for begins, _ in info.timeline.placed] if info.timeline else []
    if total <= preset.samples * frames:
        return tuple(_all_of(total, joins, ladder, frames))
    places = total // frames
    count = min(preset.samples, places)
    joined, cut = (_gone_through(times, ladder.frame_rate, frames) for times in (joins, info.scene_cuts))
    bounds = [places * number // count for number in range(count + 1)]
    chosen = [_nearest(range(*bounds[number : number + 2]), joined, cut) for number in range(count)]
    return tuple(Window(start_seconds=place * frames / ladder.frame_rate, frames=frames) for place in chosen)


def _all_of(total: int, joins: Sequence[Fraction], ladder: Ladder, frames: int) -> Iterator[Window]:
    """Yield samples that are all of a short title, none across a join; a rest goes with the sample before it.

    Of a part of a programme that is over as soon as a GOP begins in it, nothing is seen.
    """
    bounds = sorted({0, total, *(round(begins * ladder.frame_rate) for begins in joins)})
    for begins, ends in pairwise(bounds):
        first = -(-begins // ladder.gop_frames) * ladder.gop_frames
        least = frames // 4 if begins else 1
        while ends - first >= least:
            count = frames if ends - first >= frames + frames // 2 else ends - first
            yield Window(start_seconds=first / ladder.frame_rate, frames=count)
            first += count


def excerpt_of(window: Window, info: MediaInfo, ladder: Ladder, preset: VideoPreset) -> Excerpt:
    """Return what is encoded for a sample, nothing of it from beyond the span of a programme that the sample is in."""
    rate, tool = ladder.frame_rate, preset.tool
    begins, ends = _around(info, window.start_seconds)
    left = round((ends - window.start_seconds) * rate)
    frames = max(1, min(window.frames, left))
    looked_at = min(tool.lookahead_frames.get(preset.speed, 0), ladder.gop_frames)
    return Excerpt(
        before_frames=min(tool.run_up_frames, round((window.start_seconds - begins) * rate)),
        frames=frames,
        after_frames=max(0, min(looked_at, left - frames)),
    )


def around_words(excerpt: Excerpt, preset: VideoPreset) -> dict[str, str]:
    """Return the encoder's options for an excerpt: a key frame where the sample begins, and no pains behind it."""
    first = excerpt.before_frames
    last = first + excerpt.frames
    key = {"force_key_frames": f"expr:eq(n,{first})"} if first else {}
    if not excerpt.after_frames:
        return key
    said = preset.tool.hurrying
    return key | {name: words.format(first=last, last=excerpt.total_frames) for name, words in said.items()}


def survey(probe: Probe) -> tuple[Window, ...]:
    """Return the few samples that stand for all that a probe has, from the easiest to the hardest."""
    known = len(probe.windows)
    count = known if known <= ALL else max(FEWEST, round(known * SURVEYED_PART))
    ordered = sorted(probe.windows, key=lambda one: (one.score, one.window.start_seconds))
    chosen = [ordered[(2 * number + 1) * len(ordered) // (2 * count)].window for number in range(count)]
    return tuple(sorted(chosen, key=lambda window: window.start_seconds))


def mean_score(probe: Probe, windows: Sequence[Window] | None = None) -> float:
    """Return the mean score over the frames of some of a probe's samples, or all."""
    chosen = _of(probe, windows)
    return float(sum(one.score * one.frames for one in chosen) / sum(one.frames for one in chosen))


def mean_rate(probe: Probe, windows: Sequence[Window] | None = None) -> float:
    """Return the bits per second over some of a probe's samples, or all."""
    chosen = _of(probe, windows)
    return float(sum(8 * one.size_bytes for one in chosen) * probe.frame_rate / sum(one.frames for one in chosen))


def peak_rate(probe: Probe) -> float:
    """Return the bits per second of the sample that takes most."""
    return max(mean_rate(probe, (one.window,)) for one in probe.windows)


def _of(probe: Probe, windows: Sequence[Window] | None) -> list[ProbedWindow]:
    return [one for one in probe.windows if windows is None or one.window in windows]


def _around(info: MediaInfo, seconds: Fraction) -> tuple[Fraction, Fraction]:
    """Return when the span of a moment begins and ends in the title."""
    if info.timeline is None:
        return Fraction(0), info.duration_seconds
    begins = max(begins for begins, _ in info.timeline.placed if begins <= seconds)
    return begins, begins + info.timeline.at(seconds)[0].duration_seconds


def _gone_through(times: Iterable[Fraction], frame_rate: Fraction, frames: int) -> set[int]:
    """Return the numbers of the stretches of so many frames that have one of the times within them."""
    return {int(time * frame_rate) // frames for time in times if (time * frame_rate) % frames}


def _nearest(places: range, joined: set[int], cut: set[int]) -> int:
    middle = (places.start + places.stop - 1) / 2
    return min(places, key=lambda place: (place in joined, place in cut, abs(place - middle), place))
