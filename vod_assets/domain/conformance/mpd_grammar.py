"""The part of MPEG-DASH's schema that a static MPD of ours can use, as data.

The schema itself (DASH-MPD.xsd) may not be handed on, so what it says of these elements is written down here: which
attributes they have and of which type, which they must have, and which elements stand inside in which order (ISO/IEC
23009-1, 5.3 to 5.10). What is not written down is not allowed. `vod conformance --schema` asks the real one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

DASH = "{urn:mpeg:dash:schema:mpd:2011}"
_URI = r"(?:[A-Za-z0-9._~:/?#@!$&'()*+;=-]|%[0-9A-Fa-f]{2})"  # without the comma that is between those of a list
TYPES: Mapping[str, re.Pattern[str]] = {
    "text": re.compile(r".*", re.DOTALL),
    "word": re.compile(r"\S+"),
    "whole": re.compile(r"[0-9]{1,10}"),
    "long": re.compile(r"[0-9]{1,20}"),
    "integer": re.compile(r"-?[0-9]+"),
    "decimal": re.compile(r"[0-9]+(\.[0-9]+)?"),
    "boolean": re.compile(r"true|false|0|1"),
    "duration": re.compile(r"P(?=.)([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?"),
    "scheme": re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:(,|{_URI})+"),
    "address": re.compile(rf"(?![^/?#]*:)(,|{_URI})+|[A-Za-z][A-Za-z0-9+.-]*:(,|{_URI})+"),
    "ratio": re.compile(r"[0-9]+:[0-9]+"),
    "rate": re.compile(r"[0-9]+(/[1-9][0-9]*)?"),
    "range": re.compile(r"[0-9]+-[0-9]+"),
    "language": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"),
    "access": re.compile(r"[0-6]"),
    "profiles": re.compile(rf"{_URI}+(,{_URI}+)*"),
    "codecs": re.compile(r"[\w!#$&'*+.^`|~-]+(,[\w!#$&'*+.^`|~-]+)*", re.ASCII),
    "content": re.compile(r"text|image|audio|video|application|font"),
    "kind": re.compile(r"static|dynamic"),
    "scan": re.compile(r"progressive|interlaced|unknown"),
}
LARGEST = {"whole": 2**32 - 1, "long": 2**64 - 1}


@dataclass(frozen=True)
class Element:
    """What one element may be.

    Attributes:
        attributes: Type of each attribute, by name.
        required: Those that must be there.
        children: Elements that may stand inside, in this order; each as often as you like unless in ``once``.
        needed: Those of ``children`` that must be there.
        is_open: Whether elements of other namespaces may follow.
        text: Type of the text inside; None where there may be none.
    """

    attributes: Mapping[str, str]
    required: Sequence[str] = ()
    children: Sequence[str] = ()
    once: Sequence[str] = ()
    needed: Sequence[str] = ()
    is_open: bool = False
    text: str | None = None


_COMMON = {
    "profiles": "profiles",
    "width": "whole",
    "height": "whole",
    "sar": "ratio",
    "frameRate": "rate",
    "audioSamplingRate": "whole",
    "mimeType": "text",
    "codecs": "codecs",
    "startWithSAP": "access",
    "maxPlayoutRate": "decimal",
    "codingDependency": "boolean",
    "scanType": "scan",
    "selectionPriority": "whole",
}
_COMMON_CHILDREN = (
    "AudioChannelConfiguration",
    "ContentProtection",
    "EssentialProperty",
    "SupplementalProperty",
    "Label",
)
_SEGMENTS = ("SegmentBase", "SegmentTemplate")
_BASE = {"timescale": "whole", "presentationTimeOffset": "long", "indexRange": "range", "indexRangeExact": "boolean"}
_DESCRIPTOR = Element({"schemeIdUri": "scheme", "value": "text", "id": "text"}, required=("schemeIdUri",), is_open=True)
_URL = Element({"sourceURL": "address", "range": "range"})

GRAMMAR: Mapping[str, Element] = {
    "MPD": Element(
        {
            "id": "text",
            "profiles": "profiles",
            "type": "kind",
            "mediaPresentationDuration": "duration",
            "minBufferTime": "duration",
            "maxSegmentDuration": "duration",
        },
        required=("profiles", "minBufferTime"),
        children=("BaseURL", "Period"),
        needed=("Period",),
    ),
    "Period": Element(
        {"id": "text", "start": "duration", "duration": "duration"},
        children=("BaseURL", "EventStream", "AdaptationSet"),
    ),
    "EventStream": Element(
        {"schemeIdUri": "scheme", "value": "text", "timescale": "whole", "presentationTimeOffset": "long"},
        required=("schemeIdUri",),
        children=("Event",),
    ),
    "Event": Element({"presentationTime": "long", "duration": "long", "id": "whole"}, is_open=True, text="text"),
    "AdaptationSet": Element(
        _COMMON
        | {
            "id": "whole",
            "lang": "language",
            "contentType": "content",
            "par": "ratio",
            "maxWidth": "whole",
            "maxHeight": "whole",
            "maxFrameRate": "rate",
            "segmentAlignment": "boolean",
            "subsegmentAlignment": "boolean",
            "subsegmentStartsWithSAP": "access",
        },
        children=(*_COMMON_CHILDREN, "Accessibility", "Role", "BaseURL", *_SEGMENTS, "Representation"),
        once=_SEGMENTS,
    ),
    "Representation": Element(
        _COMMON | {"id": "word", "bandwidth": "whole", "qualityRanking": "whole"},
        required=("id", "bandwidth"),
        children=(*_COMMON_CHILDREN, "BaseURL", *_SEGMENTS),
        once=_SEGMENTS,
    ),
    "SegmentBase": Element(_BASE, children=("Initialization",), once=("Initialization",)),
    "SegmentTemplate": Element(
        _BASE | {"duration": "whole", "startNumber": "whole", "media": "text", "initialization": "text"},
        children=("Initialization", "SegmentTimeline"),
        once=("Initialization", "SegmentTimeline"),
    ),
    "SegmentTimeline": Element({}, children=("S",), needed=("S",)),
    "S": Element({"t": "long", "n": "long", "d": "long", "r": "integer"}, required=("d",)),
    "Initialization": _URL,
    "BaseURL": Element({"serviceLocation": "text"}, text="address"),
    "Label": Element({"id": "whole", "lang": "language"}, text="text"),
    **dict.fromkeys(
        (
            "AudioChannelConfiguration",
            "ContentProtection",
            "EssentialProperty",
            "SupplementalProperty",
            "Accessibility",
            "Role",
        ),
        _DESCRIPTOR,
    ),
}


@dataclass
class Grammar:
    """Looks at a document element by element."""

    elements: Mapping[str, Element] = field(default_factory=lambda: GRAMMAR)

    def faults(self, root: etree._Element) -> Iterator[str]:
        """Yield a sentence for whatever the grammar does not allow."""
        if root.tag != f"{DASH}MPD":
            yield f"the document is a {root.tag}"
        for node in root.iter(f"{DASH}*"):
            name = _name(node)
            if name not in self.elements:
                yield f"{name} is no element that an MPD of ours has"
                continue
            yield from (f"{name}: {fault}" for fault in _attribute_faults(node, self.elements[name]))
            yield from (f"{name}: {fault}" for fault in _child_faults(node, self.elements[name]))


def _name(node: etree._Element) -> str:
    return str(node.tag).removeprefix(DASH)


def _attribute_faults(node: etree._Element, element: Element) -> Iterator[str]:
    yield from (f"@{name} is missing" for name in element.required if node.get(name) is None)
    for name, value in ((str(name), str(value)) for name, value in node.attrib.items()):
        kind = element.attributes.get(name)
        if name.startswith("{"):
            continue  # attributes of other namespaces may stand anywhere
        if kind is None:
            yield f"@{name} is no attribute of it"
        elif not _is(kind, value):
            yield f"@{name} is {value!r}, no {kind}"


def _is(kind: str, value: str) -> bool:
    return TYPES[kind].fullmatch(value) is not None and (kind not in LARGEST or int(value) <= LARGEST[kind])


def _child_faults(node: etree._Element, element: Element) -> Iterator[str]:
    names = [_name(child) for child in node if isinstance(child.tag, str) and str(child.tag).startswith(DASH)]
    yield from (f"{name} does not belong there" for name in names if name not in element.children)
    places = [element.children.index(name) for name in names if name in element.children]
    if places != sorted(places):
        yield f"{', '.join(dict.fromkeys(names))} are not in the schema's order"
    yield from (f"{name} is there {names.count(name)} times" for name in element.once if names.count(name) > 1)
    yield from (f"there is no {name}" for name in element.needed if name not in names)
    others = [child for child in node if isinstance(child.tag, str) and not str(child.tag).startswith(DASH)]
    if others and not element.is_open:
        yield f"{others[0].tag} of another namespace is inside"
    words = "".join([node.text or "", *(child.tail or "" for child in node)])
    if element.text is None and words.strip():
        yield "there is text inside"
    elif element.text and not _is(element.text, words.strip()):
        yield f"{words.strip()!r} is inside, no {element.text}"
