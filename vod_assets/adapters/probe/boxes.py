"""A cheap look at an MP4 file's boxes, before and beside any demuxer (ISO/IEC 14496-12)."""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KNOWN_BOXES = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"styp", b"uuid"}
)
MOST_BOXES = 1_000_000  # of a fragmented file; a film in 1 s fragments has 30,000
MOST_ENTRIES = 16  # that are looked at of one track
ENCRYPTED_ENTRIES = (b"encv", b"enca")


@dataclass(frozen=True)
class BoxFacts:
    """What the boxes say.

    Attributes:
        is_mp4: Whether the file begins like one.
        has_index: Whether there is a ``moov`` box that ends within the file.
        cut_box: Type of the known box that reaches past the end of the file; empty when none does.
        claimed_samples: The most samples that any sample size table claims.
        edits: The most entries that any edit list claims.
        trailing_bytes: Bytes from a second ``ftyp`` on: another file was glued to this one.
    """

    is_mp4: bool = False
    has_index: bool = False
    is_encrypted: bool = False
    cut_box: str = ""
    claimed_samples: int = 0
    edits: int = 0
    trailing_bytes: int = 0


def look_at_boxes(path: Path) -> BoxFacts:
    """Return what an MP4 file's boxes say; a file of another kind says nothing."""
    with path.open("rb") as file:
        if file.read(8)[4:8] not in KNOWN_BOXES:
            return BoxFacts()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _facts(data)


def _facts(data: mmap.mmap) -> BoxFacts:
    boxes = list(_top_boxes(data))
    cut = next((kind for kind, _, end in boxes if end > len(data) and kind in KNOWN_BOXES), b"")
    index = next(((start, end) for kind, start, end in boxes if kind == b"moov"), None)
    starts = [start for kind, start, _ in boxes if kind == b"ftyp"]
    start, end = index or (0, 0)
    return BoxFacts(
        is_mp4=True,
        has_index=index is not None and end <= len(data),
        is_encrypted=any(kind in ENCRYPTED_ENTRIES for kind in _sample_entries(data, start, end)),
        cut_box=cut.decode(errors="replace"),
        claimed_samples=_largest(data, b"stsz", 8, (start, end)),
        edits=_largest(data, b"elst", 4, (start, end)),
        trailing_bytes=len(data) - starts[1] if len(starts) > 1 else 0,
    )


def _top_boxes(data: mmap.mmap) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of each top-level box; the end may lie behind the file's."""
    at = 0
    for _ in range(MOST_BOXES):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        elif size == 0:
            size = len(data) - at  # 4.2: a last box may reach to the end of the file
        if size < 8:
            return
        yield kind, at, at + size
        at += size


def _sample_entries(data: mmap.mmap, start: int, end: int) -> Iterator[bytes]:
    """Yield the types of all sample entries; the bytes of a type may stand in a title, too."""
    at, end = start, min(end, len(data))
    while (at := data.find(b"stsd", at, end) + 4) >= 4:
        entry = at + 8  # behind version, flags and count
        for _ in range(MOST_ENTRIES):
            if entry + 8 > end:
                break
            size, kind = struct.unpack_from(">I4s", data, entry)
            yield kind
            entry += max(8, size)


def _largest(data: mmap.mmap, kind: bytes, offset: int, within: tuple[int, int]) -> int:
    """Return the largest entry count of a kind of table; ``offset`` is that of the count, after version and flags."""
    largest, at = 0, data.find(kind, *within)
    while at >= 0:
        position = at + 4 + offset
        if position + 4 <= len(data):
            largest = max(largest, struct.unpack_from(">I", data, position)[0])
        at = data.find(kind, at + 4, within[1])
    return largest
