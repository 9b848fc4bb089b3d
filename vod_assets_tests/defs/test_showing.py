"""What the UI shows stays short enough to be shown where it stands."""

import base64
import io
import random
import re
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import dagster as dg
import pytest
from lxml import etree
from PIL import Image

from vod_assets.defs.showing import (
    INLINE_CHARACTERS,
    duration_text,
    poster_metadata,
    rate_text,
    sparkline,
    table,
)


def shown(markdown: dg.MarkdownMetadataValue) -> etree._Element:
    found = re.fullmatch(r"!\[[^\]]*\]\(data:image/svg\+xml,([^ ()]+)\)", markdown.value or "")
    assert found, markdown.value
    return etree.fromstring(unquote(found[1]))


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1280, 96), (66, 64)])
@pytest.mark.parametrize("kind", ["flat", "noise"])
def test_any_poster_is_shown_inline(tmp_path: Path, size: tuple[int, int], kind: str) -> None:
    noise = random.Random(1).randbytes(size[0] * size[1] * 3)  # noqa: S311 - a picture that compresses badly
    picture = Image.new("RGB", size, "teal") if kind == "flat" else Image.frombytes("RGB", size, noise)
    picture.save(tmp_path / "poster.jpg")
    markdown = poster_metadata(tmp_path / "poster.jpg")
    assert len(markdown.value or "") < INLINE_CHARACTERS
    svg = shown(markdown)
    assert max(int(svg.get("width", 0)), int(svg.get("height", 0))) == 320
    data = svg[0].get("href", "").removeprefix("data:image/webp;base64,")
    with Image.open(io.BytesIO(base64.b64decode(data))) as small:
        assert abs(small.width / small.height - size[0] / size[1]) / (size[0] / size[1]) < 0.1


def test_plot_of_any_length_is_shown_inline() -> None:
    for values in ([1.0], [random.Random(1).random() for _ in range(20_000)]):  # noqa: S311 - any numbers do
        markdown = sparkline(values)
        assert len(markdown.value or "") < INLINE_CHARACTERS
        assert shown(markdown)[0].tag.endswith("polyline")
    assert sparkline([]).value == "–"


def test_alternative_text_cannot_end_the_picture() -> None:
    shown(sparkline([1.0, 2.0], alt="a](http://evil.example) <b>`\n"))


def test_table_keeps_numbers_as_numbers() -> None:
    value = table([{"rung": "1080p", "kbit/s": 5000}, {"rung": "720p", "kbit/s": 2800}])
    assert isinstance(value, dg.TableMetadataValue)
    assert [column.type for column in value.schema.columns] == ["string", "int"]
    assert value.records[1].data == {"rung": "720p", "kbit/s": 2800}
    assert table([]).value == "–"


def test_quantities_read_as_a_person_says_them() -> None:
    assert [duration_text(Fraction(n)) for n in (Fraction(421, 100), 125, 5400)] == ["4.2 s", "2:05", "1:30:00"]
    assert [rate_text(n) for n in (127_900, 5_200_000)] == ["128 kbit/s", "5.2 Mbit/s"]
