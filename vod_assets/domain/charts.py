"""Charts small enough for a line of text: an SVG sparkline below a kilobyte, and bars of block characters."""

from collections.abc import Sequence
from itertools import pairwise
from math import log2

MOST_POINTS = 60
EIGHTHS = " ▏▎▍▌▋▊▉"


def sparkline_svg(values: Sequence[float], width: int = 240, height: int = 48, colour: str = "#4F43DD") -> str:
    """Return an SVG line through values, scaled to fill the picture; many values are thinned to averages of groups.

    Args:
        values: At least one; a single value is a level line.
        width: Pixels; ``height`` likewise.
        height: Pixels.
        colour: Of the line.
    """
    points = _thinned(values)
    low, high = min(points), max(points)
    step = (width - 4) / max(1, len(points) - 1)
    level = [0.5 if high == low else (value - low) / (high - low) for value in points]
    path = " ".join(
        f"{2 + number * step:.0f},{height - 3 - part * (height - 6):.0f}" for number, part in enumerate(level)
    )
    if len(points) == 1:
        path += f" {width - 2},{height // 2}"
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>"
        f"<polyline fill='none' stroke='{colour}' stroke-width='2' points='{path}'/></svg>"
    )


def curves_svg(
    lines: Sequence[Sequence[tuple[float, float]]],
    marks: Sequence[tuple[float, float]],
    size: tuple[int, int] = (280, 150),
) -> str:
    """Return an SVG of lines through points and of marks on them, x on a logarithmic scale, both scaled to fill it.

    Args:
        lines: Points (x, y) of each; x above 0.
        marks: Points that are marked by dots.
        size: Pixels.
    """
    spots = [spot for line in (*lines, marks) for spot in line]
    (left, right), (low, high) = (
        (min(values), max(values)) for values in ([log2(x) for x, _ in spots], [y for _, y in spots])
    )
    width, height = size

    def place(spot: tuple[float, float]) -> str:
        x = (log2(spot[0]) - left) / (right - left or 1)
        y = (spot[1] - low) / (high - low or 1)
        return f"{4 + x * (width - 8):.0f},{height - 4 - y * (height - 8):.0f}"

    drawn = "".join(f"<path d='M{' '.join(place(spot) for spot in sorted(line))}'/>" for line in lines)
    dots = "".join(f"M{place(spot)}h0" for spot in marks)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' fill='none' stroke='#99a'>"
        f"{drawn}<path stroke='#43d' stroke-width='7' stroke-linecap='round' d='{dots}'/></svg>"
    )


def text_bar(value: float, largest: float, characters: int = 20) -> str:
    """Return a bar as long as a value's share of the largest, exact to an eighth of a character."""
    if largest <= 0:
        return ""
    eighths = round(min(1.0, max(0.0, value / largest)) * characters * 8)
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


def _thinned(values: Sequence[float]) -> list[float]:
    count = min(MOST_POINTS, len(values))
    bounds = [len(values) * number // count for number in range(count + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(bounds)]
