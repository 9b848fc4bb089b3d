"""Words that a machine heard, put together into cues of two lines."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vod_assets.domain.text.cue import Cue, clock, cue_text

LINE_CHARACTERS = 42
LONGEST_SECONDS = 6
PAUSE_SECONDS = Fraction(3, 2)  # a longer silence ends a cue
LABEL = "Automatic"


@dataclass(frozen=True)
class Word:
    """A word, and when it is said."""

    start: Fraction
    end: Fraction
    text: str


def cues_of(words: Sequence[Word]) -> list[Cue]:
    """Return cues of at most two lines and six seconds, which end with sentences and pauses where they can."""
    return [cue for cue in map(_cue, _grouped(words)) if cue.text and cue.start_seconds < cue.end_seconds]


def as_webvtt(words: Sequence[Word]) -> bytes:
    """Return the cues of words as a WebVTT file; none where nothing was said."""
    blocks = [f"{clock(cue.start_seconds)} --> {clock(cue.end_seconds)}\n{cue.text}" for cue in cues_of(words)]
    return "\n\n".join(["WEBVTT", *blocks, ""]).encode() if blocks else b""


def _grouped(words: Sequence[Word]) -> Iterator[list[Word]]:
    group: list[Word] = []
    for word in words:
        if group and _ends(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _ends(group: Sequence[Word], word: Word) -> bool:
    said = " ".join([*(one.text for one in group), word.text])
    return (
        len(textwrap.wrap(said, LINE_CHARACTERS)) > 2
        or word.end - group[0].start > LONGEST_SECONDS
        or word.start - group[-1].end > PAUSE_SECONDS
        or (group[-1].text.endswith((".", "?", "!")) and len(said) > LINE_CHARACTERS)
    )


def _cue(group: Sequence[Word]) -> Cue:
    said = "\n".join(textwrap.wrap(" ".join(word.text for word in group), LINE_CHARACTERS))
    start, end = (Fraction(round(time * 1000), 1000) for time in (group[0].start, group[-1].end))
    return Cue(start_seconds=start, end_seconds=end, text=cue_text([(said, frozenset())]))
