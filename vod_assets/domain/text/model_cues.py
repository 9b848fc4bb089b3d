"""Cues of the library's document model: its paragraphs, with the styles and the place that they end up in.

Its own writers go through a table of everything that is on the screen at once, which takes time that grows with the
square of the cues, and tears a cue where another begins. A walk over the paragraphs keeps a cue a cue.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ttconv import model
from ttconv.style_properties import (
    DirectionType,
    DisplayAlignType,
    DisplayType,
    FontStyleType,
    FontWeightType,
    LengthType,
    StyleProperties,
    TextAlignType,
    VisibilityType,
    WritingModeType,
)

from vod_assets.domain.text.cue import LONGEST_CUE, OPEN_END, BadCue, Cue, Run, cue_at, cue_text
from vod_assets.domain.text.placing import USUAL, Box, settings_of

MOST_PARTS = 200  # times at which one paragraph changes
_DEEPEST = 64
_STANDS = {DisplayAlignType.before: "before", DisplayAlignType.center: "center", DisplayAlignType.after: "after"}
_VERTICAL = {WritingModeType.tbrl: "rl", WritingModeType.tblr: "lr"}


@dataclass(frozen=True)
class _Around:
    """What an element inherits: times in seconds of the title, styles, region, and whether it is seen."""

    start: Fraction = Fraction(0)
    end: Fraction | None = None
    styles: frozenset[str] = frozenset()
    align: TextAlignType | None = None
    region: model.Region | None = None
    shown: bool = True


@dataclass(frozen=True)
class _Piece:
    """Characters in one style, from one time to another."""

    run: Run
    start: Fraction
    end: Fraction


def model_cues(document: model.ContentDocument, lines: dict[str, int] | None = None) -> Iterator[Cue | BadCue]:
    """Yield the cues of a document.

    Args:
        document: As a reader of the library returns it.
        lines: The line of each paragraph by its ``xml:id``, for messages.
    """
    body = document.get_body()
    if body is not None:
        yield from _container(body, _Around(), document, lines or {})


def _container(
    element: Any, around: _Around, document: model.ContentDocument, lines: dict[str, int]
) -> Iterator[Cue | BadCue]:
    inside = _inside(element, around)
    for child in element:
        if isinstance(child, model.P):
            yield from _paragraph(child, _inside(child, inside), document, lines.get(child.get_id() or "", 0))
        elif isinstance(child, model.Div):
            yield from _container(child, inside, document, lines)


def _paragraph(
    paragraph: model.P, around: _Around, document: model.ContentDocument, line: int
) -> Iterator[Cue | BadCue]:
    pieces = list(_pieces(paragraph, around, depth=0))
    if sum(len(piece.run[0]) for piece in pieces) > LONGEST_CUE:
        yield BadCue(line, f"has more than {LONGEST_CUE} characters")
        return
    if not any(piece.run[0].strip() for piece in pieces) or not around.shown:
        return  # pictures, spacers and hidden paragraphs say nothing
    regions = (around.region, *map(_region_within, paragraph))
    region = next((one for one in regions if one is not None), None)
    settings = settings_of(_box(region, around.align, document))
    times = sorted({piece.start for piece in pieces} | {piece.end for piece in pieces})
    if len(times) > MOST_PARTS:
        yield BadCue(line, f"changes more than {MOST_PARTS} times")
        return
    if len(times) < 2:
        yield cue_at(line, _milliseconds(times[0]), _milliseconds(times[0]), "?", settings)
        return
    for start, end in pairwise(times):
        runs = [piece.run for piece in pieces if piece.start <= start and piece.end >= end]
        text = cue_text(runs)
        if text and _milliseconds(start) < _milliseconds(end):
            yield cue_at(line, _milliseconds(start), _milliseconds(end), text, settings)


def _pieces(element: Any, around: _Around, depth: int) -> Iterator[_Piece]:
    """Yield the text below an element in its order; a reading (ruby) follows its words in brackets."""
    for child in element if depth < _DEEPEST else ():
        if isinstance(child, model.Text):
            text = child.get_text()
            if child.parent().get_space() is not model.WhiteSpaceHandling.PRESERVE:
                text = _collapsed(text)
            if around.shown:
                yield _piece(text, around)
        elif isinstance(child, model.Br):
            yield _piece("\n", around)
        elif isinstance(child, model.Rp):
            continue
        else:
            inside = _inside(child, around)
            pieces = list(_pieces(child, inside, depth + 1))
            if isinstance(child, model.Rt) and pieces:
                pieces = [_piece("（", inside), *pieces, _piece("）", inside)]
            yield from pieces


def _piece(text: str, around: _Around) -> _Piece:
    return _Piece((text, around.styles), around.start, OPEN_END if around.end is None else around.end)


def _inside(element: Any, around: _Around) -> _Around:
    """Return what the children of an element inherit; times of an element count from its parent's begin."""
    start = around.start + (element.get_begin() or 0)
    end = around.start + element.get_end() if element.get_end() is not None else None
    ends = [time for time in (end, around.end) if time is not None]
    display, visibility = element.get_style(StyleProperties.Display), element.get_style(StyleProperties.Visibility)
    return replace(
        around,
        start=start,
        end=min(ends) if ends else None,
        styles=_styles(element, around.styles),
        align=element.get_style(StyleProperties.TextAlign) or around.align,
        region=around.region if element.get_region() is None else element.get_region(),  # one without children is false
        shown=around.shown and display is not DisplayType.none and visibility is not VisibilityType.hidden,
    )


def _styles(element: Any, styles: frozenset[str]) -> frozenset[str]:
    slant, weight = element.get_style(StyleProperties.FontStyle), element.get_style(StyleProperties.FontWeight)
    decoration = element.get_style(StyleProperties.TextDecoration)
    for name, says, on in (
        ("i", slant, slant in (FontStyleType.italic, FontStyleType.oblique)),
        ("b", weight, weight is FontWeightType.bold),
        ("u", getattr(decoration, "underline", None), bool(getattr(decoration, "underline", False))),
    ):
        if says is not None:
            styles = styles | {name} if on else styles - {name}
    return styles


def _region_within(element: Any) -> model.Region | None:
    region = element.get_region()
    return region if isinstance(region, model.Region) else None


def _box(region: model.Region | None, align: TextAlignType | None, document: model.ContentDocument) -> Box:
    """Return where text of a region stands; text without one stands where captions usually do."""
    if region is None:
        return replace(USUAL, align=align.value) if align else USUAL
    origin, extent = region.get_style(StyleProperties.Origin), region.get_style(StyleProperties.Extent)
    mode = region.get_style(StyleProperties.WritingMode)
    left = _per_cent(origin.x, document, across=True) if origin else 0
    top = _per_cent(origin.y, document, across=False) if origin else 0
    align = align or region.get_style(StyleProperties.TextAlign)
    is_turned = region.get_style(StyleProperties.Direction) is DirectionType.rtl or mode is WritingModeType.rltb
    align_name = (align or TextAlignType.start).value
    if is_turned and mode is WritingModeType.rltb and align_name in ("start", "end"):
        align_name = {"start": "right", "end": "left"}[align_name]
    return Box(
        left=left,
        top=top,
        width=_per_cent(extent.width, document, across=True) if extent else 100 - left,
        height=_per_cent(extent.height, document, across=False) if extent else 100 - top,
        stands=_STANDS.get(region.get_style(StyleProperties.DisplayAlign), "before"),
        align=align_name,
        vertical=_VERTICAL.get(mode, ""),
    )


def _per_cent(length: LengthType, document: model.ContentDocument, *, across: bool) -> float:
    cells, pixels = document.get_cell_resolution(), document.get_px_resolution()
    whole = {
        LengthType.Units.pct: 100,
        LengthType.Units.rw: 100,
        LengthType.Units.rh: 100,
        LengthType.Units.c: cells.columns if across else cells.rows,
        LengthType.Units.px: (pixels.width if across else pixels.height) if pixels else 0,
    }.get(length.units, 0)
    return float(length.value) * 100 / whole if whole else 0


def _collapsed(text: str) -> str:
    """Return a text with each run of white space as one space (XSL white-space-collapse)."""
    words = " ".join(text.split())
    return f"{' ' if text[:1].isspace() else ''}{words}{' ' if words and text[-1:].isspace() else ''}"


def _milliseconds(seconds: Fraction) -> Fraction:
    return Fraction(round(seconds * 1000), 1000)
