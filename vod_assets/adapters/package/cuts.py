"""Find the segments of a track that was just packaged: files of their own, or stretches of one file."""

from dataclasses import dataclass
from pathlib import Path

from vod_assets.adapters.package.files import init_of, mapped, named, segment_of
from vod_assets.adapters.package.shaka_command import INIT, SINGLE
from vod_assets.domain.init_segment import InitSegment
from vod_assets.domain.isobmff import MalformedError, MediaSegment, boxes, read_index, read_segment
from vod_assets.domain.track import Segment
from vod_assets.domain.track_measures import presented

Range = tuple[int, int]


@dataclass(frozen=True)
class Cut:
    """One segment: where it lies, and what its headers say; offsets in them count from its own beginning."""

    path: str
    size_bytes: int
    media: MediaSegment
    offset_bytes: int | None = None


@dataclass(frozen=True)
class CutTrack:
    """A track's init segment and its segments.

    Attributes:
        path: The file that holds the init segment.
        init_range: Where it lies there, when that file holds more; ``index_range`` likewise of the segment index.
    """

    path: str
    init: InitSegment
    cuts: tuple[Cut, ...]
    init_range: Range | None = None
    index_range: Range | None = None

    def segments(self) -> tuple[Segment, ...]:
        """Return the segments with the times they take in the presentation, which touch one another."""
        spans = [presented(one.media, self.init.start) for one in self.cuts]
        ends = [begin for begin, _ in spans[1:]] + [spans[-1][1]]
        return tuple(
            Segment(path=one.path, duration=end - begin, size_bytes=one.size_bytes, offset_bytes=one.offset_bytes)
            for one, (begin, _), end in zip(self.cuts, spans, ends, strict=True)
        )


def cut_track(directory: Path, layout: str) -> CutTrack:
    """Return the fragmented MP4 track of a folder.

    Raises:
        MalformedError: A file is not what it should be.
    """
    return _single(directory / SINGLE) if layout == "ondemand" else _files(directory)


def _files(directory: Path) -> CutTrack:
    paths = sorted(directory.glob("*.m4s"))
    if not paths:
        raise MalformedError("there are no segments")
    init = init_of(directory / INIT)
    return CutTrack(INIT, init, tuple(_file(path, init) for path in paths))


def _file(path: Path, init: InitSegment) -> Cut:
    return Cut(path.name, path.stat().st_size, segment_of(path, init.defaults))


def _single(path: Path) -> CutTrack:
    init = init_of(path)
    with named(path.name):
        data = mapped(path)
        found = {box.kind: box for box in boxes(data) if box.kind in ("moov", "sidx")}
        if "sidx" not in found:
            raise MalformedError("there is no segment index (sidx)")
        index = read_index(found["sidx"])
        if sum(index[-1]) != len(data) if index else True:
            raise MalformedError("its segment index (sidx) does not end where the file does")
        cuts = tuple(_stretch(path.name, data, at, size, init) for at, size in index)
    end_of_init = found["moov"].end
    return CutTrack(path.name, init, cuts, (0, end_of_init - 1), (found["sidx"].offset, found["sidx"].end - 1))


def _stretch(name: str, data: memoryview, at: int, size: int, init: InitSegment) -> Cut:
    return Cut(name, size, read_segment(data[at : at + size], init.defaults), at)
