"""Write elements of an MPD."""

from collections.abc import Iterable, Mapping

from lxml import etree

from vod_assets.domain.manifests.hls_attributes import quotable

DASH = "{urn:mpeg:dash:schema:mpd:2011}"
CENC = "{urn:mpeg:cenc:2013}"
CPS = "{https://dashif.org/CPS}"
SCTE35 = "{http://www.scte.org/schemas/35/2016}"
NAMESPACES = {
    None: "urn:mpeg:dash:schema:mpd:2011",
    "cenc": "urn:mpeg:cenc:2013",
    "mspr": "urn:microsoft:playready",
    "dashif": "https://dashif.org/CPS",
    "scte35": "http://www.scte.org/schemas/35/2016",
}


def add(parent: etree._Element, name: str, said: Mapping[str, str] | None = None) -> etree._Element:
    """Add an element of MPEG-DASH, or of the namespace that its name begins with, and return it."""
    return etree.SubElement(parent, name if name.startswith("{") else f"{DASH}{name}", dict(said or {}))


def describe(parent: etree._Element, name: str, scheme: str, value: str | None = None) -> etree._Element:
    """Add a descriptor: a scheme and a value of it."""
    return add(parent, name, attributes([("schemeIdUri", scheme), ("value", value)]))


def attributes(pairs: Iterable[tuple[str, str | int | None]]) -> dict[str, str]:
    """Return attributes as text; None is left out."""
    return {name: quotable(str(value)) for name, value in pairs if value is not None}
