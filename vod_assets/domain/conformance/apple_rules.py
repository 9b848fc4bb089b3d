"""Rules of Apple's HLS authoring specification for playlists and video; its numbers change, so rules name sections."""

from collections.abc import Iterator
from itertools import pairwise

from vod_assets.domain.conformance.playlists import PlaylistSet, Tag
from vod_assets.domain.conformance.rules import RuleBook

APPLE = "Apple, HLS authoring specification"
HIGHEST_PEAK = 2  # times the average
STEPS = (1.5, 2.0)
CELLULAR_BITS_PER_SECOND = 192_000
TARGET_SECONDS = 6
BOOK: RuleBook[PlaylistSet] = RuleBook()
rule = BOOK.rule


def _has_video(found: PlaylistSet) -> bool:
    return bool(found.video)


@rule("apple-codecs", "must", f"{APPLE}: multivariant playlist")
def codecs(found: PlaylistSet) -> Iterator[str]:
    """Every variant stream names its CODECS."""
    yield from (f"{one.uri} does not" for one in found.streams if not one["CODECS"])


@rule(
    "apple-picture",
    "must",
    f"{APPLE}: multivariant playlist",
    applies=_has_video,
)
def picture(found: PlaylistSet) -> Iterator[str]:
    """Variant streams of video say RESOLUTION and FRAME-RATE."""
    for one in found.video:
        yield from (f"{one.uri} says no {name}" for name in ("RESOLUTION", "FRAME-RATE") if not one[name])


@rule("apple-average", "must", f"{APPLE}: multivariant playlist")
def average(found: PlaylistSet) -> Iterator[str]:
    """Every variant stream says its AVERAGE-BANDWIDTH."""
    yield from (f"{one.uri} does not" for one in found.streams if not one.number("AVERAGE-BANDWIDTH"))


@rule(
    "apple-peak",
    "should",
    f"{APPLE}: video encoding",
    gap="x264's buffer (`bufsize`) is twice `maxrate` in the packaged profiles, so a hard scene after easy ones may "
    "break it; a profile with a smaller `bufsize` meets it.",
)
def peak(found: PlaylistSet) -> Iterator[str]:
    """On demand, no stream's peak is more than twice its average."""
    for one in found.streams:
        highest, mean = one.number("BANDWIDTH"), one.number("AVERAGE-BANDWIDTH")
        if mean and highest > HIGHEST_PEAK * mean:
            yield f"{one.uri}: {highest} is {highest / mean:.2f} times {mean}"


@rule(
    "apple-steps",
    "should",
    f"{APPLE}: video encoding",
    applies=lambda found: len(_ladder(found)) > 1,
    gap="With constant quality (`crf`) the factor follows from the pictures; easy ones come closer together.",
)
def steps(found: PlaylistSet) -> Iterator[str]:
    """The bit rates of neighbouring video streams differ by a factor of 1.5 to 2."""
    for lower, higher in pairwise(_ladder(found)):
        factor = higher.number("AVERAGE-BANDWIDTH") / max(1, lower.number("AVERAGE-BANDWIDTH"))
        if not STEPS[0] <= round(factor, 2) <= STEPS[1]:
            yield f"from {lower.uri} to {higher.uri} it is {factor:.2f}"


@rule(
    "apple-cellular",
    "should",
    f"{APPLE}: multivariant playlist",
    gap="The lowest rung of the packaged profiles, with sound, may need more on hard pictures; add a lower rung.",
)
def cellular(found: PlaylistSet) -> Iterator[str]:
    """There is a stream that needs 192 kbit/s at most, for cellular networks."""
    lowest = min((one.number("BANDWIDTH") for one in found.streams), default=0)
    if lowest > CELLULAR_BITS_PER_SECOND:
        yield f"the lowest needs {lowest} bits a second"


@rule(
    "apple-iframes",
    "must",
    f"{APPLE}: trick play",
    applies=_has_video,
    gap="Segments that AES-128 encrypts as a whole have none: no part of them can be decrypted alone.",
)
def iframes(found: PlaylistSet) -> Iterator[str]:
    """There are I-frame playlists, for scrubbing."""
    if not found.top.has("EXT-X-I-FRAME-STREAM-INF"):
        yield "there is none"


@rule(
    "apple-parameter-sets",
    "should",
    f"{APPLE}: video encoding",
    applies=_has_video,
)
def parameter_sets(found: PlaylistSet) -> Iterator[str]:
    """Parameter sets are in the sample description: avc1, hvc1 and dvh1, not avc3, hev1 and dvhe."""
    for one in found.streams:
        names = [codec.partition(".")[0] for codec in one["CODECS"].split(",")]
        yield from (f"{one.uri} is {name}" for name in names if name in ("avc3", "hev1", "dvhe"))


@rule(
    "apple-container",
    "must",
    f"{APPLE}: video encoding",
    applies=lambda found: any(one["CODECS"].startswith(("hvc1", "hev1", "dvh", "av01")) for one in found.video),
)
def container(found: PlaylistSet) -> Iterator[str]:
    """HEVC and AV1 are in fragmented MP4."""
    names = {one.uri.rpartition("/")[2] for one in found.video if not one["CODECS"].startswith("avc")}
    yield from (f"{one.name} is not" for one in found.of("video") if one.name in names and not one.has("EXT-X-MAP"))


@rule(
    "apple-closed-captions",
    "must",
    f"{APPLE}: multivariant playlist",
    applies=_has_video,
)
def closed_captions(found: PlaylistSet) -> Iterator[str]:
    """Variant streams without captions inside the video say CLOSED-CAPTIONS=NONE."""
    yield from (f"{one.uri} says nothing" for one in found.video if not one["CLOSED-CAPTIONS"])


@rule(
    "apple-video-range",
    "must",
    f"{APPLE}: HDR",
    applies=_has_video,
)
def video_range(found: PlaylistSet) -> Iterator[str]:
    """Variant streams say their VIDEO-RANGE, and HDR never comes alone."""
    ranges = {one["VIDEO-RANGE"] for one in found.video}
    if "" in ranges:
        yield "not all of them do"
    if ranges & {"PQ", "HLG"} and "SDR" not in ranges:
        yield "there is no stream in SDR"


@rule(
    "apple-independent",
    "must",
    f"{APPLE}: multivariant playlist",
)
def independent(found: PlaylistSet) -> Iterator[str]:
    """EXT-X-INDEPENDENT-SEGMENTS says that every segment opens with an IDR frame."""
    if not found.top.has("EXT-X-INDEPENDENT-SEGMENTS"):
        yield "it is not there"


@rule(
    "apple-session-keys",
    "should",
    f"{APPLE}: content protection",
    applies=lambda found: any(key["METHOD"] != "NONE" for one in found.media.values() for key in one.all("EXT-X-KEY")),
)
def early_keys(found: PlaylistSet) -> Iterator[str]:
    """Session keys let players ask for licences before a media playlist is read."""
    if not found.top.has("EXT-X-SESSION-KEY"):
        yield "there is none"


@rule(
    "apple-six-seconds",
    "should",
    f"{APPLE}: media segmentation",
    gap="The packaged profiles cut 4 s, which start sooner and serve DASH too; `segment_seconds: 6` meets it.",
)
def six_seconds(found: PlaylistSet) -> Iterator[str]:
    """Segments last six seconds."""
    targets = {one.target for one in found.of("video")}
    yield from (f"they last {one}" for one in sorted(targets) if one != TARGET_SECONDS)


BOOK.unchecked(
    "apple-gzip",
    "must",
    f"{APPLE}: delivery",
    "Playlists are delivered compressed.",
    "A matter of the server in front of the origin, not of a package.",
)
BOOK.unchecked(
    "apple-key-frames",
    "should",
    f"{APPLE}: video encoding",
    "Key frames come every two seconds.",
    "`gop_seconds` is 2 in the packaged profiles; a playlist cannot show what is between segment borders.",
)
BOOK.unchecked(
    "apple-loudness",
    "should",
    f"{APPLE}: audio",
    "Sound has one loudness in all streams.",
    "Nothing here measures loudness.",
)


def _ladder(found: PlaylistSet) -> list[Tag]:
    """Return the video streams of the first codec and the first group of sound, the lowest first."""
    if not found.video:
        return []
    first = found.video[0]
    family = first["CODECS"].partition(".")[0]
    alike = [
        one
        for one in found.video
        if one["CODECS"].startswith(family) and (one["AUDIO"], one["SUBTITLES"]) == (first["AUDIO"], first["SUBTITLES"])
    ]
    return sorted(alike, key=lambda one: one.number("AVERAGE-BANDWIDTH"))
