"""Charts fit into a line of text."""

import pytest
from lxml import etree

from vod_assets.domain.charts import sparkline_svg, text_bar


@pytest.mark.parametrize("values", [[1.0], [2.0, 2.0], [float(n * 7919 % 97) for n in range(100_000)]])
def test_sparkline_is_well_formed_and_below_a_kilobyte(values: list[float]) -> None:
    svg = sparkline_svg(values)
    assert len(svg) < 1000
    points = etree.fromstring(svg)[0].get("points", "").split()
    assert 2 <= len(points) <= 60
    assert all(0 <= float(y) <= 48 for _, y in (point.split(",") for point in points))


def test_sparkline_rises_with_its_values() -> None:
    points = etree.fromstring(sparkline_svg([0.0, 1.0]))[0].get("points", "").split()
    assert float(points[0].split(",")[1]) > float(points[1].split(",")[1])


def test_bar_is_exact_to_an_eighth() -> None:
    assert [text_bar(value, 8, 2) for value in (0, 1, 4, 8, 99)] == ["", "▎", "█", "██", "██"]
    assert text_bar(1, 0) == ""
