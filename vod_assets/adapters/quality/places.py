"""Where a moment of a title lies in the files that it is made of."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.ffmpeg.programme import file_of
from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.timeline_filters import conformed
from vod_assets.domain.whole_frames import whole_frames


@dataclass(frozen=True)
class Found:
    """A moment of a title.

    Attributes:
        seconds: Its time in the file.
        shown: Filters that make of the file's picture what the programme shows.
    """

    file: Path
    stream: int
    seconds: Fraction
    shown: tuple[Filter, ...] = ()


def place_of(source: Path, info: MediaInfo, seconds: Fraction) -> Found:
    """Return where a moment of a title lies."""
    if info.timeline is None:
        return Found(source, info.video.index, seconds)
    span, start = info.timeline.at(seconds)
    shown = (*span.picture.colour_filters, *whole_frames(span.picture), *conformed(span.picture, info.timeline.picture))
    return Found(file_of(source, span.file), span.picture.stream, span.picture.start_seconds + start, shown)
