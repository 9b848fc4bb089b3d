"""Prepare WebVTT for the packager, and finish the WebVTT segments that it writes."""

from fractions import Fraction
from pathlib import Path

from vod_assets.domain.errors import ToolError

MEDIA_CLOCK = "X-TIMESTAMP-MAP=MPEGTS:{},LOCAL:00:00:00.000"


def for_packager(webvtt: str, duration_seconds: Fraction | None) -> str:
    """Return WebVTT with a last cue that holds nothing and ends with the title.

    The packager stops at the last cue's end and refuses a file without cues, and a player that finds fewer text
    segments than video segments may wait for the rest. The empty cue itself reaches no segment.

    Raises:
        ToolError: ``packaging_failed``: the job does not say how long the title is.
    """
    end = title_milliseconds(duration_seconds)
    return f"{webvtt.strip()}\n\n{timestamp(end - 1)} --> {timestamp(end)}\n\n\n"


def title_milliseconds(duration_seconds: Fraction | None) -> int:
    """Return a title's duration as text tracks count it, at least 1.

    Raises:
        ToolError: ``packaging_failed``: it is not known.
    """
    if duration_seconds is None or duration_seconds <= 0:
        raise ToolError("packaging_failed", "a text track needs the duration of its title")
    return max(1, round(duration_seconds * 1000))


def timestamp(milliseconds: int) -> str:
    """Return a WebVTT time stamp: ``01:02:03.456``."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def name_media_clock(path: Path, ticks: int = 0) -> None:
    """Say in a WebVTT segment which time of the media, in 90 kHz ticks, its time zero is (RFC 8216, 3.5)."""
    header, _, body = path.read_text("utf-8").partition("\n")
    path.write_text(f"{header}\n{MEDIA_CLOCK.format(ticks)}\n{body}", "utf-8")
