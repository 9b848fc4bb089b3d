"""SubRip and WebVTT files as blocks of lines, each of which is a cue or costs nothing but itself.

The parsers of libraries were tried on broken files: one glues a cue without a time line to the cue before it, another
drops it in silence, neither says at which line, and the first is quadratic in a line of ``<``. So blocks are told apart
here, and a library proves what is written (``webvtt_file.write_webvtt``).
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from webvtt.errors import MalformedCaptionError
from webvtt.models import CueSettings

from vod_assets.domain.text.cue import LONGEST_CUE, BadCue, Cue, cue_at, cue_text, resolvable, tagged_runs
from vod_assets.domain.text.placing import keypad, settings_of

_TIME = r"(-?)(?:(\d{1,5}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?"
_TIME_LINE = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s+(\S.*)|\s*)")
_SBV_TIME = r"(-?\d{1,5}:\d{1,2}:\d{1,2}\.\d{1,3})"
_SBV_TIME_LINE = re.compile(rf"^{_SBV_TIME},{_SBV_TIME}[ \t]*$", re.MULTILINE)
_PLACE = re.compile(r"\{\\an([1-9])\}")  # the one override of SubStation that SubRip files use
_OVERRIDE = re.compile(r"\{\\[^{}]{0,200}\}")
_LONGEST_TIME_LINE = 500


@dataclass
class _Block:
    line: int
    lines: list[str]

    @property
    def time_line(self) -> int | None:
        """Which of the first two lines has the arrow."""
        return next((number for number, line in enumerate(self.lines[:2]) if "-->" in line), None)


def subrip_cues(text: str) -> Iterator[Cue | BadCue]:
    """Yield the cues of a SubRip file; a block that begins with neither number nor time continues the cue before."""
    waiting: _Block | None = None
    for block in _blocks(text):
        if block.time_line is not None:
            if waiting:
                yield _cue(waiting, plain=True)
            waiting = block
        elif block.lines[0].strip().isdecimal():
            if waiting:
                yield _cue(waiting, plain=True)
            waiting = None
            if len(block.lines) > 1:
                yield BadCue(block.line, "has no time line")
        elif waiting:
            waiting.lines += block.lines
    if waiting:
        yield _cue(waiting, plain=True)


def is_sbv(text: str) -> bool:
    """Whether a text begins with a time line of SBV (``0:00:12.440,0:00:14.955``)."""
    return bool(_SBV_TIME_LINE.match(text.lstrip()[:40].split("\n")[0]))


def sbv_cues(text: str) -> Iterator[Cue | BadCue]:
    """Yield the cues of an SBV file: SubRip without numbers, its times parted by a comma."""
    return subrip_cues(_SBV_TIME_LINE.sub(r"\1 --> \2", text))


def webvtt_cues(text: str) -> Iterator[Cue | BadCue]:
    """Yield the cues of a WebVTT file (W3C WebVTT, 6.1); notes, styles and regions are passed over."""
    blocks = _blocks(text)
    next(blocks, None)  # the header
    for block in blocks:
        if block.time_line is not None:
            yield _cue(block, plain=False)
        elif block.lines[0].split(maxsplit=1)[:1] not in (["NOTE"], ["STYLE"], ["REGION"]):
            yield BadCue(block.line, "has no time line")


def to_seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> Fraction:
    """Return a time to the nearest millisecond, the finest that WebVTT can write.

    Raises:
        ValueError: There are no 60 minutes in an hour.
    """
    if int(minutes) > 59 or int(seconds) > 59:
        raise ValueError(f"has an impossible time ({minutes} minutes {seconds} seconds)")
    exact = (
        int(hours or 0) * 3600
        + int(minutes) * 60
        + int(seconds)
        + Fraction(int(fraction or 0), 10 ** len(fraction or ""))
    )
    return Fraction(round(exact * 1000), 1000)


def _blocks(text: str) -> Iterator[_Block]:
    """Yield runs of lines that are not blank; a time line within one begins another."""
    block = _Block(0, [])
    for number, line in enumerate(text.split("\n"), start=1):
        blank = not line.strip()
        starts_cue = "-->" in line and (len(block.lines) > 1 or block.time_line is not None)
        if block.lines and (blank or starts_cue):
            carried = [block.lines.pop()] if starts_cue and _is_number_of_next(block) else []
            yield block
            block = _Block(number - len(carried), carried)
        if not blank:
            block.line = block.line if block.lines else number
            block.lines.append(line)
    if block.lines:
        yield block


def _is_number_of_next(block: _Block) -> bool:
    time_line = block.time_line
    return block.lines[-1].strip().isdecimal() and len(block.lines) - 1 > (-1 if time_line is None else time_line)


def _cue(block: _Block, *, plain: bool) -> Cue | BadCue:
    """Read one block that has a time line; ``plain`` text knows no character references."""
    at = block.time_line or 0
    found = _TIME_LINE.fullmatch(block.lines[at]) if len(block.lines[at]) < _LONGEST_TIME_LINE else None
    if found is None:
        return BadCue(block.line + at, "has a time line that cannot be read")
    try:
        start, end = to_seconds(*found.groups()[1:5]), to_seconds(*found.groups()[6:10])
    except ValueError as error:
        return BadCue(block.line + at, str(error))
    if found[1] or found[6]:
        return BadCue(block.line + at, "has a negative time")
    raw = "\n".join(block.lines[at + 1 :])
    if len(raw) > LONGEST_CUE:
        return BadCue(block.line, f"has {len(raw)} characters, more than {LONGEST_CUE}")
    if plain:
        place = _PLACE.search(raw)
        settings = settings_of(keypad(int(place[1]))) if place else ""
        return cue_at(block.line, start, end, cue_text(tagged_runs(_OVERRIDE.sub("", raw))), settings)
    runs = ((html.unescape(resolvable(words)), styles) for words, styles in tagged_runs(raw))
    return cue_at(block.line, start, end, cue_text(runs), _placing(found[11] or ""))


def _placing(settings: str) -> str:
    """Return those cue settings that are valid and need no region."""
    kept: list[str] = []
    for setting in dict.fromkeys(settings.split()):
        if setting.startswith("region:") or any(setting.split(":")[0] == other.split(":")[0] for other in kept):
            continue
        try:
            kept.append(str(CueSettings.from_string(setting, strict=True)))
        except MalformedCaptionError:
            continue
    return " ".join(kept)
