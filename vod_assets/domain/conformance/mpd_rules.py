"""Rules of MPEG-DASH (ISO/IEC 23009-1) for a static MPD."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from vod_assets.domain.conformance.mpd_facts import MpdFacts, members
from vod_assets.domain.conformance.mpd_grammar import DASH, Grammar
from vod_assets.domain.conformance.rules import RuleBook
from vod_assets.domain.manifests.dash_values import seconds

MPEG = "ISO/IEC 23009-1"
LIVE, ON_DEMAND = "urn:mpeg:dash:profile:isoff-live:2011", "urn:mpeg:dash:profile:isoff-on-demand:2011"
BOOK: RuleBook[MpdFacts] = RuleBook()
rule = BOOK.rule


@rule(
    "dash-grammar",
    "must",
    f"{MPEG}, 5.3 to 5.10",
)
def grammar(found: MpdFacts) -> Iterator[str]:
    """Elements, their order and their attributes are those of the schema."""
    yield from Grammar().faults(found.root)


@rule(
    "dash-schema",
    "must",
    f"{MPEG}, schema",
    applies=lambda found: found.schema is not None,
)
def schema(found: MpdFacts) -> Iterator[str]:
    """DASH-MPD.xsd finds nothing; only where it is named (`--schema`), for it may not be handed on."""
    if found.schema:
        yield from found.schema(found.root)


@rule(
    "dash-static",
    "must",
    f"{MPEG}, 5.3.1 and 5.3.2",
)
def static(found: MpdFacts) -> Iterator[str]:
    """A title on demand is static, has a duration, and begins at zero."""
    if found.root.get("type", "static") != "static":
        yield "it is not static"
    if not found.root.get("mediaPresentationDuration"):
        yield "there is no mediaPresentationDuration"
    first = found.root.find(f"{DASH}Period")
    if first is None or first.get("start", "PT0S") != "PT0S":
        yield "its first period does not begin at zero"


@rule("dash-ids", "must", f"{MPEG}, 5.3.3 and 5.3.5")
def ids(found: MpdFacts) -> Iterator[str]:
    """Adaptation sets and representations have ids of their own."""
    for name in ("AdaptationSet", "Representation"):
        counts = Counter(one.get("id") for one in found.root.iter(f"{DASH}{name}"))
        yield from (f"{name} {one} is there {count} times" for one, count in counts.items() if count > 1)


@rule(
    "dash-profile",
    "must",
    f"{MPEG}, 8.3 and 8.4",
)
def profile(found: MpdFacts) -> Iterator[str]:
    """The profile of each set fits its segments: templates are “live”, files with an index “on demand”."""
    every = found.root.get("profiles") or ""
    for group in found.sets:
        said = group.get("profiles") or every
        if not set(said.split(",")) <= set(every.split(",")):
            yield f"set {group.get('id')} says {said}, the MPD {every}"
        for one in members(group):
            wanted = ON_DEMAND if one.find(f"{DASH}SegmentBase") is not None else LIVE
            if {LIVE, ON_DEMAND} & set(said.split(",")) != {wanted}:
                yield f"{one.get('id')} is of {wanted.rpartition('profile:')[2]}, its set says {said}"


@rule(
    "dash-events",
    "must",
    f"{MPEG}, 5.10",
    applies=lambda found: found.root.find(f".//{DASH}EventStream") is not None,
)
def events(found: MpdFacts) -> Iterator[str]:
    """Events of a stream have ids of their own and lie within the presentation."""
    end = seconds(found.root.get("mediaPresentationDuration") or "")
    for stream in found.root.iter(f"{DASH}EventStream"):
        timescale = int(stream.get("timescale") or 1)
        counts = Counter(one.get("id") for one in stream.findall(f"{DASH}Event"))
        yield from (f"event {one} is there {count} times" for one, count in counts.items() if count > 1)
        for one in stream.findall(f"{DASH}Event"):
            begin = Fraction(int(one.get("presentationTime") or 0), timescale)
            if begin > end + Fraction(1, timescale):  # both are rounded, and an ad break may be at the very end
                yield f"event {one.get('id')} begins at {float(begin):g} s"


@rule("dash-buffer", "must", f"{MPEG}, 5.3.1 and 5.3.5.4")
def buffer(found: MpdFacts) -> Iterator[str]:
    """MinBufferTime and every bandwidth are above zero."""
    if not seconds(found.root.get("minBufferTime") or "PT0S"):
        yield "minBufferTime is zero"
    every = found.root.iter(f"{DASH}Representation")
    yield from (f"{one.get('id')} has no bandwidth" for one in every if not int(one.get("bandwidth") or 0))


BOOK.unchecked(
    "dash-cmaf-profile",
    "should",
    f"{MPEG}, 8.12",
    "The MPD claims the CMAF profile (urn:mpeg:dash:profile:cmaf:2019).",
    "It is not claimed: it asks for segmentProfiles and more than what is checked here.",
)
