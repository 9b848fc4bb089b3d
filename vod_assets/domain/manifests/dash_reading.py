"""Read an MPD with lxml, DTDs and entities forbidden: representations, their segments, and where they lead."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from lxml import etree

from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.manifests.dash_values import frame_rate, seconds
from vod_assets.domain.package_view import PackageView, resolved

MPD = "{urn:mpeg:dash:schema:mpd:2011}"
PSSH = f"{MPD}ContentProtection/{{urn:mpeg:cenc:2013}}pssh"
TRICK_MODE = "http://dashif.org/guidelines/trickmode"
DEFAULT_KID = "{urn:mpeg:cenc:2013}default_KID"
MOST_SEGMENTS = 1_000_000
MOST_NODES = 100_000
MOST_DIGITS = 20  # of a number or time in a segment's name: no tick needs more


@dataclass(frozen=True)
class NamedSegment:
    """One segment as the MPD names it; the address is None when it leads out of the package."""

    uri: str
    address: str | None
    begin: int
    duration: int

    @property
    def name(self) -> str:
        """Its file name."""
        return (self.address or self.uri).rpartition("/")[2]


Span = tuple[int, int]


@dataclass(frozen=True)
class Representation:
    """One representation, with what it inherits from its adaptation set.

    Attributes:
        segments: One, the whole file, when it is played from a file with an index.
        init_range: First and last byte of that file's init segment; ``index_range`` likewise of its index.
        kid: Key id, 32 hex digits; empty for what is clear.
        psshs: What it tells DRM systems, in base64.
        is_trick: Whether it is for fast search alone.
    """

    id: str
    kind: str
    bandwidth: int
    codecs: str
    size: tuple[int, int] | None
    frame_rate: Fraction | None
    sample_rate: int | None
    timescale: int
    init: str | None
    segments: tuple[NamedSegment, ...]
    init_range: Span | None = None
    index_range: Span | None = None
    kid: str = ""
    psshs: tuple[str, ...] = ()
    is_trick: bool = False

    @property
    def seconds(self) -> Fraction:
        """Sum of the segments' durations."""
        return Fraction(sum(segment.duration for segment in self.segments), self.timescale)


@dataclass(frozen=True)
class Mpd:
    """One MPD."""

    name: str
    address: str
    is_static: bool
    seconds: Fraction
    representations: tuple[Representation, ...]


def read_mpd(view: PackageView, variant: str, address: str) -> Mpd:
    """Return an MPD.

    Raises:
        MalformedError: It is none, or carries a DTD, or uses what our own never does (several periods, xlink).
    """
    return parse_mpd(view.text(address), variant, address)


def parse_mpd(text: str, variant: str, address: str) -> Mpd:
    """Return the MPD of a text; see `read_mpd`."""
    root = parse_xml(text, address)
    periods = root.findall(f"{MPD}Period")
    if root.tag != f"{MPD}MPD" or len(periods) != 1:
        raise MalformedError(f"{address} is no MPD with one period")
    if root.find(f"{MPD}BaseURL") is not None or periods[0].find(f"{MPD}BaseURL") is not None:
        raise MalformedError(f"{address} moves all its addresses with a BaseURL")
    try:
        total = seconds(root.get("mediaPresentationDuration", ""))
        found = tuple(_representations(periods[0], address, total))
    except (ValueError, ZeroDivisionError, KeyError) as error:
        raise MalformedError(f"{address} cannot be understood: {error}") from error
    return Mpd(variant, address, root.get("type", "static") == "static", total, found)


def parse_xml(text: str, address: str) -> etree._Element:
    """Return the root of an XML document that neither declares entities nor includes others.

    Raises:
        MalformedError: It does, or it is none.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MalformedError(f"{address} carries a document type declaration")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise MalformedError(f"{address} is no XML: {error}") from error
    for number, node in enumerate(root.iter()):
        if number > MOST_NODES or any("xlink" in str(name) for name in node.attrib):
            raise MalformedError(f"{address} is far too large, or includes other documents")
    return root


def _representations(period: etree._Element, address: str, total: Fraction) -> Iterator[Representation]:
    for adaptation in period.findall(f"{MPD}AdaptationSet"):
        for element in adaptation.findall(f"{MPD}Representation"):
            yield _representation(element, adaptation, address, total)


def _representation(
    element: etree._Element, adaptation: etree._Element, address: str, total: Fraction
) -> Representation:
    def said(name: str) -> str:
        return element.get(name) or adaptation.get(name) or ""

    base = "".join(
        (one.text or "").strip() for one in (*adaptation.findall(f"{MPD}BaseURL"), *element.findall(f"{MPD}BaseURL"))
    )
    return Representation(
        id=said("id"),
        kind=said("contentType") or said("mimeType").partition("/")[0],
        bandwidth=int(said("bandwidth") or 0),
        codecs=said("codecs"),
        size=(int(said("width")), int(said("height"))) if said("width") and said("height") else None,
        frame_rate=frame_rate(said("frameRate")) if said("frameRate") else None,
        sample_rate=int(said("audioSamplingRate")) if said("audioSamplingRate").isdigit() else None,
        kid=_kid(element) or _kid(adaptation),
        psshs=tuple("".join((one.text or "").split()) for part in (element, adaptation) for one in part.iterfind(PSSH)),
        is_trick=any(one.get("schemeIdUri") == TRICK_MODE for one in adaptation),
        **_media(_Described(element, adaptation, address, base), said, total),
    )


@dataclass(frozen=True)
class _Described:
    """Where a representation's segments are described, and what their addresses are relative to."""

    element: etree._Element
    adaptation: etree._Element
    address: str
    base: str

    def find(self, name: str) -> etree._Element | None:
        """Return an element of the representation, or else of its adaptation set."""
        own = self.element.find(f"{MPD}{name}")
        return self.adaptation.find(f"{MPD}{name}") if own is None else own


def _media(at: _Described, said: Callable[[str], str], total: Fraction) -> dict[str, Any]:
    """Return where the segments are: named by a template, or one file with an index."""
    template, base = at.find("SegmentTemplate"), at.find("SegmentBase")
    if template is not None:
        naming = _Naming(template, at.address, at.base, said("id"), said("bandwidth"))
        segments = tuple(naming.segments(total))
        return {"timescale": naming.timescale, "init": naming.init(), "segments": segments}
    if base is None or not at.base:
        raise MalformedError(f"{at.address}: representation {said('id')} has neither a SegmentTemplate nor a file")
    file, timescale = resolved(at.address, at.base), _timescale(base)
    init = base.find(f"{MPD}Initialization")
    return {
        "timescale": timescale,
        "init": file,
        "segments": (NamedSegment(at.base, file, 0, round(total * timescale)),),
        "init_range": _span("" if init is None else init.get("range", "")),
        "index_range": _span(base.get("indexRange", "")),
    }


def _timescale(element: etree._Element) -> int:
    timescale = int(element.get("timescale", "1"))
    if timescale < 1:
        raise ValueError("a timescale must be positive")
    return timescale


def _span(text: str) -> Span | None:
    first, _, last = text.partition("-")
    return (int(first), int(last)) if text else None


def _kid(element: etree._Element) -> str:
    for one in element.findall(f"{MPD}ContentProtection"):
        if kid := one.get(DEFAULT_KID):
            return str(kid).replace("-", "").lower()
    return ""


class _Naming:
    """Expands one SegmentTemplate (ISO/IEC 23009-1, 5.3.9.4)."""

    def __init__(self, template: etree._Element, address: str, base: str, name: str, bandwidth: str) -> None:
        self.template, self.address, self.base = template, address, base
        self.fixed = {"$RepresentationID$": name, "$Bandwidth$": bandwidth}
        self.timescale = _timescale(template)

    def init(self) -> str | None:
        uri = self.template.get("initialization")
        return resolved(self.address, self.base + self._filled(uri)) if uri else None

    def segments(self, total: Fraction) -> Iterator[NamedSegment]:
        number = int(self.template.get("startNumber", "1"))
        media = self.template.get("media", "")
        for place, (begin, duration) in enumerate(self._times(total)):
            uri = self.base + self._filled(media, number + place, begin)
            yield NamedSegment(uri, resolved(self.address, uri), begin, duration)

    def _times(self, total: Fraction) -> Iterator[tuple[int, int]]:
        timeline = self.template.find(f"{MPD}SegmentTimeline")
        if timeline is None:
            yield from self._equal_times(total)
            return
        now = count = 0
        for entry in timeline.findall(f"{MPD}S"):
            now = int(entry.get("t", now))
            duration, repeats = int(entry.get("d", "0")), int(entry.get("r", "0"))
            count = _bounded(count + max(0, repeats + 1))
            for _ in range(repeats + 1):
                yield now, duration
                now += duration

    def _equal_times(self, total: Fraction) -> Iterator[tuple[int, int]]:
        duration = int(self.template.get("duration", "0"))
        if duration < 1:
            raise ValueError("a SegmentTemplate needs a SegmentTimeline or a duration")
        end = ceil(total * self.timescale)
        for place in range(_bounded(ceil(Fraction(end, duration)))):
            yield place * duration, min(duration, end - place * duration)

    def _filled(self, uri: str, number: int | None = None, time: int | None = None) -> str:
        for identifier, value in self.fixed.items():
            uri = uri.replace(identifier, value)
        for identifier, count in (("Number", number), ("Time", time)):
            before, mark, rest = uri.partition(f"${identifier}")
            if mark and count is not None:
                width, _, after = rest.partition("$")
                uri = f"{before}{count:0{_digits(width)}d}{after}"
        return uri.replace("$$", "$")


def _bounded(count: int) -> int:
    """Return a number of segments, before any of them is named."""
    if count > MOST_SEGMENTS:
        raise ValueError("there are far too many segments")
    return count


def _digits(width: str) -> int:
    """Return how many digits ``%05d`` asks for."""
    digits = int(width[2:-1]) if width else 1
    if digits > MOST_DIGITS:
        raise ValueError(f"{width} asks for more than {MOST_DIGITS} digits")
    return digits
