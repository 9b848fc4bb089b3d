"""Closed captions inside pictures: FFprobe decodes the video and shows the user data of every picture."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import PICTURES_SOURCE, ffprobe_command, picture_data_command
from vod_assets.adapters.tools import Tools
from vod_assets.domain.text.closed_captions import ClosedCaptions, UserData, hexadecimal
from vod_assets.ports import Limits, ToolRunner

CODECS = ("h264", "hevc", "mpeg2video")  # that carry such user data
LOOKED_AT = 30  # packets; encoders put user data into every picture, even when nobody speaks
SIDE_DATA = "ATSC A53 Part 4 Closed Captions"
LOOK_LIMITS = Limits(address_space_bytes=2 << 30, cpu_seconds=60, wall_seconds=120, stall_seconds=60)
LIMITS = Limits(address_space_bytes=4 << 30, wall_seconds=6 * 3600)


def carries_closed_captions(tools: Tools, runner: ToolRunner, source: Path, index: int) -> bool:
    """Whether the first pictures of a video stream carry closed captions."""
    entries = ("-show_entries", "frame_side_data=side_data_type", "-of", "csv=p=0")
    window = ("-select_streams", str(index), "-read_intervals", f"%+#{LOOKED_AT}")
    answer = runner.run(ffprobe_command(tools.ffprobe, source, *window, *entries), limits=LOOK_LIMITS)
    return SIDE_DATA.encode() in answer.stdout


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
