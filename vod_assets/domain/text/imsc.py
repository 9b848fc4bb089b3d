"""Captions as documents of the IMSC1 Text profile (W3C, TTML Profiles for Internet Media Subtitles 1.0.1)."""

import html
import unicodedata
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from vod_assets.domain.text.captions import Captions
from vod_assets.domain.text.cue import Cue, Run, clock, tagged_runs
from vod_assets.domain.text.placing import Box, box_of

TTML = "http://www.w3.org/ns/ttml"
PROFILE = "http://www.w3.org/ns/ttml/profile/imsc1/text"
FONT_SIZE = "80%"  # of a cell, a fifteenth of the height: the size in which WebVTT is shown
_STYLES = {"i": ("tts:fontStyle", "italic"), "b": ("tts:fontWeight", "bold"), "u": ("tts:textDecoration", "underline")}


def write_imsc(captions: Captions, language: str = "und") -> bytes:
    """Return captions as an IMSC1 Text document, the same bytes for the same cues."""
    return imsc_document(captions.cues, language)


def imsc_document(cues: Sequence[Cue], language: str = "und") -> bytes:
    """Return cues as an IMSC1 Text document; without any, as one that shows nothing.

    Each place on the screen is a region. Text that begins with a letter of a script that runs from right to left says
    so, because TTML, unlike WebVTT, does not find that out.
    """
    root = Element(
        "tt",
        {
            "xmlns": TTML,
            "xmlns:tts": f"{TTML}#styling",
            "xmlns:ttp": f"{TTML}#parameter",
            "ttp:profile": PROFILE,
            "ttp:timeBase": "media",
            "xml:lang": "" if language == "und" else language,
        },
    )
    head = SubElement(root, "head")
    look = {"xml:id": "text", "tts:fontFamily": "proportionalSansSerif", "tts:fontSize": FONT_SIZE}
    SubElement(SubElement(head, "styling"), "style", {**look, "tts:color": "white"})
    boxes = dict.fromkeys(box_of(cue.settings) for cue in cues)
    regions = {box: f"r{number}" for number, box in enumerate(boxes)}
    layout = SubElement(head, "layout")
    for box, name in regions.items():
        SubElement(layout, "region", _region(box, name))
    body = SubElement(root, "body", {"style": "text"})
    if cues:
        division = SubElement(body, "div")
        for cue in cues:
            _paragraph(division, cue, regions)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode() + b"\n"


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction is of a script that runs from right to left (UAX 9, P2)."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _region(box: Box, name: str) -> dict[str, str]:
    said = {
        "xml:id": name,
        "tts:origin": f"{_number(box.left)}% {_number(box.top)}%",
        "tts:extent": f"{_number(box.width)}% {_number(box.height)}%",
        "tts:displayAlign": box.stands,
        "tts:overflow": "visible",
    }
    if box.vertical:
        said["tts:writingMode"] = "tbrl" if box.vertical == "rl" else "tblr"
    return said


def _paragraph(division: Element, cue: Cue, regions: dict[Box, str]) -> None:
    box = box_of(cue.settings)
    runs = [(html.unescape(words), styles) for words, styles in tagged_runs(cue.text)]
    turned = is_right_to_left("".join(words for words, _ in runs))
    said = {
        "begin": clock(cue.start_seconds),
        "end": clock(cue.end_seconds),
        "region": regions[box],
        "tts:textAlign": _align(box.align, turned=turned and not box.vertical),
    }
    if turned:
        said |= {"tts:direction": "rtl", "tts:unicodeBidi": "embed"}
    paragraph = SubElement(division, "p", said)
    _fill(paragraph, runs)


def _align(align: str, *, turned: bool) -> str:
    """Return how lines align; TTML's start is that of the region, WebVTT's that of the text."""
    return {"start": "right", "end": "left"}.get(align, align) if turned else align


def _fill(paragraph: Element, runs: Iterable[Run]) -> None:
    for words, styles in runs:
        for number, line in enumerate(words.split("\n")):
            if number:
                SubElement(paragraph, "br")
            if line:
                span = SubElement(paragraph, "span", dict(_STYLES[style] for style in sorted(styles)))
                span.text = line
                span.set("xml:space", "preserve")


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
