"""Black bars around the picture, told from scenes that are dark at the edge."""

from collections.abc import Sequence

from vod_assets.domain.glimpses import PictureGlimpse
from vod_assets.domain.media_info import Crop

BRIGHT_MEAN = 40  # luma of eight bits: darker pictures may be black at an edge by themselves
LEAST_PICTURES = 3  # bright ones, before bars are believed
NARROWEST_BAR = 1 / 50  # of the side; less is a blanked line or a codec's padding
UNLIKE_BARS = 1 / 100  # of the side, by which two opposite bars may differ
SMALLEST_PART = 1 / 3  # of a side that is left: less is a small picture on black, not one inside bars


def measured_crop(pictures: Sequence[PictureGlimpse], width: int, height: int) -> Crop | None:
    """Return what holds something in any bright picture; None where that is all, or there are too few of them.

    Only bars of equal width on both sides are believed. A night sky is black at the top alone.
    """
    bright = [one for one in pictures if one.mean >= BRIGHT_MEAN and one.left < one.right and one.top < one.bottom]
    if len(bright) < LEAST_PICTURES:
        return None
    left, right = _span(min(one.left for one in bright), max(one.right for one in bright) + 1, width)
    top, bottom = _span(min(one.top for one in bright), max(one.bottom for one in bright) + 1, height)
    if (left, right, top, bottom) == (0, width, 0, height):
        return None
    return Crop(left=left, top=top, width=right - left, height=bottom - top)


def _span(first: int, end: int, size: int) -> tuple[int, int]:
    """Return where the picture begins and ends, on even samples; all of it where there are no two like bars."""
    before, after = first, size - end
    is_barred = min(before, after) >= max(2, NARROWEST_BAR * size) and end - first >= SMALLEST_PART * size
    if not is_barred or abs(before - after) > max(2, UNLIKE_BARS * size):
        return 0, size
    return first - first % 2, min(size, end + end % 2)
