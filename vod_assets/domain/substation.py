"""SubStation Alpha files (ASS, SSA): their dialogue as cues, without the drawing."""

import re
from collections.abc import Iterator

from vod_assets.domain.cue import LONGEST_CUE, BadCue, Cue, Run, cue_at, cue_text
from vod_assets.domain.timed_text import to_seconds

EVENT_FIELDS = "layer, start, end, style, name, marginl, marginr, marginv, effect, text"
STYLE_FIELDS = (
    "name, fontname, fontsize, primarycolour, secondarycolour, outlinecolour, backcolour, bold, italic, underline"
)
_TIME = re.compile(r"\s*(?:(\d{1,5}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,9}))?\s*")
_TAG = re.compile(
    r"\\(?:(?P<style>[ibu])(?P<on>\d{0,3})|an?(?P<place>\d{1,2})|p(?P<drawing>\d+)|(?P<reset>r))(?![a-z0-9])"
)


def substation_cues(text: str) -> Iterator[Cue | BadCue]:
    """Yield the dialogue; the ``Format:`` line of each section says which field is which."""
    section, fields = "", _names(EVENT_FIELDS)
    italic: set[str] = set()
    for number, line in enumerate(text.split("\n"), start=1):
        key, _, rest = line.strip().partition(":")
        key = key.lower()
        if key.startswith("["):
            section, fields = key, _names(EVENT_FIELDS if "event" in key else STYLE_FIELDS)
        elif key == "format":
            fields = _names(rest)
        elif key == "style" and "style" in section:
            style = dict(zip(fields, rest.split(","), strict=False))
            if style.get("italic", "0").strip() not in ("0", ""):
                italic.add(style.get("name", "").strip())
        elif key == "dialogue":
            yield _cue(number, rest, fields, italic)


def _names(fields: str) -> list[str]:
    return [field.strip().lower() for field in fields.split(",")]


def _cue(number: int, values: str, fields: list[str], italic: set[str]) -> Cue | BadCue:
    if len(values) > LONGEST_CUE:
        return BadCue(number, f"has {len(values)} characters, more than {LONGEST_CUE}")
    event = dict(zip(fields, values.split(",", max(0, len(fields) - 1)), strict=False))
    start, end = (_TIME.fullmatch(event.get(name, "")) for name in ("start", "end"))
    if start is None or end is None or "text" not in event:
        return BadCue(number, "has a time that cannot be read")
    base = frozenset("i") if event.get("style", "").strip() in italic else frozenset()
    try:
        times = to_seconds(*start.groups()), to_seconds(*end.groups())
    except ValueError as error:
        return BadCue(number, str(error))
    return cue_at(number, *times, cue_text(_runs(event["text"], base)), "line:0" if _is_on_top(event["text"]) else "")


def _is_on_top(text: str) -> bool:
    places = [tag["place"] for tag in _TAG.finditer(text) if tag["place"]]
    return bool(places) and places[0] in ("7", "8", "9")


def _runs(text: str, base: frozenset[str]) -> Iterator[Run]:
    """Yield the runs between override blocks ``{…}``; a block without its end is text, a drawing is nothing."""
    styles, drawing, done = base, False, 0
    while (start := text.find("{", done)) >= 0 and (end := text.find("}", start)) >= 0:
        if not drawing:
            yield _words(text[done:start]), styles
        for tag in _TAG.finditer(text, start, end):
            if tag["reset"]:
                styles = base
            elif tag["drawing"]:
                drawing = int(tag["drawing"]) > 0
            elif name := tag["style"]:
                on = bool(int(tag["on"])) if tag["on"] else name in base
                styles = styles | {name} if on else styles - {name}
        done = end + 1
    if not drawing:
        yield _words(text[done:]), styles


def _words(text: str) -> str:
    return text.replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", "\u00a0")
