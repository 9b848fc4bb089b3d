"""Thumbnails in sprite sheets, and the WebVTT index that tells a player which tile belongs to which time."""

from fractions import Fraction

from pydantic import Field

from vod_assets.domain.documents import Document
from vod_assets.domain.text.cue import clock
from vod_assets.domain.units import SMALLEST_SIDE


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
        name, left, upper = sheets.place(number)
        address = f"{name}#xywh={left},{upper},{sheets.width},{sheets.height}"
        blocks.append(f"{clock(start)} --> {clock(end)}\n{address}")
    return "\n\n".join(blocks) + "\n"
