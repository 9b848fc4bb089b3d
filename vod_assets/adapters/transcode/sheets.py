"""Sprite sheets: many thumbnails in few files."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import PIL
from PIL import Image

from vod_assets.domain.thumbnails import SpriteSheets, ThumbnailPreset, compose_thumbnail_index, sheet_names

JPEG_QUALITY = 75


class PillowSheetPainter:
    """Paints sprite sheets with Pillow."""

    build_ids: Mapping[str, str] = {"pillow": PIL.__version__}

    def paint(
        self, pictures: Sequence[Path], preset: ThumbnailPreset, duration_seconds: Fraction, directory: Path
    ) -> SpriteSheets:
        """Write sheets and index; see `paint_sheets`."""
        return paint_sheets(pictures, preset, duration_seconds, directory)


def paint_sheets(
    pictures: Sequence[Path], preset: ThumbnailPreset, duration_seconds: Fraction, directory: Path
) -> SpriteSheets:
    """Write sprite sheets and their WebVTT index into a directory; the same pictures give the same bytes.

    Args:
        pictures: Thumbnails of one size, in order of time; at least one.
        preset: Columns, rows and interval.
        duration_seconds: Duration of the title, where the last tile's time ends.
        directory: Where ``sheet_001.jpg`` on and ``thumbnails.vtt`` are written.
    """
    with Image.open(pictures[0]) as first:
        width, height = first.size
    count, per_sheet = len(pictures), preset.columns * preset.rows
    sheets = SpriteSheets(
        sheets=sheet_names(count, per_sheet),
        count=count,
        columns=preset.columns,
        rows=preset.rows,
        width=width,
        height=height,
        interval_seconds=preset.interval_seconds,
    )
    for number, name in enumerate(sheets.sheets):
        _paint(pictures, sheets, number).save(directory / name, "JPEG", quality=JPEG_QUALITY, optimize=True)
    (directory / sheets.index).write_text(compose_thumbnail_index(sheets, duration_seconds), encoding="utf-8")
    return sheets


def _paint(pictures: Sequence[Path], sheets: SpriteSheets, number: int) -> Image.Image:
    canvas = Image.new("RGB", sheets.sheet_size)
    first = number * sheets.tiles_per_sheet
    for tile in range(first, min(first + sheets.tiles_per_sheet, sheets.count)):
        _, left, upper = sheets.place(tile)
        with Image.open(pictures[tile]) as picture:
            canvas.paste(picture.convert("RGB"), (left, upper))
    return canvas
