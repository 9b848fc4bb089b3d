"""Thumbnails in sprite sheets, and the WebVTT index that tells a player which tile belongs to which time."""

import re
from collections.abc import Iterator
from fractions import Fraction

from pydantic import Field

from vod_assets.domain.documents import Document
from vod_assets.domain.text.cue import clock
from vod_assets.domain.units import SMALLEST_SIDE

_CUE = re.compile(r"^(\S+) --> (\S+).*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$", re.MULTILINE)


class ThumbnailPreset(Document):
    """Sprite sheets: one picture every ``interval_seconds``, in sheets of ``columns`` by ``rows``."""

    interval_seconds: int = Field(default=5, ge=1, le=3600)
    width: int = Field(default=160, ge=SMALLEST_SIDE, le=640)
    columns: int = Field(default=5, ge=1, le=20)  # 20 of the widest: far below the 65,535 pixels of a JPEG
    rows: int = Field(default=5, ge=1, le=20)


class SpriteSheets(Document):
    """What the ``thumbnails`` asset holds: sheets of one size and of equal tiles, filled row by row.

    Attributes:
        sheets: File names in order, ``sheet_001.jpg`` on.
        index: File name of the WebVTT index.
        count: Tiles in all; tile ``n`` (from 0) belongs to the time from ``n`` intervals on.
        width: Width of one tile in pixels; ``height`` likewise.
        mezzanine: Digest of the mezzanine that the pictures were taken from.
    """

    sheets: tuple[str, ...]
    index: str = "thumbnails.vtt"
    count: int
    columns: int
    rows: int
    width: int
    height: int
    interval_seconds: int
    mezzanine: str = ""

    @property
    def tiles_per_sheet(self) -> int:
        """Tiles of a full sheet."""
        return self.columns * self.rows

    def place(self, number: int) -> tuple[str, int, int]:
        """Return the sheet of tile ``number`` (from 0), and the left and upper edge of the tile there."""
        sheet, tile = divmod(number, self.tiles_per_sheet)
        row, column = divmod(tile, self.columns)
        return self.sheets[sheet], column * self.width, row * self.height

    @property
    def sheet_size(self) -> tuple[int, int]:
        """Width and height of every sheet in pixels.

        The last one has black tiles where the title has ended: players stretch a sheet to the size that the manifest
        states, and one with fewer rows would show pieces of wrong tiles.
        """
        return self.columns * self.width, self.rows * self.height


def sheet_names(count: int, tiles_per_sheet: int) -> tuple[str, ...]:
    """Return the names of the sheets that hold ``count`` tiles."""
    return tuple(f"sheet_{number:03}.jpg" for number in range(1, -(-count // tiles_per_sheet) + 1))


def compose_thumbnail_index(sheets: SpriteSheets, duration_seconds: Fraction) -> str:
    """Return the WebVTT file whose cues are tiles as media fragments (``sheet_001.jpg#xywh=0,0,160,90``)."""
    blocks = ["WEBVTT"]
    for number in range(sheets.count):
        start = Fraction(number * sheets.interval_seconds)
        end = min(start + sheets.interval_seconds, max(duration_seconds, start + Fraction(1, 1000)))
        blocks.append(f"{clock(start)} --> {clock(end)}\n{_address(*sheets.place(number), sheets)}")
    return "\n\n".join(blocks) + "\n"


def index_faults(index: str, sheets: SpriteSheets, duration_seconds: Fraction) -> Iterator[str]:
    """Yield what is wrong with a WebVTT index: each cue has to lead to the tile of its time, up to the title's end.

    The count that the sheets state is not asked: it is the index that says how many tiles there are.
    """
    cues = _CUE.findall(index)
    if not index.startswith("WEBVTT") or len(cues) != index.count("-->") or not cues:
        yield "it is no WebVTT of tiles"
        return
    if len(cues) > len(sheets.sheets) * sheets.tiles_per_sheet:
        yield f"it names {len(cues)} tiles, {len(sheets.sheets)} sheets have fewer"
        return
    for number, (start, end, *tile) in enumerate(cues):
        at, until = _seconds(start), _seconds(end)
        if at is None or until is None or at != number * sheets.interval_seconds:
            yield f"tile {number + 1} is shown from {start} on"
        elif not at < until <= at + sheets.interval_seconds:
            yield f"tile {number + 1} is shown from {start} to {end}"
        wanted = _address(*sheets.place(number), sheets)
        if (found := f"{tile[0]}#xywh={','.join(tile[1:])}") != wanted:
            yield f"tile {number + 1} is {found}, and should be {wanted}"
    shown = len(cues) * sheets.interval_seconds
    if not shown - sheets.interval_seconds <= duration_seconds < shown + sheets.interval_seconds:
        yield f"its {len(cues)} tiles are not those of {float(duration_seconds):.3f} s"


def _address(name: str, left: int, upper: int, sheets: SpriteSheets) -> str:
    return f"{name}#xywh={left},{upper},{sheets.width},{sheets.height}"


def _seconds(text: str) -> Fraction | None:
    """Return a WebVTT time (``00:01.500``, ``1:00:01.500``); None: it is none."""
    found = re.fullmatch(r"(?:(\d+):)?([0-5]\d):([0-5]\d)\.(\d{3})", text)
    if found is None:
        return None
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds + Fraction(thousandths, 1000)
