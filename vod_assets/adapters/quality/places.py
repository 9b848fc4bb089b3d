"""Where a moment of a title lies in the files that it is made of."""

from fractions import Fraction
from pathlib import Path

from vod_assets.adapters.ffmpeg.programme import file_of
from vod_assets.domain.media_info import MediaInfo


def place_of(source: Path, info: MediaInfo, seconds: Fraction) -> tuple[Path, int, Fraction]:
    """Return the file and the stream of a moment of a title, and its time there."""
    if info.timeline is None:
        return source, info.video.index, seconds
    span, start = info.timeline.at(seconds)
    return file_of(source, span.file), span.picture.stream, start
