"""Sprite sheets hold every thumbnail at the place that the index names."""

from fractions import Fraction
from pathlib import Path

from PIL import Image

from vod_assets.adapters.transcode.sheets import paint_sheets
from vod_assets.domain.thumbnails import ThumbnailPreset


def test_every_tile_is_at_its_place(tmp_path: Path) -> None:
    shades = [20, 70, 120, 170, 220]
    for number, shade in enumerate(shades, start=1):
        Image.new("RGB", (16, 8), (shade, shade, shade)).save(tmp_path / f"{number:05}.jpg")
    preset = ThumbnailPreset(interval_seconds=5, columns=2, rows=2)
    sheets = paint_sheets(sorted(tmp_path.glob("0*.jpg")), preset, Fraction(22), tmp_path)
    assert sheets.sheets == ("sheet_001.jpg", "sheet_002.jpg")
    for number, shade in enumerate(shades):
        name, left, upper = sheets.place(number)
        with Image.open(tmp_path / name) as sheet:
            seen = sheet.convert("L").getpixel((left + 8, upper + 4))
        assert isinstance(seen, int)
        assert abs(seen - shade) <= 3
    with Image.open(tmp_path / "sheet_002.jpg") as last:
        assert last.size == (32, 16), "as large as the others: a player takes it for a whole grid"
        assert last.convert("L").getextrema()[0] <= 3, "and black where there is no picture"
    assert (tmp_path / "thumbnails.vtt").read_text().endswith("00:00:22.000\nsheet_002.jpg#xywh=0,0,16,8\n")
