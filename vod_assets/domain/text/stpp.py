"""IMSC1 in fragmented MP4 (ISO/IEC 14496-30, ``stpp``; ISO/IEC 23000-19, 11): the boxes, a document a segment.

The packager can make such tracks, too, but of WebVTT alone; it writes italics as angle brackets, and regions where no
document may have them.
"""

import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from vod_assets.domain import segment_grid
from vod_assets.domain.text.cue import Cue
from vod_assets.domain.text.imsc import TTML, imsc_document

CODECS = "stpp.ttml.im1t"
TIMESCALE = 1000
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SYNC = 0x0200_0000  # sample_depends_on 2: a document needs no other
_BRANDS = b"iso6cmfcdashim1t"


def borders(duration_seconds: Fraction, segment_seconds: Fraction, cues: Iterable[Fraction] = ()) -> list[int]:
    """Return the times, in milliseconds, at which the segments of a title begin, and its end."""
    *begins, end = (round(time * TIMESCALE) for time in segment_grid.borders(duration_seconds, segment_seconds, cues))
    return [*begins, max(1, end)]


def init_segment(duration: int, language: str = "und") -> bytes:
    """Return the init segment of a track of this duration, in milliseconds."""
    entry = _box(
        "stpp", bytes(6) + b"\0\1" + f"{TTML}\0\0\0".encode(), _full("mime", b"application/ttml+xml;codecs=im1t\0")
    )
    tables = [_full(kind, bytes(size)) for kind, size in (("stts", 4), ("stsc", 4), ("stsz", 8), ("stco", 4))]
    reference = _full("dref", struct.pack(">I", 1), _full("url ", b"", flags=1))
    information = _box(
        "minf",
        _full("sthd", b""),
        _box("dinf", reference),
        _box("stbl", _full("stsd", struct.pack(">I", 1), entry), *tables),
    )
    media = _box(
        "mdia",
        _full("mdhd", struct.pack(">IIIIHH", 0, 0, TIMESCALE, 0, _packed(language), 0)),
        _full("hdlr", bytes(4) + b"subt" + bytes(12) + b"Subtitles\0"),
        information,
    )
    header = _full("tkhd", struct.pack(">IIIII", 0, 0, 1, 0, 0) + bytes(16) + _MATRIX + bytes(8), flags=7)
    movie = struct.pack(">IIIIIH", 0, 0, TIMESCALE, 0, 0x10000, 0) + bytes(10) + _MATRIX + bytes(24)
    extends = _box(
        "mvex",
        _full("mehd", struct.pack(">I", duration)),
        _full("trex", struct.pack(">IIIII", 1, 1, 0, 0, _SYNC)),
    )
    moov = _box("moov", _full("mvhd", movie + struct.pack(">I", 2)), _box("trak", header, media), extends)
    return _box("ftyp", b"iso6" + bytes(4) + _BRANDS) + moov


def media_segment(number: int, begin: int, end: int, cues: Sequence[Cue], language: str = "und") -> bytes:
    """Return a segment: one sample, a whole document of the cues that are shown in it, with their own times."""
    document = imsc_document(shown(cues, begin, end), language)

    def moof(offset: int) -> bytes:
        run = _full("trun", struct.pack(">IiII", 1, offset, end - begin, len(document)), flags=0x301)
        times = _full("tfdt", struct.pack(">Q", begin), version=1)
        track = _box("traf", _full("tfhd", struct.pack(">I", 1), flags=0x20000), times, run)
        return _box("moof", _full("mfhd", struct.pack(">I", number)), track)

    offset = len(moof(0)) + 8
    return _box("styp", b"msdh" + bytes(4) + b"msdhcmfs") + moof(offset) + _box("mdat", document)


def segment_index(sizes: Sequence[int], times: Sequence[int]) -> bytes:
    """Return the segment index (14496-12, 8.16.3) that stands right before its segments.

    Args:
        sizes: Bytes of each segment.
        times: When each begins, and when the last one ends, in milliseconds.
    """
    lengths = [end - begin for begin, end in pairwise(times)]
    entries = b"".join(
        struct.pack(">III", size, length, 0x9000_0000) for size, length in zip(sizes, lengths, strict=True)
    )
    head = struct.pack(">IIQQHH", 1, TIMESCALE, times[0], 0, 0, len(sizes))
    return _full("sidx", head + entries, version=1)


def shown(cues: Sequence[Cue], begin: int, end: int) -> list[Cue]:
    """Return the cues that are shown at some time of a segment; those at a border are in both."""
    start, stop = Fraction(begin, TIMESCALE), Fraction(end, TIMESCALE)
    return [cue for cue in cues if cue.start_seconds < stop and cue.end_seconds > start]


def _packed(language: str) -> int:
    """Return an ISO 639-2 code as fifteen bits; ``und`` for any other tag, which manifests state in full."""
    code = language if len(language) == 3 and language.isascii() and language.islower() else "und"
    first, second, third = (ord(letter) - 0x60 for letter in code)
    return first << 10 | second << 5 | third


def _box(kind: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind.encode() + body


def _full(kind: str, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)
