"""Where a moment of a title lies in the files that it is made of, and how reading begins there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.programme import file_of
from vod_assets.domain.containers import SEEKS_ROUGHLY
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.timeline_filters import conformed
from vod_assets.domain.whole_frames import whole_frames

SLACK_SECONDS = Fraction(1, 2)  # read more than is asked for, and cut by frames
LATE_SECONDS = Fraction(1)  # for what decoders put out late
FIRST_SECONDS = Fraction(1, 1000)
Opening = tuple[dict[str, Any], tuple[Filter, ...]]


@dataclass(frozen=True)
class Found:
    """A stretch of a title.

    Attributes:
        options: Of the input, which begin reading there.
        shown: Filters that make of the file's picture what the programme shows.
    """

    file: Path
    stream: int
    options: dict[str, Any] = field(default_factory=dict)
    shown: tuple[Filter, ...] = ()


def place_of(source: Path, info: MediaInfo, seconds: Fraction, lasting_seconds: Fraction) -> Found:
    """Return where a stretch of a title lies: in the one file in which it begins."""
    video, early = info.video, run_up_seconds(info)
    if info.timeline is None:
        at = video.start_seconds + seconds
        if video.is_variable_rate:
            opened, shifted = _before(at, early)
            return Found(source, video.index, opened, (*shifted, *_held(video.frame_rate)))
        return Found(source, video.index, *_exactly(at, video.frame_rate, lasting_seconds, early))
    span, start = info.timeline.at(seconds)
    file, picture, at = file_of(source, span.file), span.picture, span.picture.start_seconds + start
    conforming = conformed(picture, info.timeline.picture)
    if picture.is_variable_rate:
        opened, shifted = _before(at, early)
        shown = (*shifted, *picture.colour_filters, *_held(info.timeline.frame_rate), *conforming)
        return Found(file, picture.stream, opened, shown)
    opened, shifted = _exactly(at, picture.frame_rate, lasting_seconds, early)
    whole = (*shifted, *picture.colour_filters, *whole_frames(picture), *conforming)
    return Found(file, picture.stream, opened, whole)


def run_up_seconds(info: MediaInfo) -> Fraction | None:
    """Return how long before a moment reading has to begin, for every frame after it to be decoded; None: all.

    Where an index leads to the key frame before it, that is nothing. Elsewhere reading begins with some packet, and
    pictures with the next key frame. Of a programme it is not told which of its files are of which kind.
    """
    if info.timeline is None and info.container not in SEEKS_ROUGHLY:
        return Fraction(0)
    gap = info.video.keyframe_gap_seconds
    return None if gap is None else gap + LATE_SECONDS


def jump_to(seconds: Fraction, early_seconds: Fraction | None) -> tuple[dict[str, str], tuple[Filter, ...]]:
    """Return the options of an input that is read from so long before a moment, and what makes that its time zero.

    Reading never begins without a jump: only then do all files count their times from the same zero.
    """
    if seconds <= 0:
        return {}, ()
    begins = seconds - early_seconds if early_seconds is not None else Fraction(0)
    begins = max(begins, min(seconds, FIRST_SECONDS))
    shifted = Filter(name="setpts", arguments={"expr": f"PTS-{float(seconds - begins):.6f}/TB"})
    return {"ss": f"{float(begins):.6f}"}, (shifted,) if begins < seconds else ()


def from_zero(shifted: Sequence[Filter]) -> tuple[Filter, ...]:
    """Return filters that leave out what a shift has brought before time zero."""
    return (*shifted, Filter(name="trim", arguments={"start": "0"})) if shifted else ()


def _exactly(seconds: Fraction, frame_rate: Fraction, lasting_seconds: Fraction, early: Fraction | None) -> Opening:
    """Return what begins with the frame of a moment, whichever way its time was rounded."""
    begins = seconds - 1 / frame_rate / 2
    jump, shifted = jump_to(begins, early)
    lasting = lasting_seconds + SLACK_SECONDS + (begins - Fraction(jump["ss"]) if shifted else 0)
    return {**jump, "t": f"{float(lasting):.6f}"}, from_zero(shifted)


def _before(seconds: Fraction, early: Fraction | None) -> Opening:
    """Return what begins at a key frame before a moment, which is at time zero."""
    jump, shifted = jump_to(seconds, early)
    return {"noaccurate_seek": None, **jump} if jump else {}, shifted


def _held(frame_rate: Fraction) -> tuple[Filter, ...]:
    """Return what shows, from time zero on, what is on the screen then: it may have begun long before."""
    return (
        Filter(name="fps", arguments={"fps": str(frame_rate)}),
        Filter(name="tpad", arguments={"stop": "-1", "stop_mode": "clone"}),
        Filter(name="trim", arguments={"start_pts": "0"}),
    )
