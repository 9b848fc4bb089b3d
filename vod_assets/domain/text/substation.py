"""SubStation Alpha files (ASS, SSA): their dialogue as cues, without the drawing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from vod_assets.domain.text.blocks import to_seconds
from vod_assets.domain.text.cue import LONGEST_CUE, BadCue, Cue, Run, cue_at, cue_text
from vod_assets.domain.text.placing import Box, at_point, keypad, settings_of

EVENT_FIELDS = "layer, start, end, style, name, marginl, marginr, marginv, effect, text"
STYLE_FIELDS = (
    "name, fontname, fontsize, primarycolour, secondarycolour, outlinecolour, backcolour, bold, italic, underline"
)
_BLOCK = re.compile(r"\{[^{}]{0,500}\}")
_POINT = re.compile(r"\{[^{}]{0,200}\\pos\((-?\d{1,5}(?:\.\d{1,4})?),\s*(-?\d{1,5}(?:\.\d{1,4})?)\)")
_TIME = re.compile(r"\s*(?:(\d{1,5}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,9}))?\s*")
_TAG = re.compile(
    r"\\(?:(?P<style>[ibu])(?P<on>\d{0,3})|a(?P<new>n?)(?P<place>\d{1,2})|p(?P<drawing>\d{1,4})|(?P<reset>r))(?![a-z0-9])"
)


@dataclass
class _Script:
    """What the head of a script says: the styles that lie or stand elsewhere, and the picture's size in its units."""

    italic: set[str] = field(default_factory=set)
    places: dict[str, int] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=lambda: {"playresx": 384, "playresy": 288})

    def add(self, style: dict[str, str], *, is_old: bool) -> None:
        """Take note of a style; before version 4+ places were counted otherwise."""
        name = style.get("name", "").strip()
        if style.get("italic", "0").strip() not in ("0", ""):
            self.italic.add(name)
        place = style.get("alignment", "").strip()
        if place.isdecimal() and len(place) < 3:
            self.places[name] = _modern_place(int(place)) if is_old else int(place)


def substation_cues(text: str) -> Iterator[Cue | BadCue]:
    """Yield the dialogue; the ``Format:`` line of each section says which field is which."""
    section, fields = "", _names(EVENT_FIELDS)
    script = _Script()
    for number, line in enumerate(text.split("\n"), start=1):
        key, _, rest = line.strip().partition(":")
        key, rest = key.lower(), rest.strip()
        if key.startswith("["):
            section, fields = key, _names(EVENT_FIELDS if "event" in key else STYLE_FIELDS)
        elif key == "format":
            fields = _names(rest)
        elif key == "style" and "style" in section:
            style = dict(zip(fields, rest.split(","), strict=False))
            script.add(style, is_old="v4+" not in section)
        elif key in ("playresx", "playresy") and rest.isdecimal() and 0 < int(rest[:6]) < 100_000:
            script.size[key] = int(rest[:6])
        elif key == "dialogue":
            yield _cue(number, rest, fields, script)


def _names(fields: str) -> list[str]:
    return [field.strip().lower() for field in fields.split(",")]


def _cue(number: int, values: str, fields: list[str], script: _Script) -> Cue | BadCue:
    if len(values) > LONGEST_CUE:
        return BadCue(number, f"has {len(values)} characters, more than {LONGEST_CUE}")
    event = dict(zip(fields, values.split(",", max(0, len(fields) - 1)), strict=False))
    start, end = (_TIME.fullmatch(event.get(name, "")) for name in ("start", "end"))
    if start is None or end is None or "text" not in event:
        return BadCue(number, "has a time that cannot be read")
    style = event.get("style", "").strip()
    try:
        times = to_seconds(*start.groups()), to_seconds(*end.groups())
    except ValueError as error:
        return BadCue(number, str(error))
    runs = _runs(event["text"], frozenset("i") if style in script.italic else frozenset())
    return cue_at(number, *times, cue_text(runs), settings_of(_box(event["text"], script.places.get(style, 2), script)))


def _box(text: str, place: int, script: _Script) -> Box:
    """Return where a cue stands: its first override says so, or else its style."""
    said = next((tag for block in _BLOCK.findall(text) for tag in _TAG.finditer(block) if tag["place"]), None)
    if said:
        place = int(said["place"]) if said["new"] else _modern_place(int(said["place"]))
    point = _POINT.search(text)
    if point is None:
        return keypad(place)
    across, down = (
        float(point[number]) * 100 / script.size[name] for number, name in ((1, "playresx"), (2, "playresy"))
    )
    return at_point(place, across, down)


def _modern_place(old: int) -> int:
    """Return the place on the keypad of a number of SubStation 4: 1 to 3 at the bottom, with 4 top, with 8 middle."""
    return (old & 3 or 2) + (6 if old & 4 else 3 if old & 8 else 0)


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
