"""Time code of the first frame: of the video, of a track of its own, of the container, or of the pictures."""

import re
from collections.abc import Iterator, Sequence

from vod_assets.adapters.probe.raw import Json, fraction, tags

UNSET = "00:00:00:00"  # what encoders write into pictures when nobody told them a time
PICTURE_CODES = ("GOP timecode", "SMPTE 12-1 timecode", "S12M timecode")
_CODE = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)([:;.])(\d\d)")


def first_timecode(video: Json, programme: Sequence[Json], container: Json, frame: Json) -> str:
    """Return ``HH:MM:SS:FF``, with ``;`` before the frames when the count drops some; empty where there is none."""
    return next(filter(None, map(_label, _said(video, programme, container, frame))), "")


def timecode_base(label: str, programme: Sequence[Json]) -> int:
    """Return how many frames a second of a label counts, as the track of time code says that it is of; 0: none does."""
    rates = (
        fraction(raw.get("avg_frame_rate"))
        for raw in programme
        if raw.get("codec_type") == "data" and label and _label(str(tags(raw).get("timecode", ""))) == label
    )
    return next((round(rate) for rate in rates if rate), 0)


def _label(said: str) -> str:
    match = _CODE.match(said)
    if match is None:
        return ""
    hours, minutes, seconds, drop, frames = match.groups()
    return f"{hours}:{minutes}:{seconds}{';' if drop in ';.' else ':'}{frames}"


def _said(video: Json, programme: Sequence[Json], container: Json, frame: Json) -> Iterator[str]:
    for place in (video, *(raw for raw in programme if raw.get("codec_type") == "data"), container):
        yield str(tags(place).get("timecode", ""))
    sides = [side for side in frame.get("side_data_list", ()) if side.get("side_data_type") in PICTURE_CODES]
    codes = (*(side.get("timecode", "") for side in sides), tags(frame).get("timecode", ""))
    yield from (str(code) for code in codes if code != UNSET)
