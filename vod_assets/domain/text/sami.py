"""SAMI files: HTML-like text, in which each cue lasts until the next one of its class."""

import re
from collections.abc import Iterator
from fractions import Fraction
from html.parser import HTMLParser
from itertools import zip_longest

from vod_assets.domain.text.cue import STYLES, BadCue, Cue, Run, cue_at, cue_text, resolvable

LAST_SECONDS = 5  # the last cue has no end
_LONGEST_TAG = 500
# Sections (``<![if …]>``), and a ``<`` that begins no tag: the parser would search for its end again at each of them.
_NO_TAG = re.compile(rf"<!\[[^<>]{{0,{_LONGEST_TAG}}}>|<(?![/?!]?[A-Za-z][^<>]{{0,{_LONGEST_TAG}}}>)")


class _Reader(HTMLParser):
    """Collects what is said at each ``<sync>``, of the first class that says anything."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.at: list[tuple[int, int | None, list[Run]]] = []
        self.language = ""
        self.styles: frozenset[str] = frozenset()
        self.listening = self.in_body = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "sync":
            start = said.get("start", "").strip().removesuffix("ms")
            self.at.append((self.getpos()[0], int(start) if start.isdecimal() and len(start) < 12 else None, []))
            self.styles, self.listening = frozenset(), True
        elif tag == "p" and said.get("class"):
            self.language = self.language or said["class"].lower()
            self.listening = said["class"].lower() == self.language
        elif tag == "br":
            self._say("\n")
        elif tag in STYLES:
            self.styles = self.styles | {tag}

    def handle_endtag(self, tag: str) -> None:
        self.styles = self.styles - {tag}

    def handle_data(self, data: str) -> None:
        words = " ".join(data.replace("\u00a0", " ").split())
        if words:
            self._say(f"{' ' if data[:1].isspace() else ''}{words}{' ' if data[-1:].isspace() else ''}")

    def _say(self, words: str) -> None:
        if self.at and self.listening:
            self.at[-1][2].append((words, self.styles))


def sami_cues(text: str) -> Iterator[Cue | BadCue]:
    """Yield the cues of the first class (language) of a SAMI file."""
    reader = _Reader()
    told = _NO_TAG.sub(lambda found: "&lt;" if found[0] == "<" else "", _without_comments(text))
    reader.feed(resolvable(told))
    reader.close()
    for (line, start, runs), following in zip_longest(reader.at, reader.at[1:]):
        end = following[1] if following else None
        said = cue_text(runs)
        if start is None:
            yield BadCue(line, "has a start that cannot be read")
        elif said:
            stop = end if end is not None else start + LAST_SECONDS * 1000
            yield cue_at(line, Fraction(start, 1000), Fraction(stop, 1000), said)


def _without_comments(text: str) -> str:
    """Return a text in the same lines without its comments; one that does not end is none."""
    parts, done = [], 0
    while (start := text.find("<!--", done)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts += [text[done:start], "\n" * text.count("\n", start, end)]
        done = end + 3
    return "".join([*parts, text[done:]])
