"""Read the headers of init and media segments on disk; the samples themselves are never read."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vod_assets.domain.init_segment import InitSegment, read_init
from vod_assets.domain.isobmff import MalformedError, MediaSegment, SampleDefaults, read_segment


def init_of(path: Path) -> InitSegment:
    """Return what an init segment describes.

    Raises:
        MalformedError: It is none; the message names the file.
    """
    with named(path.name):
        return read_init(mapped(path))


def segment_of(path: Path, defaults: SampleDefaults) -> MediaSegment:
    """Return the fragments of a media segment.

    Raises:
        MalformedError: It is none; the message names the file.
    """
    with named(path.name):
        return read_segment(mapped(path), defaults)


def mapped(path: Path) -> memoryview:
    """Return a file as memory, so that reading its headers reads a page or two; an empty file is empty memory.

    The map goes when the last view of it goes: closing it would fail while a box of it is still in a traceback.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b"")


@contextmanager
def named(name: str) -> Iterator[None]:
    """Name the file of which something is wrong."""
    try:
        yield
    except MalformedError as error:
        raise MalformedError(f"{name}: {error}") from error
    except OSError as error:
        raise MalformedError(f"{name} cannot be read: {error.strerror}") from error
