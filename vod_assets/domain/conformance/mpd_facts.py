"""What rules ask an MPD."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from lxml import etree

from vod_assets.domain.conformance.mpd_grammar import DASH

MOST_SEGMENTS = 1_000_000
TRANSFER = "urn:mpeg:mpegB:cicp:TransferCharacteristics"


@dataclass(frozen=True)
class MpdFacts:
    """One MPD.

    Attributes:
        schema: Yields what the schema itself has to say, where an operator has it.
    """

    root: etree._Element
    schema: Callable[[etree._Element], Iterator[str]] | None = None

    @cached_property
    def sets(self) -> list[etree._Element]:
        """Every adaptation set."""
        return self.root.findall(f".//{DASH}AdaptationSet")

    def of(self, kind: str) -> list[etree._Element]:
        """Return the adaptation sets of a content type."""
        return [one for one in self.sets if one.get("contentType") == kind]

    @property
    def timed(self) -> list[etree._Element]:
        """Adaptation sets of all but pictures."""
        return [one for one in self.sets if one.get("contentType") != "image"]


def members(group: etree._Element) -> list[etree._Element]:
    """Return the representations of a set."""
    return group.findall(f"{DASH}Representation")


def properties(found: MpdFacts, scheme: str) -> list[tuple[etree._Element, str]]:
    """Return the sets that have a property of a scheme, essential or not, with its value."""
    return [
        (group, node.get("value") or "")
        for group in found.sets
        for name in ("EssentialProperty", "SupplementalProperty")
        for node in group.findall(f"{DASH}{name}")
        if node.get("schemeIdUri") == scheme
    ]


def decoder(group: etree._Element) -> tuple[object, ...]:
    """Return what a decoder has to know of a set: kind, codecs, range."""
    transfer = [
        node.get("value") for node in group.iter(f"{DASH}EssentialProperty") if node.get("schemeIdUri") == TRANSFER
    ]
    codecs = {(one.get("codecs") or "").partition(".")[0] for one in members(group)}
    return group.get("contentType"), frozenset(codecs), tuple(transfer)


def timeline(one: etree._Element) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return begin and length of each segment in seconds; nothing where a template does not list them."""
    template = one.find(f"{DASH}SegmentTemplate")
    if template is None:
        return ()
    timescale, now = int(template.get("timescale") or 1), 0
    found: list[tuple[Fraction, Fraction]] = []
    for entry in template.iter(f"{DASH}S"):
        now, length = int(entry.get("t") or now), int(entry.get("d") or 0)
        if (count := int(entry.get("r") or 0) + 1) > MOST_SEGMENTS - len(found):
            raise ValueError(f"a timeline of more than {MOST_SEGMENTS} segments")
        for _ in range(count):
            found.append((Fraction(now, timescale), Fraction(length, timescale)))
            now += length
    return tuple(found)
