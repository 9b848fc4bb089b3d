"""Rules of MPEG-DASH and of DASH-IF's interoperability points for a static MPD."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from lxml import etree

from vod_assets.domain.conformance.mpd_grammar import DASH, Grammar
from vod_assets.domain.conformance.rules import RuleBook

MPEG, IOP = "ISO/IEC 23009-1", "DASH-IF IOP 4.3"
LIVE, ON_DEMAND = "urn:mpeg:dash:profile:isoff-live:2011", "urn:mpeg:dash:profile:isoff-on-demand:2011"
MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"
DEFAULT_KID = "{urn:mpeg:cenc:2013}default_KID"
TILES, TRICK = "http://dashif.org/guidelines/thumbnail_tile", "http://dashif.org/guidelines/trickmode"
SWITCHING = "urn:mpeg:dash:adaptation-set-switching:2016"
TRANSFER = "urn:mpeg:mpegB:cicp:TransferCharacteristics"
OF_SETS, OF_PICTURES = (
    ("maxWidth", "maxHeight", "maxFrameRate", "par"),
    ("width", "height", "frameRate", "sar", "codecs"),
)


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
    """The profile fits how segments are named: templates are “live”, files with an index “on demand”."""
    said = (found.root.get("profiles") or "").split(",")
    timed = [one for group in found.timed if group.get("contentType") in ("video", "audio") for one in _members(group)]
    for one in timed:
        wanted = ON_DEMAND if one.find(f"{DASH}SegmentBase") is not None else LIVE
        if wanted not in said:
            yield f"{one.get('id')} is of {wanted.rpartition('profile:')[2]}, the MPD says {', '.join(said)}"


@rule(
    "dash-alignment",
    "must",
    f"{IOP}, adaptation sets",
)
def alignment(found: MpdFacts) -> Iterator[str]:
    """In a set, segments are aligned and begin with an access point of type 1 or 2."""
    for one in found.timed:
        aligned = one.get("segmentAlignment") or one.get("subsegmentAlignment")
        access = one.get("startWithSAP") or one.get("subsegmentStartsWithSAP")
        if aligned != "true" or access not in ("1", "2"):
            yield f"set {one.get('id')} does not say so"


@rule(
    "dash-timelines",
    "must",
    f"{IOP}, timing",
)
def timelines(found: MpdFacts) -> Iterator[str]:
    """Representations of a set have segments at the same times, without gaps."""
    for group in found.timed:
        lines = {one.get("id"): _timeline(one) for one in _members(group)}
        if len(set(lines.values())) > 1:
            yield f"set {group.get('id')}: {', '.join(str(name) for name in lines)} differ"
        for name, line in lines.items():
            ends = [begin + length for begin, length in line]
            if any(begin != end for (begin, _), end in zip(line[1:], ends[:-1], strict=True)):
                yield f"{name} has gaps"


@rule("dash-one-codec", "must", f"{IOP}, adaptation sets")
def one_codec(found: MpdFacts) -> Iterator[str]:
    """The representations of a set have one codec."""
    for group in found.sets:
        names = {(one.get("codecs") or "").partition(".")[0] for one in _members(group)}
        if len(names) > 1:
            yield f"set {group.get('id')} has {', '.join(sorted(names))}"


@rule(
    "dash-picture",
    "must",
    f"{IOP}, video",
    applies=lambda found: bool(found.of("video")),
)
def picture(found: MpdFacts) -> Iterator[str]:
    """Video says width, height, frame rate, pixel shape and codec; its set the largest of these."""
    for group in found.of("video"):
        yield from (f"set {group.get('id')} says no {name}" for name in OF_SETS if not group.get(name))
        for one in _members(group):
            yield from (f"{one.get('id')} says no {name}" for name in OF_PICTURES if not one.get(name))


@rule(
    "dash-sound",
    "must",
    f"{IOP}, audio",
    applies=lambda found: bool(found.of("audio")),
)
def sound(found: MpdFacts) -> Iterator[str]:
    """Sound says its language, sampling rate, channels, codec and role; some of it is the main one."""
    roles = [role.get("value") for group in found.of("audio") for role in group.findall(f"{DASH}Role")]
    if "main" not in roles:
        yield "none is the main one"
    for group in found.of("audio"):
        if not group.get("lang") or group.find(f"{DASH}Role") is None:
            yield f"set {group.get('id')} says no language or no role"
        for one in _members(group):
            if not one.get("audioSamplingRate") or not one.get("codecs"):
                yield f"{one.get('id')} says no sampling rate or no codec"
            if one.find(f"{DASH}AudioChannelConfiguration") is None:
                yield f"{one.get('id')} says no channels"


@rule(
    "dash-text",
    "must",
    f"{IOP}, subtitles",
    applies=lambda found: bool(found.of("text")),
)
def text(found: MpdFacts) -> Iterator[str]:
    """Text says its language, its codec, and whether it is captions, subtitles or a forced narrative."""
    kinds = {"caption", "subtitle", "forced-subtitle"}
    for group in found.of("text"):
        roles = {role.get("value") for role in group.findall(f"{DASH}Role")}
        if not group.get("lang") or not roles & kinds:
            yield f"set {group.get('id')} says no language, or not what it is"
        yield from (f"{one.get('id')} says no codec" for one in _members(group) if not one.get("codecs"))


@rule(
    "dash-protection",
    "must",
    f"{IOP}, content protection; ISO/IEC 23001-7, 11.2",
    applies=lambda found: found.root.find(f".//{DASH}ContentProtection") is not None,
)
def protection(found: MpdFacts) -> Iterator[str]:
    """A protected set names scheme and key id (mp4protection) once, and each of its systems once."""
    for group in found.sets:
        said = group.findall(f"{DASH}ContentProtection")
        common = [one for one in said if one.get("schemeIdUri") == MP4_PROTECTION]
        if not said:
            continue
        if len(common) != 1 or not common[0].get(DEFAULT_KID) or common[0].get("value") not in ("cenc", "cbcs"):
            yield f"set {group.get('id')} does not name scheme and key id once"
        if len(said) == len(common):
            yield f"set {group.get('id')} names no system"
        systems = Counter(str(one.get("schemeIdUri")).lower() for one in said)
        yield from (f"set {group.get('id')} names {one} {count} times" for one, count in systems.items() if count > 1)


@rule(
    "dash-switching",
    "must",
    f"{IOP}, adaptation set switching",
    applies=lambda found: bool(_properties(found, SWITCHING)),
)
def switching(found: MpdFacts) -> Iterator[str]:
    """Sets that may be switched between name one another, and differ in neither kind, codec nor range."""
    named = {group.get("id"): value.split(",") for group, value in _properties(found, SWITCHING)}
    by_id = {group.get("id"): group for group in found.sets}
    for one, others in named.items():
        for other in others:
            if one not in named.get(other, []):
                yield f"set {one} names set {other}, which does not name it"
            elif _decoder(by_id[one]) != _decoder(by_id[other]):
                yield f"sets {one} and {other} are of different codecs or ranges"


@rule(
    "dash-trick-mode",
    "must",
    f"{IOP}, trick modes",
    applies=lambda found: bool(_properties(found, TRICK)),
    gap="It is the smallest rung, not I-frames alone: a player of DASH cannot append a part of a segment.",
)
def trick_mode(found: MpdFacts) -> Iterator[str]:
    """A set to wind with names the sets that it is for, and says how fast it can be wound."""
    by_id = {group.get("id"): group for group in found.sets}
    for group, value in _properties(found, TRICK):
        if not group.get("maxPlayoutRate"):
            yield f"set {group.get('id')} says no maxPlayoutRate"
        for other in value.split():
            main = by_id.get(other)
            if main is None or _decoder(main) != _decoder(group):
                yield f"set {group.get('id')} is for set {other}, which is not there, or of another codec"


@rule(
    "dash-thumbnails",
    "must",
    f"{IOP}, 6.2.6",
    applies=lambda found: bool(found.of("image")),
)
def thumbnails(found: MpdFacts) -> Iterator[str]:
    """Thumbnails are tiles of equal pictures, with a fixed duration."""
    for one in (one for group in found.of("image") for one in _members(group)):
        tiles = [
            node.get("value") or ""
            for node in one.findall(f"{DASH}EssentialProperty")
            if node.get("schemeIdUri") == TILES
        ]
        columns, _, rows = (tiles[0] if tiles else "").partition("x")
        if not columns.isdigit() or not rows.isdigit():
            yield f"{one.get('id')} has no tiles"
        elif int(one.get("width") or 0) % int(columns) or int(one.get("height") or 0) % int(rows):
            yield f"{one.get('id')} is no whole number of tiles wide or high"
        template = one.find(f"{DASH}SegmentTemplate")
        if template is None or not template.get("duration") or template.find(f"{DASH}SegmentTimeline") is not None:
            yield f"{one.get('id')} has no fixed duration"


@rule(
    "dash-range",
    "must",
    f"{IOP}, HDR",
    applies=lambda found: bool(_properties(found, TRANSFER)),
)
def high_range(found: MpdFacts) -> Iterator[str]:
    """HDR is in sets of its own, whose essential properties say so."""
    for group, value in _properties(found, TRANSFER):
        essential = [one.get("schemeIdUri") for one in group.findall(f"{DASH}EssentialProperty")]
        if value not in ("16", "18") or TRANSFER not in essential:
            yield f"set {group.get('id')} says {value}, or does not insist"


@rule(
    "dash-events",
    "must",
    f"{MPEG}, 5.10",
    applies=lambda found: found.root.find(f".//{DASH}EventStream") is not None,
)
def events(found: MpdFacts) -> Iterator[str]:
    """Events of a stream have ids of their own and lie within the presentation."""
    for stream in found.root.iter(f"{DASH}EventStream"):
        timescale = int(stream.get("timescale") or 1)
        counts = Counter(one.get("id") for one in stream.findall(f"{DASH}Event"))
        yield from (f"event {one} is there {count} times" for one, count in counts.items() if count > 1)
        for one in stream.findall(f"{DASH}Event"):
            begin = Fraction(int(one.get("presentationTime") or 0), timescale)
            if begin > _seconds(found.root.get("mediaPresentationDuration") or ""):
                yield f"event {one.get('id')} begins at {float(begin):g} s"


@rule("dash-buffer", "must", f"{MPEG}, 5.3.1 and 5.3.5.4")
def buffer(found: MpdFacts) -> Iterator[str]:
    """MinBufferTime and every bandwidth are above zero."""
    if not _seconds(found.root.get("minBufferTime") or ""):
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


def _members(group: etree._Element) -> list[etree._Element]:
    return group.findall(f"{DASH}Representation")


def _properties(found: MpdFacts, scheme: str) -> list[tuple[etree._Element, str]]:
    """Return the sets that have a property of a scheme, essential or not, with its value."""
    return [
        (group, node.get("value") or "")
        for group in found.sets
        for name in ("EssentialProperty", "SupplementalProperty")
        for node in group.findall(f"{DASH}{name}")
        if node.get("schemeIdUri") == scheme
    ]


def _decoder(group: etree._Element) -> tuple[object, ...]:
    transfer = [
        node.get("value") for node in group.iter(f"{DASH}EssentialProperty") if node.get("schemeIdUri") == TRANSFER
    ]
    codecs = {(one.get("codecs") or "").partition(".")[0] for one in _members(group)}
    return group.get("contentType"), frozenset(codecs), tuple(transfer)


def _timeline(one: etree._Element) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return begin and length of each segment in seconds; nothing where a template does not list them."""
    template = one.find(f"{DASH}SegmentTemplate")
    if template is None:
        return ()
    timescale, now, found = int(template.get("timescale") or 1), 0, []
    for entry in template.iter(f"{DASH}S"):
        now, length = int(entry.get("t") or now), int(entry.get("d") or 0)
        for _ in range(int(entry.get("r") or 0) + 1):
            found.append((Fraction(now, timescale), Fraction(length, timescale)))
            now += length
    return tuple(found)


def _seconds(text: str) -> Fraction:
    """Return the seconds of an XML duration as ours are written: ``PT10.01S``; zero for any other."""
    number = text.removeprefix("PT").removesuffix("S")
    return Fraction(number) if number.replace(".", "", 1).isdigit() else Fraction(0)
