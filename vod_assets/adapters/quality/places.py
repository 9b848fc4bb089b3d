"""Where a moment of a title lies in the files that it is made of, and how reading begins there."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.programme import file_of
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.timeline_filters import conformed
from vod_assets.domain.whole_frames import whole_frames

SLACK_SECONDS = Fraction(1, 2)  # read more than is asked for, and cut by frames


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
    video = info.video
    if info.timeline is None:
        at = video.start_seconds + seconds
        if video.is_variable_rate:
            return Found(source, video.index, _before(at), _held(video.frame_rate))
        return Found(source, video.index, _exactly(at, video.frame_rate, lasting_seconds))
    span, start = info.timeline.at(seconds)
    file, picture, at = file_of(source, span.file), span.picture, span.picture.start_seconds + start
    conforming = conformed(picture, info.timeline.picture)
    if picture.is_variable_rate:
        held = (*picture.colour_filters, *_held(info.timeline.frame_rate), *conforming)
        return Found(file, picture.stream, _before(at), held)
    whole = (*picture.colour_filters, *whole_frames(picture), *conforming)
    return Found(file, picture.stream, _exactly(at, picture.frame_rate, lasting_seconds), whole)


def _exactly(seconds: Fraction, frame_rate: Fraction, lasting_seconds: Fraction) -> dict[str, Any]:
    """Return what begins with the frame of a moment, whichever way its time was rounded."""
    begins = seconds - 1 / frame_rate / 2
    jump = {"ss": f"{float(begins):.6f}"} if begins > 0 else {}
    return {**jump, "t": f"{float(lasting_seconds + SLACK_SECONDS):.6f}"}


def _before(seconds: Fraction) -> dict[str, Any]:
    """Return what begins at a key frame before a moment, which is at time zero."""
    return {"noaccurate_seek": None, "ss": f"{float(seconds):.6f}"} if seconds else {}


def _held(frame_rate: Fraction) -> tuple[Filter, ...]:
    """Return what shows, from time zero on, what is on the screen then: it may have begun long before."""
    return (
        Filter(name="fps", arguments={"fps": str(frame_rate)}),
        Filter(name="tpad", arguments={"stop": "-1", "stop_mode": "clone"}),
        Filter(name="trim", arguments={"start_pts": "0"}),
    )
