"""Digests of samples, whatever file they are in: what was encoded and what is played of it have the same one."""

import hashlib
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise

from vod_assets.domain.isobmff import Box, Buffer, MalformedError, boxes

OF_MEDIA = (b"vide", b"soun")


class SampleDigest:
    """SHA-256 of the bytes of samples, one after another, and of their sizes."""

    def __init__(self) -> None:
        self._bytes, self._sizes = hashlib.sha256(), hashlib.sha256()

    def add(self, data: Buffer, sizes: Sequence[int]) -> None:
        """Add samples that lie one after another.

        Raises:
            MalformedError: Their sizes are not those of the bytes.
        """
        if sum(sizes) != len(data):
            raise MalformedError(f"samples of {sum(sizes)} bytes are {len(data)} bytes")
        self._bytes.update(data)
        big_endian = array("I", sizes)
        if sys.byteorder == "little":
            big_endian.byteswap()
        self._sizes.update(big_endian.tobytes())

    @property
    def hexdigest(self) -> str:
        """The digest of what was added."""
        return hashlib.sha256(self._bytes.digest() + self._sizes.digest()).hexdigest()


def digest_of_encoded(data: Buffer) -> str:
    """Return the digest of the samples of a file with one track of video or sound, in the order of decoding.

    Raises:
        MalformedError: It has none or several, or its tables do not fit.
    """
    view, found = memoryview(data), SampleDigest()
    for offset, sizes in _chunks(_table(data)):
        found.add(view[offset : offset + sum(sizes)], sizes)
    return found.hexdigest


def _table(data: Buffer) -> Box:
    """Return the sample table (``stbl``) of the one track."""
    moov = next((box for box in boxes(data) if box.kind == "moov"), None)
    media = [box.find("mdia") for box in (moov.children() if moov else ()) if box.kind == "trak"]
    media = [box for box in media if bytes(box.find("hdlr").body[8:12]) in OF_MEDIA]
    if len(media) != 1:
        raise MalformedError(f"there are {len(media)} tracks of video or sound, and one is expected")
    return media[0].find("minf", "stbl")


def _chunks(table: Box) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield where each chunk begins, and the sizes of its samples (14496-12, 8.7)."""
    sizes, offsets = _sizes(table.find("stsz")), _offsets(table)
    runs = _words(table.find("stsc"), 3)
    firsts = [first for first, _, _ in runs] + [len(offsets) + 1]
    taken = 0
    for (first, after), (_, per_chunk, _) in zip(pairwise(firsts), runs, strict=True):
        for offset in offsets[first - 1 : after - 1]:
            yield offset, sizes[taken : taken + per_chunk]
            taken += per_chunk
    if taken != len(sizes):
        raise MalformedError(f"the chunks hold {taken} samples, the table has {len(sizes)}")


def _sizes(stsz: Box) -> Sequence[int]:
    one, count = stsz.unpack(">II", 4)
    if one:
        return [one] * count
    return stsz.unpack(f">{count}I", 12)


def _offsets(table: Box) -> Sequence[int]:
    wide = next((box for box in table.children() if box.kind == "co64"), None)
    narrow = wide or table.find("stco")
    return narrow.unpack(f">{narrow.u32(4)}{'Q' if wide else 'I'}", 8)


def _words(box: Box, width: int) -> Sequence[tuple[int, ...]]:
    """Return the rows of a table of numbers."""
    words = box.unpack(f">{box.u32(4) * width}I", 8)
    return [words[at : at + width] for at in range(0, len(words), width)]
