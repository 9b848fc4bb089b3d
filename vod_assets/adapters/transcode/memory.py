"""How much address space FFmpeg may take: it follows from the largest picture that it decodes or encodes."""

from collections.abc import Iterable

from vod_assets.domain.ladder import Rung
from vod_assets.domain.media_info import VideoStream

FULL_HD_PIXELS = 1920 * 1088
SMALL_BYTES, LARGE_BYTES = 4 << 30, 12 << 30


def address_space_bytes(source: VideoStream, rungs: Iterable[Rung] = ()) -> int:
    """Return what a decode of a source may take, with all its rungs.

    A decoder keeps whole pictures of the source's size, however small the rungs: 8K in 10 bits is 100 MB a picture.
    """
    largest = max([source.width * source.height, *(rung.width * rung.height for rung in rungs)])
    return LARGE_BYTES if largest > FULL_HD_PIXELS else SMALL_BYTES
