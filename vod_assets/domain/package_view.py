"""A package as a player finds it: addresses relative to one root, and what lies there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from posixpath import dirname, join, normpath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from vod_assets.domain.init_segment import InitSegment

PLAIN = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*")  # an address that means the same to everybody who reads it


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """What a media segment's own header says.

    Attributes:
        begin: When its presentation begins, in ticks of its init segment; ``end`` likewise.
        samples: How many samples it holds.
        opening: For each fragment: offset of its ``moof``, end of its first sample, whether that is a sync sample.
        nal_type: NAL unit type of the first slice of the first sample (AVC, HEVC), else None.
    """

    size_bytes: int
    begin: int
    end: int
    samples: int
    opening: tuple[tuple[int, int, bool], ...]
    nal_type: int | None = None

    @property
    def starts_with_sync(self) -> bool:
        """Whether the first sample is a sync sample."""
        return self.opening[0][2]


@dataclass(frozen=True)
class IndexFacts:
    """What the segment index of a file says (ISO/IEC 14496-12, 8.16.3).

    Attributes:
        spans: First byte and length of each subsegment.
        durations: Of each, in ticks of ``timescale``; the first begins at ``begin``.
    """

    timescale: int
    begin: int
    spans: tuple[tuple[int, int], ...]
    durations: tuple[int, ...]


@dataclass(frozen=True)
class SeenFacts:
    """What was read of segments' headers already, by address; whoever reads another one adds it.

    Attributes:
        segments: By file, init segment's file, and first byte and length of a part of the file.
        streams: Of transport streams and packed audio, with what an init segment would say.
    """

    segments: dict[tuple[str, str, tuple[int, int] | None], SegmentFacts] = field(default_factory=dict)
    streams: dict[str, tuple[InitSegment, SegmentFacts]] = field(default_factory=dict)


@dataclass(frozen=True)
class Decoded:
    """What a decoder made of one playlist's one stream: packets read, frames put out, errors."""

    packets: int
    frames: int
    errors: int


class PackageView(Protocol):
    """Reads a package; addresses use forward slashes and are relative to its root."""

    variants: Sequence[str]

    def manifests(self, variant: str) -> Sequence[str]:
        """Return the addresses of a variant's playlists and MPDs, sorted."""
        ...

    def text(self, address: str) -> str:
        """Return a manifest's or WebVTT segment's text."""
        ...

    def size(self, address: str) -> int | None:
        """Return a file's size, or None when nothing is there."""
        ...

    def described_size(self, address: str) -> int | None:
        """Return the size that the package's descriptors give a file, or None when they do not say."""
        ...

    def data(self, address: str, span: tuple[int, int] | None = None) -> memoryview:
        """Return a file, or some bytes of it from a first one on, as it lies there.

        Raises:
            MalformedError: It cannot be read.
        """
        ...

    def init(self, address: str) -> InitSegment:
        """Return what an init segment describes.

        Raises:
            MalformedError: It is none.
        """
        ...

    def segment(self, address: str, init_address: str, span: tuple[int, int] | None = None) -> SegmentFacts:
        """Return what a media segment's header says.

        Args:
            address: Its file.
            init_address: The file of its init segment; it may be the same.
            span: First byte and length, when it is a part of the file only.

        Raises:
            MalformedError: It is none.
        """
        ...

    def index(self, address: str, first: int, last: int) -> IndexFacts:
        """Return the segment index that lies from one byte of a file to another.

        Raises:
            MalformedError: It does not.
        """
        ...

    def stream(self, address: str) -> tuple[InitSegment, SegmentFacts]:
        """Return what a transport stream or packed audio segment of ours holds, and what an init segment would say.

        Raises:
            MalformedError: It is neither, or does not open with its key.
        """
        ...

    def picture_size(self, address: str) -> tuple[int, int] | None:
        """Return the width and height of a picture that decodes, or None."""
        ...


def resolved(manifest: str, uri: str) -> str | None:
    """Return the address below the root that a manifest's reference leads to, or None when it leads anywhere else.

    Schemes, hosts, absolute paths, backslashes, variables and paths above the root lead elsewhere. So does what leads
    there when it is read as a plain file name: FFmpeg neither decodes percent signs nor cuts off a query.
    """
    if PLAIN.fullmatch(uri):  # as all of ours are, and there are thousands
        return _inside(dirname(manifest), uri)
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.scheme or parts.netloc or not path or "/" in parts.query + parts.fragment:
        return None
    if not (uri + path).isprintable() or "\\" in path or "{$" in path:
        return None
    literal, address = (_inside(dirname(manifest), one) for one in (parts.path, path))
    return address if literal else None


def _inside(folder: str, path: str) -> str | None:
    address = normpath(join(folder, path))
    return None if address.startswith(("../", "/")) or address in ("..", ".") else address


def seconds(ticks: int, init: InitSegment) -> Fraction:
    """Return ticks of a track as seconds."""
    return Fraction(ticks, init.timescale)
