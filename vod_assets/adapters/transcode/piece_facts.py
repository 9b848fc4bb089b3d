"""What FFmpeg says of a piece: its time line, its packets, its counts, the pictures at its borders."""

import mmap
import re
from fractions import Fraction
from pathlib import Path

from vod_assets.domain.acceptance import DecodeCounts
from vod_assets.domain.errors import PieceError
from vod_assets.domain.init_segment import VIDEO_FIELDS
from vod_assets.domain.isobmff import boxes
from vod_assets.domain.packet_marks import PacketMarks
from vod_assets.domain.pieces import Clock, PieceMade

LEADING_FRAMES = 16  # that a decoder may call damaged after a key frame in the middle: no codec reorders more
BORDERS_FORMAT, SHOWN_FORMAT = "framehash", "null"
_ENCODED = re.compile(r"^\[out#\d+/(\w+) .* Output stream #\d+:0 \(video\): (\d+) frames encoded")
_TICK = re.compile(r"^#tb 0: (\d+/\d+)$", re.MULTILINE)
_FRAME = re.compile(r"^0, *-?\d+, *(-?\d+), *\d+, *\d+, *([0-9a-f]+)$", re.MULTILINE)


class Outputs:
    """Counts how many frames each output got, told apart by their formats: FFmpeg's order of them is its own."""

    def __init__(self) -> None:
        self._rungs: set[int] = set()
        self._shown = 0

    def read(self, line: str) -> None:
        """Take one line of standard error."""
        found = _ENCODED.search(line)
        if found and found[1] == SHOWN_FORMAT:
            self._shown = int(found[2])
        elif found and found[1] != BORDERS_FORMAT:
            self._rungs.add(int(found[2]))

    def made(self, counts: DecodeCounts, stream: int, hashes: list[str]) -> PieceMade:
        """Return what is to be remembered of a piece.

        Args:
            counts: Of its decode.
            stream: The source's picture.
            hashes: Of the pictures at the borders.
        """
        damaged = counts.errors.get(stream, 0) + counts.corrupt.get(stream, 0)
        return PieceMade(
            frames=min(self._rungs, default=0),
            shown_frames=self._shown,
            damaged_frames=max(0, damaged - LEADING_FRAMES),
            opens_with=hashes[0] if hashes else "",
            goes_on_with=hashes[1] if len(hashes) > 1 else "",
        )


def clock_of(text: str) -> Clock:
    """Return the time line that a list of frame hashes begins with.

    Raises:
        PieceError: It lists no frame.
    """
    tick, frame = _TICK.search(text), _FRAME.search(text)
    if tick is None or frame is None:
        raise PieceError("piece_inexact", "no picture can be decoded at the beginning")
    return Clock(zero_ticks=int(frame[1]), tick=Fraction(tick[1]))


def hashes_of(text: str) -> list[str]:
    """Return the hashes of a list of frame hashes."""
    return [found[2] for found in _FRAME.finditer(text)]


def read_mark(marks: PacketMarks, line: str) -> None:
    """Take one line of ffprobe's CSV: a packet, or the stream."""
    kind, *said = line.split(",")
    if kind == "packet" and len(said) > 3:
        if "K" in said[2]:
            marks.keys.append(len(marks.times))
        marks.times.append(int(said[0]) if said[0].lstrip("-").isdigit() else 0)  # such a source is not cut
        marks.marks.append(" ".join(said[1:4]))
    elif kind == "stream" and said:
        marks.header = said[-1]


def sample_entry(file: Path) -> tuple[bytes, ...]:
    """Return what an MP4 file says of how its picture is decoded: its sample entry, the bit rates left out."""
    with (
        file.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data,
        memoryview(data) as view,
    ):
        return _entry(view)


def _entry(data: memoryview) -> tuple[bytes, ...]:
    moov = next(box for box in boxes(data) if box.kind == "moov")
    (entry,) = moov.find("trak", "mdia", "minf", "stbl", "stsd").children(8)
    fields = entry.kind.encode() + bytes(entry.body[:VIDEO_FIELDS])
    return (
        fields,
        *(box.kind.encode() + bytes(box.body) for box in entry.children(VIDEO_FIELDS) if box.kind != "btrt"),
    )
