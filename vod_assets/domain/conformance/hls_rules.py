"""Rules of HLS itself (RFC 8216, and the draft that follows it)."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from vod_assets.domain.conformance.playlists import Playlist, PlaylistSet, Tag
from vod_assets.domain.conformance.rules import RuleBook
from vod_assets.domain.package_view import resolved

BOOK: RuleBook[PlaylistSet] = RuleBook()
GROUPS = {"AUDIO": "AUDIO", "SUBTITLES": "SUBTITLES"}
rule = BOOK.rule


@rule("hls-first-line", "must", "RFC 8216, 4.3.1.1")
def first_line(found: PlaylistSet) -> Iterator[str]:
    """A playlist begins with #EXTM3U."""
    for one in _all(found):
        if not one.text.startswith("#EXTM3U"):
            yield f"{one.name} begins otherwise"


@rule("hls-version", "must", "RFC 8216, 7")
def version(found: PlaylistSet) -> Iterator[str]:
    """EXT-X-VERSION is high enough for what a playlist uses."""
    for one in _all(found):
        said = int(one.value("EXT-X-VERSION") or 1)
        if said < (needed := _needed_version(one)):
            yield f"{one.name} says {said} and uses what came with {needed}"


@rule("hls-target", "must", "RFC 8216, 4.3.3.1")
def target(found: PlaylistSet) -> Iterator[str]:
    """No EXTINF, rounded, is longer than the target duration."""
    for one in found.media.values():
        longest = max(one.durations, default=Fraction(0))
        if int(longest + Fraction(1, 2)) > one.target:
            yield f"{one.name}: a segment lasts {float(longest):.3f} s, the target duration is {one.target}"


@rule("hls-same-target", "must", "RFC 8216, 6.2.4")
def same_target(found: PlaylistSet) -> Iterator[str]:
    """All variant streams and audio renditions have one target duration."""
    targets = {one.target for one in found.timed}
    if len(targets) > 1:
        yield f"they have {', '.join(str(one) for one in sorted(targets))}"


@rule("hls-whole", "must", "RFC 8216, 4.3.3.4 and 4.3.3.5")
def whole(found: PlaylistSet) -> Iterator[str]:
    """A title on demand is of type VOD and has an EXT-X-ENDLIST."""
    for one in found.media.values():
        if one.value("EXT-X-PLAYLIST-TYPE") != "VOD" or not one.has("EXT-X-ENDLIST"):
            yield f"{one.name} may still grow"


@rule("hls-playlists", "must", "RFC 8216, 4.3.4")
def playlists(found: PlaylistSet) -> Iterator[str]:
    """Every playlist that the multivariant playlist names is there."""
    named = [*(one.uri for one in found.streams), *(one["URI"] for one in found.renditions)]
    named += [one["URI"] for one in found.top.all("EXT-X-I-FRAME-STREAM-INF")]
    yield from (f"{uri} is not there" for uri in named if uri and resolved(found.top.address, uri) not in found.media)


@rule("hls-bandwidth", "must", "RFC 8216, 4.3.4.2")
def bandwidth(found: PlaylistSet) -> Iterator[str]:
    """Every variant stream says its BANDWIDTH."""
    for one in [*found.streams, *found.top.all("EXT-X-I-FRAME-STREAM-INF")]:
        if not one.number("BANDWIDTH"):
            yield f"{one.uri or one['URI']} does not"


@rule(
    "hls-groups",
    "must",
    "RFC 8216, 4.3.4.2",
)
def groups(found: PlaylistSet) -> Iterator[str]:
    """Groups that a variant stream names are there, and those that are there are named."""
    for kind in GROUPS:
        there = {one["GROUP-ID"] for one in found.renditions if one["TYPE"] == kind}
        named = {one[kind] for one in found.streams} - {""}
        yield from (f"{kind} group {name} is named and not there" for name in sorted(named - there))
        yield from (f"{kind} group {name} is there and not named" for name in sorted(there - named))


@rule(
    "hls-renditions",
    "must",
    "RFC 8216, 4.3.4.1.1",
    applies=lambda found: bool(found.renditions),
)
def renditions(found: PlaylistSet) -> Iterator[str]:
    """In a group each NAME is there once, and one rendition at most is the default, and AUTOSELECT."""
    for group, members in _members(found).items():
        names = Counter(one["NAME"] for one in members)
        yield from (
            f"{group}: {name or 'no name'} is there {count} times" for name, count in names.items() if count > 1
        )
        defaults = [one for one in members if one["DEFAULT"] == "YES"]
        if len(defaults) > 1:
            yield f"{group}: {len(defaults)} renditions are the default"
        yield from (f"{group}: {one['NAME']} is not AUTOSELECT" for one in defaults if one["AUTOSELECT"] != "YES")


@rule(
    "hls-automatic",
    "should",
    "RFC 8216, 4.3.4.1.1",
    applies=lambda found: bool(found.renditions),
)
def automatic(found: PlaylistSet) -> Iterator[str]:
    """Renditions of a group that are chosen automatically differ in language, purpose or characteristics."""
    for group, members in _members(found).items():
        chosen = Counter(_choice(one) for one in members if one["AUTOSELECT"] == "YES")
        yield from (
            f"{group}: {count} are alike in {key[0] or 'no language'}" for key, count in chosen.items() if count > 1
        )


@rule(
    "hls-keys",
    "must",
    "RFC 8216, 4.3.2.4",
    applies=lambda found: bool(_keys(found)),
)
def keys(found: PlaylistSet) -> Iterator[str]:
    """METHOD fits the container: SAMPLE-AES or SAMPLE-AES-CTR fragmented MP4, AES-128 streams."""
    for one in found.media.values():
        allowed = {"NONE", "SAMPLE-AES", "SAMPLE-AES-CTR"} if one.has("EXT-X-MAP") else {"NONE", "AES-128"}
        methods = {key["METHOD"] for key in one.all("EXT-X-KEY")}
        yield from (f"{one.name} says {method}" for method in sorted(methods - allowed))


@rule(
    "hls-session-keys",
    "must",
    "RFC 8216, 4.3.4.5",
    applies=lambda found: found.top.has("EXT-X-SESSION-KEY"),
)
def session_keys(found: PlaylistSet) -> Iterator[str]:
    """Session keys are of METHOD, KEYFORMAT and URI that media playlists have, and each is there once."""
    used = {_key(one) for one in _keys(found)}
    session = Counter(_key(one) for one in found.top.all("EXT-X-SESSION-KEY"))
    for key, count in session.items():
        if count > 1:
            yield f"a session key of {key[1] or 'identity'} is there {count} times"
        if key not in used:
            yield f"a session key of {key[1] or 'identity'} opens no media playlist"


@rule(
    "hls-map",
    "must",
    "RFC 8216, 3.3",
    applies=lambda found: any(uri.endswith((".m4s", ".mp4")) for one in found.media.values() for uri in one.uris),
)
def init(found: PlaylistSet) -> Iterator[str]:
    """A playlist of fragmented MP4 names the init segment."""
    for one in found.media.values():
        if any(uri.endswith((".m4s", ".mp4")) for uri in one.uris) and not one.has("EXT-X-MAP"):
            yield f"{one.name} has no EXT-X-MAP"


@rule(
    "hls-dates",
    "must",
    "RFC 8216, 4.3.2.7 and 6.2.4",
    applies=lambda found: any(one.has("EXT-X-DATERANGE") for one in found.media.values()),
)
def dates(found: PlaylistSet) -> Iterator[str]:
    """A playlist with date ranges has a date, and all playlists of pictures and sound have the same ranges."""
    ranges = {tuple(tag.value for tag in one.all("EXT-X-DATERANGE")) for one in found.timed}
    if len(ranges) > 1:
        yield "playlists have different date ranges"
    for one in found.media.values():
        if one.has("EXT-X-DATERANGE") and not one.has("EXT-X-PROGRAM-DATE-TIME"):
            yield f"{one.name} has no EXT-X-PROGRAM-DATE-TIME"


@rule(
    "hls-session-data",
    "must",
    "RFC 8216, 4.3.4.4",
    applies=lambda found: found.top.has("EXT-X-SESSION-DATA"),
)
def session_data(found: PlaylistSet) -> Iterator[str]:
    """Session data has either a VALUE or a URI, and each DATA-ID is there once a language."""
    said = found.top.all("EXT-X-SESSION-DATA")
    yield from (f"{one['DATA-ID']} has both or neither" for one in said if bool(one["VALUE"]) == bool(one["URI"]))
    counts = Counter((one["DATA-ID"], one["LANGUAGE"]) for one in said)
    yield from (f"{key[0]} is there {count} times" for key, count in counts.items() if count > 1)


def _all(found: PlaylistSet) -> list[Playlist]:
    return [found.top, *found.media.values()]


def _needed_version(one: Playlist) -> int:
    """Return the lowest version that knows all that a playlist uses."""
    keys = one.all("EXT-X-KEY")
    uses = {
        2: any(key["IV"] for key in keys),
        3: any("." in tag.value for tag in one.all("EXTINF")),
        4: one.has("EXT-X-BYTERANGE") or one.has("EXT-X-I-FRAMES-ONLY"),
        5: any(key["KEYFORMAT"] or key["KEYFORMATVERSIONS"] for key in keys) or one.has("EXT-X-MAP"),
        6: one.has("EXT-X-MAP") and not one.has("EXT-X-I-FRAMES-ONLY"),
    }
    return max((number for number, is_used in uses.items() if is_used), default=1)


def _members(found: PlaylistSet) -> dict[str, list[Tag]]:
    groups: dict[str, list[Tag]] = {}
    for one in found.renditions:
        groups.setdefault(f"{one['TYPE']} {one['GROUP-ID']}", []).append(one)
    return groups


def _choice(one: Tag) -> tuple[str, str, str]:
    return one["LANGUAGE"], one["FORCED"], one["CHARACTERISTICS"]


def _keys(found: PlaylistSet) -> list[Tag]:
    every = [key for one in found.media.values() for key in one.all("EXT-X-KEY")]
    return [key for key in every if key["METHOD"] != "NONE"]


def _key(one: Tag) -> tuple[str, str, str]:
    return one["METHOD"], one["KEYFORMAT"], one["URI"]
