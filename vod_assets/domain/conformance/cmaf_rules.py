"""Rules of CMAF (ISO/IEC 23000-19) that show in the boxes of tracks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from vod_assets.domain.conformance.rules import RuleBook
from vod_assets.domain.init_segment import InitSegment
from vod_assets.domain.isobmff import Box, MediaSegment
from vod_assets.domain.package_view import IndexFacts

CMAF = "ISO/IEC 23000-19"


@dataclass(frozen=True)
class TrackBoxes:
    """One track as its boxes say.

    Attributes:
        head: Top-level boxes up to the movie box.
        segments: Each segment's top-level boxes and its fragments; offsets count from the segment's beginning.
        sizes: Bytes of each segment.
        index: The index of a track in one file.
        file_size: Bytes of that file.
    """

    name: str
    init: InitSegment
    head: Sequence[Box]
    segments: Sequence[tuple[Sequence[Box], MediaSegment]]
    sizes: Sequence[int]
    index: IndexFacts | None = None
    file_size: int = 0


BOOK: RuleBook[Sequence[TrackBoxes]] = RuleBook()
rule = BOOK.rule


def _there(found: Sequence[TrackBoxes]) -> bool:
    return bool(found)


@rule("cmaf-brands", "must", f"{CMAF}, 7.2", applies=_there)
def brands(found: Sequence[TrackBoxes]) -> Iterator[str]:
    """The init segment's brands name CMAF (cmfc or cmf2)."""
    for one in found:
        named = {brand for box in one.head if box.kind == "ftyp" for brand in _brands(box)}
        if not named & {"cmfc", "cmf2"}:
            yield f"{one.name} names {', '.join(sorted(named)) or 'none'}"


@rule(
    "cmaf-segment-brands",
    "should",
    f"{CMAF}, 7.3.3.1",
    applies=lambda found: any(one.index is None for one in found),
)
def segment_brands(found: Sequence[TrackBoxes]) -> Iterator[str]:
    """Segments that are files of their own say that they are CMAF segments (cmfs)."""
    for one in (one for one in found if one.index is None):
        for number, (boxes, _) in enumerate(one.segments, 1):
            named = {brand for box in boxes if box.kind == "styp" for brand in _brands(box)}
            if "cmfs" not in named:
                yield f"{one.name}: segment {number} does not"


@rule(
    "cmaf-one-track",
    "must",
    f"{CMAF}, 7.3.2.1",
    applies=_there,
)
def one_track(found: Sequence[TrackBoxes]) -> Iterator[str]:
    """An init segment has one track, and says that fragments follow (mvex)."""
    for one in found:
        inside = [child.kind for box in one.head if box.kind == "moov" for child in box.children()]
        if inside.count("trak") != 1 or "mvex" not in inside:
            yield f"{one.name} has {inside.count('trak')} tracks, mvex {inside.count('mvex')} times"


@rule(
    "cmaf-tfdt",
    "must",
    f"{CMAF}, 7.3.2.2 and 7.5.16",
    applies=_there,
)
def decode_times(found: Sequence[TrackBoxes]) -> Iterator[str]:
    """Every fragment's decoding time (tfdt) is where the one before ended; the first is zero."""
    for one in found:
        fragments = [fragment for _, media in one.segments for fragment in media.fragments]
        if fragments and fragments[0].decode_time:
            yield f"{one.name} begins at {fragments[0].decode_time}"
        for number, (before, after) in enumerate(pairwise(fragments), 2):
            end = before.decode_time + before.duration
            if after.decode_time != end:
                yield f"{one.name}: fragment {number} begins at {after.decode_time}, the one before ended at {end}"


@rule("cmaf-access", "must", f"{CMAF}, 7.3.2.4", applies=_there)
def access(found: Sequence[TrackBoxes]) -> Iterator[str]:
    """Every segment begins with a sync sample."""
    for one in found:
        for number, (_, media) in enumerate(one.segments, 1):
            if not media.samples or not media.samples[0].is_sync:
                yield f"{one.name}: segment {number} does not"


@rule(
    "cmaf-order",
    "must",
    f"{CMAF}, 7.3.2.3",
    applies=_there,
)
def order(found: Sequence[TrackBoxes]) -> Iterator[str]:
    """In a segment an mdat follows each moof; only styp, prft, emsg, sidx and free stand besides."""
    allowed = {"styp", "prft", "emsg", "sidx", "free"}
    for one in found:
        for number, (boxes, _) in enumerate(one.segments, 1):
            kinds = [box.kind for box in boxes if box.kind not in allowed]
            if kinds != ["moof", "mdat"] * (len(kinds) // 2) or not kinds:
                yield f"{one.name}: segment {number} holds {', '.join(kinds)}"


@rule(
    "cmaf-index",
    "must",
    f"{CMAF}, 7.3.3.3; ISO/IEC 14496-12, 8.16.3",
    applies=lambda found: any(one.index for one in found),
)
def index(found: Sequence[TrackBoxes]) -> Iterator[str]:
    """The index (sidx) of a track in one file covers the file to its end, and says how long each segment lasts."""
    for one in found:
        if one.index is None:
            continue
        ends = [at + length for at, length in one.index.spans]
        begins = [at for at, _ in one.index.spans]
        if ends[-1] != one.file_size or begins[1:] != ends[:-1]:
            yield f"{one.name}: it ends at byte {ends[-1]} of {one.file_size}, or has gaps"
        for number, (duration, (_, media)) in enumerate(zip(one.index.durations, one.segments, strict=True), 1):
            said = Fraction(duration, one.index.timescale)
            real = Fraction(media.duration, one.init.timescale)
            if said != real and 1 < number < len(one.segments):  # the edit list cuts the ends
                yield f"{one.name}: segment {number} lasts {float(real):.3f} s, the index says {float(said):.3f} s"


@rule(
    "cmaf-encryption",
    "must",
    f"{CMAF}, 8; ISO/IEC 23001-7",
    applies=lambda found: any(one.init.default_kid for one in found),
)
def encryption(found: Sequence[TrackBoxes]) -> Iterator[str]:
    """An encrypted track has one scheme, cenc or cbcs, one key id, and an IV for all or a senc."""
    for one in found:
        entries = [entry for entry in one.init.encryption if entry]
        if len({(entry.scheme, entry.kid) for entry in entries}) > 1:
            yield f"{one.name} has several schemes or keys"
        yield from (f"{one.name} is {entry.scheme}" for entry in entries if entry.scheme not in ("cenc", "cbcs"))
        for number, (_, media) in enumerate(one.segments, 1):
            for fragment in media.fragments:
                entry = one.init.encryption_of(fragment)
                if entry and not entry.constant_iv and fragment.senc is None:
                    yield f"{one.name}: segment {number} has no senc"


def _brands(box: Box) -> list[str]:
    body = bytes(box.body)
    return [body[at : at + 4].decode("latin-1") for at in (0, *range(8, len(body), 4))]
