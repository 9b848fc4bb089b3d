"""TTML files (DFXP, TTML1 and 2, IMSC1, EBU-TT-D): shut to attacks, mended cue by cue, then read by a library."""

import re
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, TreeBuilder
from xml.parsers import expat

from vod_assets.domain.errors import printable
from vod_assets.domain.text.cue import OPEN_END, BadCue, Cue
from vod_assets.domain.text.ttml_clock import count_frames

DEEPEST = 64
MOST_ELEMENTS = 400_000
TTML = "http://www.w3.org/ns/ttml"
_ID, _LANGUAGE = (f"{{http://www.w3.org/XML/1998/namespace}}{name}" for name in ("id", "lang"))
_OLD = tuple(  # drafts of 2004 to 2007, and the first edition's
    f"http://www.w3.org/{year}" for year in ("2004/11/ttaf1", "2006/04/ttaf1", "2006/10/ttaf1")
)
_TIMED = tuple(f"{{{TTML}}}{name}" for name in ("p", "div", "span"))
_TIMES = ("begin", "end", "dur")
_FORCED = "{http://www.w3.org/ns/ttml/profile/imsc1#styling}forcedDisplay"
_ROLES = {"caption": "sdh", "x-forced": "forced", "x-forced-subtitle": "forced", "forced-subtitle": "forced"}


class NoTimedText(Exception):  # noqa: N818 - names the file's fault, which the caller makes a sentence of
    """A file is no timed text that may be read; its text says why."""


@dataclass(frozen=True)
class Root:
    """A document's root element, and the line of each element by its identity."""

    element: Element
    lines: dict[int, int]


@dataclass(frozen=True)
class TimedText:
    """What a document holds, and says of itself; ``language`` and ``role`` are empty where it says nothing."""

    cues: tuple[Cue | BadCue, ...]
    language: str
    role: str


def read_ttml(data: bytes) -> TimedText:
    """Return the cues of a TTML document.

    A paragraph whose times cannot be read costs itself. Text without a region stands where captions usually do, and not
    in the corner at the top, where the standard would put it and no author means it.

    Raises:
        NoTimedText: It is no XML, uses entities or a document type, is too deep or too large, or holds no TTML.
    """
    root = _parsed(data)
    if root.element.tag != f"{{{TTML}}}tt":
        raise NoTimedText(f"its root is {printable(root.element.tag)[:60]} and not TTML's tt")
    from ttconv.imsc import reader

    from vod_assets.domain.text.library import FAULTS, quiet
    from vod_assets.domain.text.model_cues import model_cues

    quiet(reader)
    try:
        count_frames(root.element, _TIMES)
        lines, bad = _mended(root)
        document = reader.to_model(ElementTree(root.element))
        cues = list(model_cues(document, lines)) if document is not None else []
    except FAULTS as error:
        raise NoTimedText(f"its timed text cannot be read: {printable(str(error))[:120]}") from error
    return TimedText((*bad, *cues), root.element.get(_LANGUAGE, ""), _role(root.element))


def timed_text_declared(data: bytes) -> tuple[str, str]:
    """Return the language and the role that a document states, each empty when it states none.

    Raises:
        NoTimedText: As `read_ttml`.
    """
    root = _parsed(data).element
    return root.get(_LANGUAGE, ""), _role(root)


def _role(root: Element) -> str:
    """Return ``forced`` or ``sdh`` where everything in a document says so (TTML2, 12.2.2; IMSC1, 8.2)."""
    if {element.get(_FORCED) for element in root.iter(f"{{{TTML}}}p")} == {"true"}:
        return "forced"
    roles = {role for element in root.iter() if (role := element.get(f"{{{TTML}#metadata}}role"))}
    return _ROLES.get(roles.pop(), "") if len(roles) == 1 else ""


def _parsed(data: bytes) -> Root:
    """Return the tree of a document that holds no document type, no entity, and is neither deep nor large."""
    parser, building = expat.ParserCreate(namespace_separator="}"), TreeBuilder()
    lines: dict[int, int] = {}
    depth = 0

    def refuse(*_: Any) -> None:
        raise NoTimedText(f"line {parser.CurrentLineNumber}: a document type or an entity is not allowed")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST or len(lines) >= MOST_ELEMENTS:
            raise NoTimedText(f"is nested deeper than {DEEPEST} or has more than {MOST_ELEMENTS} elements")
        said = {_qualified(name): value.strip() for name, value in attributes.items()}
        lines[id(building.start(_qualified(name), said))] = parser.CurrentLineNumber

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        building.end(_qualified(name))

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.SkippedEntityHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = building.data
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NoTimedText(f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
    return Root(building.close(), lines)


def _qualified(name: str) -> str:
    """Return a name in the library's form, in the namespaces of the standard: the drafts' names are the same."""
    qualified = f"{{{name}" if "}" in name else name
    for old in _OLD:
        if qualified.startswith(f"{{{old}"):
            qualified = qualified.replace(old, TTML, 1)
    return re.sub(r"#style(-extension)?}", "#styling}", qualified) if qualified.startswith(f"{{{TTML}#") else qualified


def _mended(root: Root) -> tuple[dict[str, int], list[BadCue]]:
    """Give every paragraph a name that says its line; take out what has impossible times."""
    from ttconv.imsc import attributes

    timing = attributes.TemporalAttributeParsingContext(
        frame_rate=attributes.FrameRateAttribute.extract(root.element),
        tick_rate=attributes.TickRateAttribute.extract(root.element),
    )
    lines: dict[str, int] = {}
    bad: list[BadCue] = []
    gone: set[int] = set()
    containers = [element for element in root.element.iter() if element.tag in (f"{{{TTML}}}body", f"{{{TTML}}}div")]
    for element in containers:
        if element.get("begin") and not element.get("end") and not element.get("dur"):
            element.set(
                "end", f"{OPEN_END}s"
            )  # the library ends it before its children, whose times count from its own
    elements = list(root.element.iter())
    for number, element in enumerate(child for parent in elements for child in parent):
        if element.tag not in _TIMED:
            continue
        line = root.lines.get(id(element), 0)
        why = _fault(element, timing, attributes.parse_time_expression)
        if why:
            bad.append(BadCue(line, why))
            gone.add(id(element))
        elif element.tag == f"{{{TTML}}}p":
            element.set(_ID, f"cue{number}")
            lines[f"cue{number}"] = line
    for parent in elements if gone else ():  # at once for each, as to take out one takes as long as it has children
        parent[:] = [child for child in parent if id(child) not in gone]
    return lines, bad


def _fault(element: Element, timing: Any, parse: Any) -> str:
    times = {}
    for name in _TIMES:
        said = element.get(name)
        if said is None:
            continue
        try:
            times[name] = parse(timing, said.strip())
        except (ValueError, ZeroDivisionError):
            return f"has a time that cannot be read ({printable(said)[:30]})"
    if "begin" in times and "end" in times and times["end"] <= times["begin"]:
        return (
            f"ends at {printable(element.get('end', ''))[:20]} but begins at {printable(element.get('begin', ''))[:20]}"
        )
    return ""
