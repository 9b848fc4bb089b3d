"""What a source says of its colours, and what its pictures say against it.

Only what can be decided is: a picture that may be either way is believed to be what it is said to be.
"""

from collections.abc import Sequence

from vod_assets.domain.acceptance import warning
from vod_assets.domain.colours import HLG, PQ
from vod_assets.domain.glimpses import PictureGlimpse
from vod_assets.domain.media_info import Colour, Finding, VideoStream

HDR_TRANSFERS = frozenset({PQ, HLG})
SDR_TRANSFERS = frozenset({"bt709", "smpte170m", "bt470bg", "bt470m", "smpte240m", "iec61966-2-1", "gamma22"})
FULL, LIMITED = "pc", "tv"
BELOW_BLACK, ABOVE_WHITE = 7, 247  # a tenth of a limited picture's samples can't lie beyond
BLACK, WHITE = (14, 19), (228, 237)  # where a limited picture's darkest and brightest samples lie
LEAST_PICTURES = 3
BEYOND_PQ = 225  # of 255: above 4,000 cd/m², which a tenth of no picture reaches; white of SDR is 235
RGB_MATRIX = "gbr"
LUMA_FORMATS = ("yuv", "nv", "p0", "p2", "uyvy", "yuyv", "gray", "ya")


def believed_colour(video: VideoStream, pictures: Sequence[PictureGlimpse]) -> tuple[Colour, list[Finding]]:
    """Return the colours that are taken for true, and a finding for each that is not what the source says."""
    changes: dict[str, str] = {}
    found = []
    for name, code, said, believed, why in (
        ("matrix", "matrix_contradicted", *_matrix(video)),
        ("transfer", "transfer_contradicted", *_transfer(video, pictures)),
        ("range", "range_contradicted", *_range(video, pictures)),
    ):
        if believed:
            changes[name] = believed
            found.append(warning(code, f"{name} is said to be {said or 'nothing'}, but {why}; {believed} is believed"))
    return video.colour.model_copy(update=changes), found


Verdict = tuple[str, str, str]


def _matrix(video: VideoStream) -> Verdict:
    if video.colour.matrix != RGB_MATRIX or not _has_luma(video):
        return video.colour.matrix, "", ""
    believed = "bt709" if max(video.width, video.height) > 1024 or video.height > 576 else "smpte170m"
    return video.colour.matrix, believed, f"the pixels are {video.pixel_format}"


def _transfer(video: VideoStream, pictures: Sequence[PictureGlimpse]) -> Verdict:
    said = video.colour.transfer
    brightest = max((one.high for one in pictures), default=0)
    if said == PQ and brightest >= BEYOND_PQ:
        return said, "bt709", f"a tenth of a picture is brighter than 4,000 cd/m² would be ({brightest:.0f} of 255)"
    has_display = video.light is not None and video.light.most_nits is not None
    if not said and has_display and video.bit_depth >= 10 and video.colour.primaries == "bt2020":
        return said, PQ, "there is a mastering display in 10-bit BT.2020"
    return said, "", ""


def _range(video: VideoStream, pictures: Sequence[PictureGlimpse]) -> Verdict:
    said = video.colour.range
    if not _has_luma(video) or len(pictures) < LEAST_PICTURES:
        return said, "", ""
    darkest, brightest = min(one.least for one in pictures), max(one.most for one in pictures)
    low, high = min(one.low for one in pictures), max(one.high for one in pictures)
    if said != FULL and low <= BELOW_BLACK and high >= ABOVE_WHITE:
        return said, FULL, f"a tenth of a picture is at {low:.0f} or less, and a tenth of one at {high:.0f} or more"
    at_black = [one for one in pictures if BLACK[0] <= one.least <= BLACK[1]]
    is_limited = BLACK[0] <= darkest and WHITE[0] <= brightest <= WHITE[1] and len(at_black) >= LEAST_PICTURES
    if said == FULL and is_limited:
        return said, LIMITED, f"no sample lies outside {darkest:.0f} to {brightest:.0f}"
    return said, "", ""


def _has_luma(video: VideoStream) -> bool:
    return video.pixel_format.startswith(LUMA_FORMATS)
