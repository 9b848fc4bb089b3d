"""Read ISO base media files (ISO/IEC 14496-12) as far as manifests and checks need them: no sample data, no I/O.

Every reader works on a buffer, best a memory map, and touches only the boxes it names. Sizes are believed only as far
as the buffer goes: a box that claims more, less than its own header, or more samples than bytes is `MalformedError`.
"""

import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import accumulate, islice

Buffer = bytes | memoryview

IS_NON_SYNC = 0x0001_0000  # sample_is_non_sync_sample of the sample flags, 14496-12, 8.8.3.1
MOST_SAMPLES = 1_000_000  # of one segment; at 60 fps that is more than four hours


class MalformedError(ValueError):
    """The bytes are no ISO base media file, or lie about their own sizes."""


@dataclass(frozen=True)
class Box:
    """One box: its type, where it starts in the file, its whole size, its content after size and type."""

    kind: str
    offset: int
    size: int
    body: memoryview

    @property
    def end(self) -> int:
        """Offset of the first byte after the box."""
        return self.offset + self.size

    def u32(self, at: int) -> int:
        """Return the big-endian 32-bit number at an offset of the body."""
        return self.unpack(">I", at)[0]

    def unpack(self, pattern: str, at: int = 0) -> tuple[int, ...]:
        """Return the numbers of a `struct` pattern at an offset of the body."""
        try:
            return struct.unpack_from(pattern, self.body, at)
        except struct.error as error:
            raise MalformedError(f"box {self.kind} at byte {self.offset} is too short") from error

    @property
    def version(self) -> int:
        """Version of a full box."""
        return self.u32(0) >> 24

    @property
    def flags(self) -> int:
        """Flags of a full box."""
        return self.u32(0) & 0xFF_FFFF

    def children(self, skip: int = 0) -> Iterator["Box"]:
        """Yield the boxes inside, after ``skip`` bytes of fields."""
        yield from _boxes(self.body[skip:], self.end - len(self.body) + skip)

    def find(self, *path: str) -> "Box":
        """Return the first box at a path of types below this one.

        Raises:
            MalformedError: It is not there.
        """
        found = self
        for kind in path:
            inner = next((child for child in found.children() if child.kind == kind), None)
            if inner is None:
                raise MalformedError(f"box {found.kind} at byte {found.offset} has no {kind}")
            found = inner
        return found


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a segment; times in ticks, ``size`` in bytes."""

    duration: int
    size: int
    composition_offset: int
    is_sync: bool


@dataclass(frozen=True)
class Fragment:
    """One movie fragment: where its ``moof`` and its samples lie in the file, and the samples themselves.

    Attributes:
        entry: Number of the sample entry that they belong to, from 1: a clear lead has another one.
        senc: The box that says what of them is encrypted, where there is one.
    """

    moof_offset: int
    data_offset: int
    decode_time: int
    samples: tuple[Sample, ...]
    entry: int = 1
    senc: Box | None = None

    @property
    def duration(self) -> int:
        """Sum of the samples' durations, in ticks."""
        return sum(sample.duration for sample in self.samples)


@dataclass(frozen=True)
class SampleDefaults:
    """What ``trex`` says of samples that say nothing themselves."""

    duration: int = 0
    size: int = 0
    flags: int = 0
    entry: int = 1


@dataclass(frozen=True)
class MediaSegment:
    """The fragments of one segment file, in order."""

    fragments: tuple[Fragment, ...] = field(default=())

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Every sample, in decoding order."""
        return tuple(sample for fragment in self.fragments for sample in fragment.samples)

    @property
    def decode_time(self) -> int:
        """Decoding time of the first sample, in ticks."""
        return self.fragments[0].decode_time

    @property
    def duration(self) -> int:
        """Sum of the samples' durations, in ticks."""
        return sum(fragment.duration for fragment in self.fragments)


def boxes(data: Buffer) -> Iterator[Box]:
    """Yield the top-level boxes of a file.

    Raises:
        MalformedError: A size cannot be true.
    """
    yield from _boxes(memoryview(data), 0)


def read_segment(data: Buffer, defaults: SampleDefaults) -> MediaSegment:
    """Return the fragments of a media segment with one track.

    Raises:
        MalformedError: There is no fragment, or one contradicts the file's size.
    """
    fragments = tuple(_fragment(box, defaults, len(data)) for box in boxes(data) if box.kind == "moof")
    if not fragments:
        raise MalformedError("there is no movie fragment (moof) in the segment")
    return MediaSegment(fragments)


def read_index(sidx: Box) -> tuple[tuple[int, int], ...]:
    """Return first byte and size of each subsegment that a segment index names (14496-12, 8.16.3).

    Raises:
        MalformedError: It is too short, or leads to further indexes.
    """
    wide = 8 * bool(sidx.version)
    first = sidx.end + sidx.unpack(">Q" if wide else ">I", 16 + wide // 2)[0]
    at, count = 20 + wide, sidx.unpack(">HH", 20 + wide)[1]
    sizes = [sidx.u32(at + 4 + 12 * number) for number in range(count)]
    if any(size >> 31 for size in sizes):
        raise MalformedError(f"box sidx at byte {sidx.offset} leads to other indexes")
    ends = list(accumulate(sizes, initial=first))
    return tuple(zip(ends[:-1], sizes, strict=True))


def read_index_times(sidx: Box) -> tuple[int, int, tuple[int, ...]]:
    """Return timescale, earliest presentation time and each subsegment's duration of a segment index, in its ticks.

    Raises:
        MalformedError: It is too short.
    """
    wide = 8 * bool(sidx.version)
    begin = sidx.unpack(">Q" if wide else ">I", 12)[0]
    count = sidx.unpack(">H", 22 + wide)[0]
    return sidx.u32(8), begin, tuple(sidx.u32(28 + wide + 12 * number) for number in range(count))


def _boxes(data: memoryview, base: int) -> Iterator[Box]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
            header = 16
        elif size == 0:  # to the end of the file
            size = len(data) - at
        if size < header or at + size > len(data):
            raise MalformedError(f"box {kind!r} at byte {base + at} claims {size} bytes of {len(data) - at}")
        yield Box(kind.decode("latin-1"), base + at, size, data[at + header : at + size])
        at += size


def _fragment(moof: Box, defaults: SampleDefaults, file_size: int) -> Fragment:
    traf = moof.find("traf")
    tfhd, tfdt = traf.find("tfhd"), traf.find("tfdt")
    own = _fragment_defaults(tfhd, defaults)
    decode_time = tfdt.unpack(">Q" if tfdt.version else ">I", 4)[0]
    runs = [box for box in traf.children() if box.kind == "trun"]
    samples = tuple(sample for run in runs for sample in _run(run, own))
    data_offset = _data_offset(runs[0]) if runs else moof.size
    if moof.offset + data_offset + sum(sample.size for sample in samples) > file_size:
        raise MalformedError(
            f"the samples of the fragment at byte {moof.offset} reach beyond the file's {file_size} bytes"
        )
    senc = next((box for box in traf.children() if box.kind == "senc"), None)
    return Fragment(moof.offset, moof.offset + data_offset, decode_time, samples, own.entry, senc)


def _fragment_defaults(tfhd: Box, defaults: SampleDefaults) -> SampleDefaults:
    at = 8 + 8 * bool(tfhd.flags & 0x1)
    values = asdict(defaults)
    for bit, name in ((0x2, "entry"), (0x8, "duration"), (0x10, "size"), (0x20, "flags")):
        if tfhd.flags & bit:
            values[name] = tfhd.u32(at)
            at += 4
    return SampleDefaults(**values)


def _data_offset(trun: Box) -> int:
    return trun.unpack(">i", 8)[0] if trun.flags & 0x1 else 0


def _run(trun: Box, defaults: SampleDefaults) -> Iterator[Sample]:
    flags, count = trun.flags, trun.u32(4)
    at = 8 + 4 * bool(flags & 0x1)
    first_flags = trun.u32(at) if flags & 0x4 else None
    at += 4 * bool(flags & 0x4)
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    if count > MOST_SAMPLES or at + 4 * len(fields) * count > len(trun.body):
        raise MalformedError(f"box trun at byte {trun.offset} claims {count} samples in {trun.size} bytes")
    numbers = iter(trun.unpack(f">{len(fields) * count}I", at))
    for index in range(count):
        own = dict(zip(fields, islice(numbers, len(fields)), strict=True))
        sample_flags = own.get(0x400, first_flags if index == 0 and first_flags is not None else defaults.flags)
        offset = own.get(0x800, 0)
        yield Sample(
            duration=own.get(0x100, defaults.duration),
            size=own.get(0x200, defaults.size),
            composition_offset=offset - (1 << 32) if trun.version and offset >= 1 << 31 else offset,
            is_sync=not sample_flags & IS_NON_SYNC,
        )
