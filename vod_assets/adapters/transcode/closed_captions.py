"""Closed captions inside pictures: whether there are any, and, by FFprobe, the user data of every picture."""

import itertools
import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import PICTURES_SOURCE, ffprobe_command, picture_data_command
from vod_assets.adapters.tools import Tools
from vod_assets.domain.text.closed_captions import ClosedCaptions, UserData, hexadecimal
from vod_assets.ports import Limits, ToolRunner

_REGISTERED = b"\xb5\x00\x31GA94\x03"  # ATSC A/53 Part 4, 6.2.3, in a message of ITU-T T.35
MARKS: Mapping[str, tuple[bytes, ...]] = {  # bytes with which user data of captions begin, by the codec of the pictures
    "h264": (_REGISTERED,),
    "hevc": (_REGISTERED,),
    "mpeg2video": tuple(  # the same without that message; those of DVDs; and of SCTE 20
        b"\x00\x00\x01\xb2" + mark for mark in (b"GA94\x03", b"CC\x01\xf8", b"\x03\x01", b"\x03\x81")
    ),
}
WINDOW_BYTES = 1 << 20
WHOLE_BYTES = 1 << 30  # up to which a file is read whole; of a larger one every eighth window is
LOOK_LIMITS = Limits(address_space_bytes=2 << 30, cpu_seconds=60, wall_seconds=120, stall_seconds=60)
LIMITS = Limits(address_space_bytes=4 << 30, wall_seconds=6 * 3600)


def carries_closed_captions(source: Path, codec: str, whole_bytes: int = WHOLE_BYTES) -> bool:
    """Whether the pictures of a file carry closed captions, anywhere in it.

    Encoders put user data into every picture, even when nobody speaks; but some begin with the first caption, and a
    title may begin with an hour of something else. So the bytes are searched for the mark of such data, which at 64
    bits stands nowhere by chance: nothing is decoded, and a file with captions is left at the first. Transport packets
    tear one mark in 25, of which the next picture has another.

    Args:
        source: The file.
        codec: Of its pictures.
        whole_bytes: Up to which size it is searched whole; a larger one has an eighth of it searched, evenly spread.
    """
    marks = MARKS.get(codec, ())
    step = 1 if source.stat().st_size <= whole_bytes else 8
    with source.open("rb") as file:
        for number in itertools.count(0, step):
            file.seek(number * WINDOW_BYTES)
            window = file.read(WINDOW_BYTES + len(_REGISTERED))
            if not window or any(mark in window for mark in marks):
                return bool(window)
    return False


def closed_captions(tools: Tools, runner: ToolRunner, source: Path, index: int, scratch: Path) -> ClosedCaptions:
    """Return what the pictures of a video stream say, by the time since the first picture.

    Args:
        tools: Whose ffprobe decodes the video.
        runner: Runs it.
        source: The file.
        index: The video stream.
        scratch: A folder of ours, in which the file gets a name that is safe in a filter.
    """
    start, shape = _start_and_shape(tools, runner, source, index)
    (scratch / PICTURES_SOURCE).symlink_to(source.absolute())
    dump = _Dump(start, shape)
    try:
        runner.run(picture_data_command(tools.ffprobe, index), limits=LIMITS, on_line=dump.read, cwd=scratch)
    finally:
        (scratch / PICTURES_SOURCE).unlink()
    return dump.finish()


def _start_and_shape(tools: Tools, runner: ToolRunner, source: Path, index: int) -> tuple[Fraction, Fraction]:
    """Return when the first picture is shown, and the width by the height of all as they are shown."""
    fields = "stream=start_time,width,height,sample_aspect_ratio"
    entries = ("-select_streams", str(index), "-show_entries", fields, "-of", "json")
    answer = runner.run(ffprobe_command(tools.ffprobe, source, *entries), limits=LOOK_LIMITS)
    said: dict[str, Any] = next(iter(json.loads(answer.stdout).get("streams", [])), {})
    shape = _fraction(f"{said.get('width', 16)}/{said.get('height', 9)}", Fraction(16, 9))
    pixel = _fraction(str(said.get("sample_aspect_ratio", "")).replace(":", "/"), Fraction(1))
    return _fraction(str(said.get("start_time", "")), Fraction(0)), shape * (pixel or 1)


def _fraction(text: str, otherwise: Fraction) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):  # N/A, 0:1
        return otherwise


class _Dump:
    """Reads what FFprobe prints of each packet: its time, then a dump of its bytes."""

    def __init__(self, start: Fraction, shape: Fraction) -> None:
        self.start, self.data = start, UserData(shape)
        self.seconds: Fraction | None = None
        self.lines: list[str] = []

    def read(self, line: str) -> None:
        """Take one line; a new time ends the packet before."""
        if line[8:10] == ": ":
            self.lines.append(line)
        elif line[:1].isdigit():
            self._end_packet()
            self.seconds = Fraction(line.partition(",")[0]) - self.start

    def finish(self) -> ClosedCaptions:
        """Return what was found in all."""
        self._end_packet()
        return self.data.found()

    def _end_packet(self) -> None:
        if self.seconds is not None:
            self.data.feed(self.seconds, hexadecimal(iter(self.lines)))
        self.seconds, self.lines = None, []
