"""Time code of the first frame: of the video, of a track of its own, of the container, or of the pictures."""

import re
from collections.abc import Iterator, Sequence

from vod_assets.adapters.probe.raw import Json, tags

UNSET = "00:00:00:00"  # what encoders write into pictures when nobody told them a time
PICTURE_CODES = ("GOP timecode", "SMPTE 12-1 timecode", "S12M timecode")
_CODE = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)([:;.])(\d\d)")


def first_timecode(video: Json, programme: Sequence[Json], container: Json, frame: Json) -> str:
    """Return ``HH:MM:SS:FF``, with ``;`` before the frames when the count drops some; empty where there is none."""
    for said in _said(video, programme, container, frame):
        match = _CODE.match(said)
        if match:
            hours, minutes, seconds, drop, frames = match.groups()
            return f"{hours}:{minutes}:{seconds}{';' if drop in ';.' else ':'}{frames}"
    return ""


def _said(video: Json, programme: Sequence[Json], container: Json, frame: Json) -> Iterator[str]:
    for place in (video, *(raw for raw in programme if raw.get("codec_type") == "data"), container):
        yield str(tags(place).get("timecode", ""))
    sides = [side for side in frame.get("side_data_list", ()) if side.get("side_data_type") in PICTURE_CODES]
    codes = (*(side.get("timecode", "") for side in sides), tags(frame).get("timecode", ""))
    yield from (str(code) for code in codes if code != UNSET)
