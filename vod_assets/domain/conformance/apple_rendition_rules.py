"""Rules of Apple's HLS authoring specification for sound and text."""

from collections.abc import Iterator

from vod_assets.domain.conformance.apple_rules import APPLE
from vod_assets.domain.conformance.playlists import PlaylistSet
from vod_assets.domain.conformance.rules import RuleBook

BOOK: RuleBook[PlaylistSet] = RuleBook()
rule = BOOK.rule


def _has_sound(found: PlaylistSet) -> bool:
    return any(one["TYPE"] == "AUDIO" for one in found.renditions)


@rule(
    "apple-one-codec",
    "must",
    f"{APPLE}: audio",
    applies=_has_sound,
    gap="What there is in stereo alone stands in the group of surround, too, or a language would be missing there.",
)
def one_codec(found: PlaylistSet) -> Iterator[str]:
    """The renditions of an audio group have one codec, and a variant stream names the codec of its group alone."""
    sound = ("mp4a", "ac-3", "ec-3", "Opus", "fLaC", "alac")
    for one in found.streams:
        named = {codec for codec in one["CODECS"].split(",") if codec.startswith(sound)}
        if one["AUDIO"] and len(named) != 1:
            yield f"{one.uri} with {one['AUDIO']} names {len(named)} codecs of sound"


@rule(
    "apple-same-languages",
    "must",
    f"{APPLE}: audio",
    applies=_has_sound,
    gap="A codec that has a language alone breaks it; AAC, where a profile has it, has them all.",
)
def same_languages(found: PlaylistSet) -> Iterator[str]:
    """Every audio group offers the same languages and purposes."""
    groups: dict[str, set[tuple[str, str]]] = {}
    for one in found.renditions:
        if one["TYPE"] == "AUDIO":
            groups.setdefault(one["GROUP-ID"], set()).add((one["LANGUAGE"], one["CHARACTERISTICS"]))
    every = set().union(*groups.values())
    for group, offered in groups.items():
        yield from (f"{group} lacks {language or 'no language'}" for language, _ in sorted(every - offered))


@rule(
    "apple-stereo",
    "must",
    f"{APPLE}: audio",
    applies=_has_sound,
    gap="A source in mono stays in mono.",
)
def stereo(found: PlaylistSet) -> Iterator[str]:
    """There is sound in stereo."""
    channels = [one["CHANNELS"].partition("/")[0] for one in found.renditions if one["TYPE"] == "AUDIO"]
    if "2" not in channels:
        yield f"there is only {', '.join(sorted({one or 'unnamed' for one in channels}))}"


@rule(
    "apple-languages",
    "must",
    f"{APPLE}: audio; subtitles",
    applies=lambda found: bool(found.renditions),
    gap="A source that names no language of its sound leads to renditions without one.",
)
def languages(found: PlaylistSet) -> Iterator[str]:
    """Renditions of sound and text say their LANGUAGE."""
    yield from (f"{one['URI']} does not" for one in found.renditions if not one["LANGUAGE"])


@rule(
    "apple-captions",
    "must",
    f"{APPLE}: subtitles",
    applies=lambda found: any(one["TYPE"] == "SUBTITLES" for one in found.renditions),
)
def captions(found: PlaylistSet) -> Iterator[str]:
    """Text for the deaf says so in its CHARACTERISTICS; a forced narrative is AUTOSELECT."""
    for one in (one for one in found.renditions if one["TYPE"] == "SUBTITLES"):
        marks = one["CHARACTERISTICS"]
        if ("describes-music" in marks) != ("transcribes-spoken" in marks):
            yield f"{one['NAME']} says half of it"
        if one["FORCED"] == "YES" and one["AUTOSELECT"] != "YES":
            yield f"{one['NAME']} is forced and not AUTOSELECT"


@rule(
    "apple-imsc1",
    "must",
    f"{APPLE}: subtitles",
    applies=lambda found: any(one.has("EXT-X-MAP") for one in found.of("text")),
)
def imsc1(found: PlaylistSet) -> Iterator[str]:
    """A variant stream with IMSC1 text says so in its CODECS."""
    timed = {one.name for one in found.of("text") if one.has("EXT-X-MAP")}
    groups = {one["GROUP-ID"] for one in found.renditions if one["URI"].rpartition("/")[2] in timed}
    for one in found.streams:
        if (one["SUBTITLES"] in groups) != ("stpp" in one["CODECS"]):
            yield f"{one.uri} with {one['SUBTITLES']} says {one['CODECS']}"
