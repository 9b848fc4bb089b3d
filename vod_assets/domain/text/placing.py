"""Where a cue stands: WebVTT cue settings, and the box on the screen that they mean.

WebVTT cue settings are the one form that a place takes here. Readers make them of the boxes of TTML, EBU-STL and SCC;
the writer of IMSC1 makes boxes of them again. Everything is per cent of the picture's width or height.
"""

import re
from dataclasses import dataclass

LINE_HEIGHT = 16 / 3  # a line of text; WebVTT 6.2 and the size that `vod_assets.domain.text.imsc` writes in
USUAL_BOTTOM = 80  # a box that ends below this and stands on its bottom is where captions usually are
NARROW = 70  # a narrower box breaks lines, so its width is kept
MIDDLE = 50
MARGIN = 5  # beside text that stands at the left or the right

_LINE = re.compile(r"(-?\d+(?:\.\d+)?)(%?)(?:,(start|center|end))?")
_POSITION = re.compile(r"(\d+(?:\.\d+)?)%(?:,(line-left|center|line-right))?")
_ANCHORS = {"start": "line-left", "left": "line-left", "end": "line-right", "right": "line-right"}


@dataclass(frozen=True)
class Box:
    """A box on the screen in which text stands at the top, in the middle or at the bottom.

    Attributes:
        stands: ``before`` (top), ``center`` or ``after`` (bottom).
        align: ``start``, ``center``, ``end``, ``left`` or ``right``.
        vertical: ``rl`` or ``lr`` for lines that run from top to bottom; empty otherwise.
    """

    left: float = 0
    top: float = 0
    width: float = 100
    height: float = 100
    stands: str = "after"
    align: str = "center"
    vertical: str = ""


USUAL = Box()


def keypad(place: int) -> Box:
    """Return the box of a place on a numeric keypad, in which SubStation counts: 2 is the usual one, 8 the top."""
    row, column = divmod(min(max(place, 1), 9) - 1, 3)
    align = ("start", "center", "end")[column]
    return Box(MARGIN, 0, 100 - 2 * MARGIN, 100, ("after", "center", "before")[row], align)


def at_point(place: int, across: float, down: float) -> Box:
    """Return the box of text whose own place on the keypad is put at a point, in per cent of the picture."""
    box = keypad(place)
    across, down = min(max(across, 1), 99), min(max(down, 1), 99)
    width = {"start": 100 - across, "center": 2 * min(across, 100 - across), "end": across}[box.align]
    left = {"start": across, "center": across - width / 2, "end": 0}[box.align]
    height = {"before": 100 - down, "center": 2 * min(down, 100 - down), "after": down}[box.stands]
    top = {"before": down, "center": down - height / 2, "after": 0}[box.stands]
    return Box(left, top, width, height, box.stands, box.align)


def settings_of(box: Box) -> str:
    """Return the WebVTT cue settings of a box; none for the usual place, in the middle at the bottom."""
    words = [f"vertical:{box.vertical}"] if box.vertical else []
    edge = {"before": box.top, "center": box.top + box.height / 2, "after": box.top + box.height}[box.stands]
    if box.vertical:
        edge = box.left if box.vertical == "lr" else 100 - box.left - box.width
        words.append(f"line:{_number(edge)}%")
    elif box.stands == "before" and not box.top:
        words.append("line:0")
    elif box.stands != "after" or edge < USUAL_BOTTOM:
        suffix = {"before": "", "center": ",center", "after": ",end"}[box.stands]
        words.append(f"line:{_number(edge)}%{suffix}")
    anchor = _ANCHORS.get(box.align, "center")
    begin, length = (box.top, box.height) if box.vertical else (box.left, box.width)
    place = begin + {"line-left": 0, "center": length / 2, "line-right": length}[anchor]
    if anchor != "center" or abs(place - MIDDLE) >= 1:
        words.append(f"position:{_number(place)}%,{anchor}")
    if length < NARROW and abs(length - _room(anchor, place)) >= 1:
        words.append(f"size:{_number(length)}%")
    if box.align != "center":
        words.append(f"align:{box.align}")
    return " ".join(words)


def box_of(settings: str) -> Box:
    """Return the box that WebVTT cue settings mean (W3C WebVTT, 7.2), as near as a fixed box can come."""
    said = dict(word.partition(":")[::2] for word in settings.split())
    align, vertical = said.get("align", "center"), said.get("vertical", "")
    line = _LINE.fullmatch(said.get("line", ""))
    size = _per_cent(said.get("size", ""), 100)
    position = _POSITION.fullmatch(said.get("position", ""))
    anchor = (position[2] if position else None) or _ANCHORS.get(align, "center")
    at = float(position[1]) if position else {"line-left": 0.0, "center": 50.0, "line-right": 100.0}[anchor]
    length = max(1.0, min(size, _room(anchor, at)))
    begin = at - {"line-left": 0, "center": length / 2, "line-right": length}[anchor]
    if vertical:
        return _vertical(line, vertical, begin, length, align)
    top, height, stands = _rows(line)
    return Box(begin, top, length, height, stands, align)


def _rows(line: re.Match[str] | None) -> tuple[float, float, str]:
    """Return top, height and standing of lines of text that WebVTT's ``line`` places."""
    if line is None:
        return 0, 100, "after"
    number, is_per_cent, anchor = float(line[1]), bool(line[2]), line[3] or "start"
    if not is_per_cent and number < 0:  # counted from the bottom: -1 is the last line
        return 0, max(LINE_HEIGHT, 100 + (number + 1) * LINE_HEIGHT), "after"
    edge = min(number if is_per_cent else number * LINE_HEIGHT, 100.0)
    if anchor == "start":  # a top edge so low that no line fits below it is lifted, as players do
        top = min(edge, 100 - LINE_HEIGHT)
        return top, 100 - top, "before"
    if anchor == "end":
        return 0, max(edge, LINE_HEIGHT), "after"
    half = max(min(edge, 100 - edge), LINE_HEIGHT)
    return max(0.0, edge - half), min(2 * half, 100), "center"


def _vertical(line: re.Match[str] | None, vertical: str, begin: float, length: float, align: str) -> Box:
    """Return the box of columns of text; ``line`` counts them from the side where the first one stands."""
    number = float(line[1]) if line else 0
    edge = min(max(number if line and line[2] else number * LINE_HEIGHT, 0.0), 100 - LINE_HEIGHT)
    left = edge if vertical == "lr" else 0.0
    return Box(left, begin, 100 - edge, length, "before", align, vertical)


def _room(anchor: str, at: float) -> float:
    """Return how wide text at a position can be (W3C WebVTT, 7.2, 7)."""
    return {"line-left": 100 - at, "line-right": at, "center": 2 * min(at, 100 - at)}[anchor]


def _per_cent(text: str, otherwise: float) -> float:
    return float(text[:-1]) if re.fullmatch(r"\d+(\.\d+)?%", text) else otherwise


def _number(value: float) -> str:
    return f"{min(max(value, 0), 100):.2f}".rstrip("0").rstrip(".")
