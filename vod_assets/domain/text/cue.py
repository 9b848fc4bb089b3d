"""Cues: what a caption file says, when, and the one form its text takes here.

The text of a cue is finished WebVTT cue text: escaped, its lines never blank, its only tags a balanced ``i``, ``b`` or
``u``. Every reader builds it from runs of equally styled characters, so the same words come out as the same bytes
whatever format they came in.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from vod_assets.domain.documents import Document

STYLES = ("b", "i", "u")  # outermost first
LONGEST_CUE = 5_000  # characters; a screen holds about 80, so more is damage or an attack
OPEN_END = Fraction(100 * 3600)  # of a cue that lasts until its title ends
Run = tuple[str, frozenset[str]]  # characters, and the styles that they are set in

_TAG = re.compile(r"(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*|[0-9:.]+$)|\s*+(?P<end2>/?)\s*+(?P<name2>[ibu])\s*$")
# Controls (NUL, ESC, C1), lone surrogates and what else XML 1.0 forbids (2.2), the byte order mark, and the separators
# that only some count as line ends.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u2028\u2029]")
# Of a number that no character has, and that is too long for ``html.unescape``.
_NO_REFERENCE = re.compile(r"&(?=#[0-9]{100})")


class Cue(Document):
    """Text shown from ``start_seconds`` until before ``end_seconds``, both exact to the millisecond.

    Attributes:
        text: WebVTT cue text.
        settings: WebVTT cue settings that place it (``line:0``); empty for the usual place at the bottom.
    """

    start_seconds: Fraction
    end_seconds: Fraction
    text: str
    settings: str = ""


@dataclass(frozen=True)
class BadCue:
    """A cue that cannot be used: its line or block, counted from 1, and why."""

    line: int
    why: str
    unit: str = "line"


def cue_at(line: int, start_seconds: Fraction, end_seconds: Fraction, text: str, settings: str = "") -> Cue | BadCue:
    """Return the cue that a line begins, or why a viewer could never see it."""
    if end_seconds <= start_seconds:
        return BadCue(line, f"ends at {clock(end_seconds)} but begins at {clock(start_seconds)}")
    if not text:
        return BadCue(line, "has no text")
    return Cue(start_seconds=start_seconds, end_seconds=end_seconds, text=text, settings=settings)


def clock(seconds: Fraction) -> str:
    """Return ``01:02:03.004``; a part of a millisecond is cut off."""
    minutes, left = divmod(int(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{left // 1000:02}.{left % 1000:03}"


def tagged_runs(text: str) -> Iterator[Run]:
    """Yield the runs of a text with HTML-like tags; ``i``, ``b`` and ``u`` count, other tags vanish, their text stays.

    What only looks like a tag (``<3``, ``a < b``) is text. Linear in the length of the text, whatever it holds.
    """
    styles: frozenset[str] = frozenset()
    done = 0
    while (end := text.find(">", done)) >= 0:
        start = text.rfind("<", done, end)
        tag = _TAG.match(text, start + 1, end) if start >= 0 else None
        if tag is None:
            yield text[done : end + 1], styles
        else:
            yield text[done:start], styles
            closes, name = tag["end"] or tag["end2"], (tag["name"] or tag["name2"]).lower()
            if name in STYLES:
                styles = styles - {name} if closes else styles | {name}
        done = end + 1
    yield text[done:], styles


def resolvable(text: str) -> str:
    """Return a text whose character references can all be resolved; what cannot be one is text."""
    return _NO_REFERENCE.sub("&amp;", text)


def cue_text(runs: Iterable[Run]) -> str:
    """Return runs as WebVTT cue text; empty when nothing visible is left of them."""
    written = _Writer()
    lines = [line for line in map(_stripped, _lines(runs)) if line]
    for number, line in enumerate(lines):
        for place, (text, styles) in enumerate(line):
            written.write(text, styles, begins_line=number > 0 and place == 0)
    return written.finish()


class _Writer:
    """Writes runs one after another, with the tags between them that change one style into the next."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.open: list[str] = []

    def write(self, text: str, styles: frozenset[str], begins_line: bool) -> None:
        """Add one run, on a new line if it begins one."""
        while not styles.issuperset(self.open):
            self.parts.append(f"</{self.open.pop()}>")
        if begins_line:
            self.parts.append("\n")
        for style in STYLES:
            if style in styles and style not in self.open:
                self.open.append(style)
                self.parts.append(f"<{style}>")
        self.parts.append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))

    def finish(self) -> str:
        """Return the text with every tag closed."""
        return "".join(self.parts) + "".join(f"</{style}>" for style in reversed(self.open))


def _lines(runs: Iterable[Run]) -> list[list[Run]]:
    """Split runs into lines, without what cannot be shown."""
    lines: list[list[Run]] = [[]]
    for text, styles in runs:
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if shown := _INVISIBLE.sub("", piece.replace("\t", " ")):
                lines[-1].append((shown, styles))
    return lines


def _stripped(line: list[Run]) -> list[Run]:
    """Take white space from both ends of a line, and runs that are nothing else from there."""
    while line and not line[0][0].strip():
        line = line[1:]
    while line and not line[-1][0].strip():
        line = line[:-1]
    if line:
        line[0] = (line[0][0].lstrip(), line[0][1])
        line[-1] = (line[-1][0].rstrip(), line[-1][1])
    return line
