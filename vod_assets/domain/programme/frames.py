"""Points of a file as numbers of its frames, and its time code as labels of the programme."""

from fractions import Fraction

from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.programme.files import refuse
from vod_assets.domain.programme.points import Point
from vod_assets.domain.timecode import Timecode, timecode_of
from vod_assets.domain.timeline import Timeline

FILM_OF_VIDEO = Fraction(4, 5)  # frames of telecined film by those that its time code counts


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
    """Return the label of a programme's first frame; empty where it is not the master's, or has none."""
    first = timeline.spans[0]
    if not master.timecode or first.file != timeline.master:
        return ""
    counting = _counting(master)
    return counting.label(counting.number(master.timecode) + round(first.from_seconds * counting.frame_rate))


def _counting(info: MediaInfo) -> Timecode:
    """Return how the labels of a file count: those of telecined film count the frames of the video that it became."""
    rate = info.video.frame_rate
    is_film = info.video.telecine and rate < 25
    return timecode_of(info.timecode, rate / FILM_OF_VIDEO if is_film else rate)


def _as_counted(point: str, counting: Timecode) -> str:
    """Return a label that says it drops what the file drops; one that drops where the file does not is refused."""
    if ";" in point and not counting.is_dropping:
        raise ValueError(f"{point} drops frames, and the file's own time code does not")
    return point
