"""Charts small enough for a line of text: an SVG sparkline below a kilobyte, and bars of block characters."""

from collections.abc import Sequence
from itertools import pairwise

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
