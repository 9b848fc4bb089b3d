"""Rules of DASH-IF's interoperability points for a static MPD."""

from collections import Counter
from collections.abc import Iterator

from vod_assets.domain.conformance.mpd_facts import TRANSFER, MpdFacts, decoder, members, properties, timeline
from vod_assets.domain.conformance.mpd_grammar import DASH
from vod_assets.domain.conformance.rules import RuleBook

IOP = "DASH-IF IOP 4.3"
MP4_PROTECTION = "urn:mpeg:dash:mp4protection:2011"
DEFAULT_KID = "{urn:mpeg:cenc:2013}default_KID"
TILES, TRICK = "http://dashif.org/guidelines/thumbnail_tile", "http://dashif.org/guidelines/trickmode"
SWITCHING = "urn:mpeg:dash:adaptation-set-switching:2016"
OF_SETS, OF_PICTURES = (
    ("maxWidth", "maxHeight", "maxFrameRate", "par"),
    ("width", "height", "frameRate", "sar", "codecs"),
)
BOOK: RuleBook[MpdFacts] = RuleBook()
rule = BOOK.rule


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
        lines = {one.get("id"): timeline(one) for one in members(group)}
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
        names = {(one.get("codecs") or "").partition(".")[0] for one in members(group)}
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
        for one in members(group):
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
        for one in members(group):
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
        yield from (f"{one.get('id')} says no codec" for one in members(group) if not one.get("codecs"))


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
    applies=lambda found: bool(properties(found, SWITCHING)),
)
def switching(found: MpdFacts) -> Iterator[str]:
    """Sets that may be switched between name one another, and differ in neither kind, codec nor range."""
    named = {group.get("id"): value.split(",") for group, value in properties(found, SWITCHING)}
    by_id = {group.get("id"): group for group in found.sets}
    for one, others in named.items():
        for other in others:
            if one not in named.get(other, []):
                yield f"set {one} names set {other}, which does not name it"
            elif decoder(by_id[one]) != decoder(by_id[other]):
                yield f"sets {one} and {other} are of different codecs or ranges"


@rule(
    "dash-trick-mode",
    "must",
    f"{IOP}, trick modes",
    applies=lambda found: bool(properties(found, TRICK)),
    gap="It is the smallest rung, not I-frames alone: a player of DASH cannot append a part of a segment.",
)
def trick_mode(found: MpdFacts) -> Iterator[str]:
    """A set to wind with names the sets that it is for, and says how fast it can be wound."""
    by_id = {group.get("id"): group for group in found.sets}
    for group, value in properties(found, TRICK):
        if not group.get("maxPlayoutRate"):
            yield f"set {group.get('id')} says no maxPlayoutRate"
        for other in value.split():
            main = by_id.get(other)
            if main is None or decoder(main) != decoder(group):
                yield f"set {group.get('id')} is for set {other}, which is not there, or of another codec"


@rule(
    "dash-thumbnails",
    "must",
    f"{IOP}, 6.2.6",
    applies=lambda found: bool(found.of("image")),
)
def thumbnails(found: MpdFacts) -> Iterator[str]:
    """Thumbnails are tiles of equal pictures, with a fixed duration."""
    for one in (one for group in found.of("image") for one in members(group)):
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
    applies=lambda found: bool(properties(found, TRANSFER)),
)
def high_range(found: MpdFacts) -> Iterator[str]:
    """HDR is in sets of its own, whose essential properties say so."""
    for group, value in properties(found, TRANSFER):
        essential = [one.get("schemeIdUri") for one in group.findall(f"{DASH}EssentialProperty")]
        if value not in ("16", "18") or TRANSFER not in essential:
            yield f"set {group.get('id')} says {value}, or does not insist"
