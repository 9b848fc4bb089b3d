"""Points of a file as numbers of its frames, and its time code as labels of the programme."""

from fractions import Fraction

from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.programme.files import refuse
from vod_assets.domain.programme.points import Point
from vod_assets.domain.timecode import Timecode, timecode_of
from vod_assets.domain.timeline import Timeline

FILM_OF_VIDEO = Fraction(4, 5)  # frames of telecined film by those that its time code counts
FASTEST_FILM = 25
FASTEST_COUNTED = 30  # above it, a label may count pairs of frames


def frame_at(point: Point, info: MediaInfo, file: str) -> int:
    """Return the frame that a point names; the first of a file is 0."""
    rate = info.video.frame_rate
    if isinstance(point, Fraction):
        return round(point * rate)
    if not info.timecode:
        refuse(f"{point} is asked for, and it has no time code", file, "Give the point in seconds from its first frame")
    try:
        counting = _counting(info)
        number = counting.frames_between(info.timecode, _as_counted(point, counting))
    except ValueError as error:
        refuse(str(error), file)
    return int(number * rate / counting.frame_rate)


def first_label(master: MediaInfo, timeline: Timeline) -> str:
    """Return the label of a programme's first frame; empty where it is not the master's, or has none that is clear."""
    first = timeline.spans[0]
    if not master.timecode or first.file != timeline.master or unclear_labels(master):
        return ""
    counting = _counting(master)
    counted = first.from_seconds * counting.frame_rate
    is_in_pairs = counting.frame_rate < master.video.frame_rate
    return counting.label(counting.number(master.timecode) + (int(counted) if is_in_pairs else round(counted)))


def unclear_labels(info: MediaInfo) -> str:
    """Return why nobody can say which frames a file's labels name; empty where it is clear, or has no time code."""
    try:
        if info.timecode:
            _counting(info).number(info.timecode)
    except ValueError as error:
        return str(error)
    return ""


def burnt_label(info: MediaInfo, frame_rate: Fraction) -> str:
    """Return the label of the first frame where the next ones count each frame of a rate; else an empty text."""
    is_film = bool(info.timeline.picture.telecine if info.timeline else info.video.telecine)
    if not info.timecode or is_film or unclear_labels(info):
        return ""
    return info.timecode if _counting(info).frame_rate == frame_rate else ""


def _counting(info: MediaInfo) -> Timecode:
    """Return how the labels of a file count.

    Those of telecined film count the frames of the video that it became, and above 30 frames a second some count pairs
    (SMPTE ST 12-1).

    Raises:
        ValueError: They count no frames of this picture, or nothing says which.
    """
    rate, base = info.video.frame_rate, info.timecode_base
    as_film = rate / FILM_OF_VIDEO if rate < FASTEST_FILM else rate
    if not base:
        if rate > FASTEST_COUNTED and int(info.timecode[-2:]) < FASTEST_COUNTED:
            raise ValueError(f"{info.timecode} may count every frame or every pair of them: give points in seconds")
        return timecode_of(info.timecode, as_film if info.video.telecine else rate)
    counted = rate * base / round(rate)
    if counted not in (rate, as_film, rate / 2):
        raise ValueError(f"{info.timecode} counts {base} frames a second, and the picture has {float(rate):.3f}")
    return timecode_of(info.timecode, counted)


def _as_counted(point: str, counting: Timecode) -> str:
    """Return a label that says it drops what the file drops; one that drops where the file does not is refused."""
    if ";" in point and not counting.is_dropping:
        raise ValueError(f"{point} drops frames, and the file's own time code does not")
    return point
