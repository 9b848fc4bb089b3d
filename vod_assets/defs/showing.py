"""What a person sees of a title in the Dagster UI.

Markdown below 1000 characters is shown where it stands, longer text hides behind a link; HTML is stripped, pictures in
``data:`` addresses are not. Every picture here therefore fits into that.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import dagster as dg
import PIL.WebPImagePlugin  # noqa: F401 - otherwise the first WebP imports what Pillow has for every format
from PIL import Image

from vod_assets.domain.charts import curves_svg, sparkline_svg
from vod_assets.domain.errors import printable

INLINE_CHARACTERS = 1000
POSTER_PIXELS = (128, 96, 72, 48)  # longest side, the largest that fits
POSTER_QUALITIES = (40, 30, 20, 12, 6, 1)
SHOWN_PIXELS = 320

Row = Mapping[str, str | int | float | bool | None]


def is_picture(path: Path) -> bool:
    """Return whether a file is a picture, and decodes to its end."""
    try:
        with Image.open(path) as picture:
            picture.load()
    except (OSError, SyntaxError, Image.DecompressionBombError):  # Pillow's words for a broken PNG
        return False
    return True


def picture_size(path: Path) -> tuple[int, int] | None:
    """Return the width and height that a picture's header states; None: it is no picture."""
    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, SyntaxError, Image.DecompressionBombError):
        return None


def poster_metadata(jpeg: Path, alt: str = "poster") -> dg.MarkdownMetadataValue:
    """Return a picture to be shown inline: a tiny WebP that an SVG around it blows up smoothly."""
    with Image.open(jpeg) as picture:
        whole = picture.convert("RGB")
    for side in POSTER_PIXELS:
        small = whole.copy()
        small.thumbnail((side, side))
        for quality in POSTER_QUALITIES:
            markdown = _picture(_framed(small, quality), alt)
            if len(markdown) < INLINE_CHARACTERS:
                return dg.MetadataValue.md(markdown)
    return dg.MetadataValue.md(f"(no picture below {INLINE_CHARACTERS} characters can be made of {jpeg.name})")


def sparkline(values: Sequence[float], alt: str = "plot") -> dg.MarkdownMetadataValue:
    """Return a line through values, to be shown inline; without values, a dash."""
    return dg.MetadataValue.md(_picture(sparkline_svg(values), alt) if values else "–")


def rate_quality_plot(
    lines: Sequence[Sequence[tuple[float, float]]], marks: Sequence[tuple[float, float]]
) -> dg.MarkdownMetadataValue:
    """Return a plot of scores over bits, to be shown inline: a line a size, a dot a rung that is made.

    Where that is too much for a line, sizes are left out, the smallest first.
    """
    for count in range(len(lines), 0, -1):
        markdown = _picture(curves_svg(lines[:count], marks), "quality over bits")
        if len(markdown) < INLINE_CHARACTERS:
            return dg.MetadataValue.md(markdown)
    return dg.MetadataValue.md("–")


def table(rows: Sequence[Row]) -> dg.TableMetadataValue | dg.MarkdownMetadataValue:
    """Return rows as a table, columns in the order of the first row; without rows, a dash."""
    if not rows:
        return dg.MetadataValue.md("–")
    columns = [dg.TableColumn(name=name, type=_column_type(rows, name)) for name in rows[0]]
    texts = {column.name for column in columns if column.type == "string"}
    records = [
        dg.TableRecord({name: str(value) if name in texts and value is not None else value for name, value in pairs})
        for pairs in ([(name, row.get(name)) for name in rows[0]] for row in rows)
    ]
    return dg.MetadataValue.table(records=records, schema=dg.TableSchema(columns=columns))


def duration_text(seconds: Fraction) -> str:
    """Return a duration as a person reads it: ``4.2 s``, ``2:05``, ``1:30:00``."""
    tenths = round(seconds * 10)
    if tenths < 600:
        return f"{tenths // 10}.{tenths % 10} s"
    whole = round(seconds)
    minutes, left = divmod(whole, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{left:02}" if minutes >= 60 else f"{minutes}:{left:02}"


def rate_text(bits_per_second: int) -> str:
    """Return a bit rate as a person reads it: ``128 kbit/s``, ``5.2 Mbit/s``."""
    if bits_per_second < 1_000_000:
        return f"{round(bits_per_second / 1000)} kbit/s"
    return f"{bits_per_second / 1_000_000:.1f} Mbit/s"


def _framed(picture: Image.Image, quality: int) -> str:
    """Return an SVG that shows a picture ``SHOWN_PIXELS`` long."""
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=quality, method=6)
    scale = SHOWN_PIXELS / max(picture.size)
    width, height = (round(side * scale) for side in picture.size)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>"
        f"<image width='{width}' height='{height}' href='data:image/webp;base64,{data}'/></svg>"
    )


def _picture(svg: str, alt: str) -> str:
    """Return Markdown of an SVG; what remains unquoted is what Markdown and the UI let pass."""
    words = "".join(char for char in printable(alt) if char not in "[]\\`<>!")[:60]
    data = quote(svg, safe="/:;,='+")
    return f"![{words}](data:image/svg+xml,{data})"


def _column_type(rows: Sequence[Row], name: str) -> str:
    values = [row.get(name) for row in rows]
    if all(isinstance(value, bool) for value in values):
        return "bool"
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return "int"
    return "float" if all(isinstance(value, int | float) for value in values) else "string"
