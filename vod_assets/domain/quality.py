"""What a rendition is compared with, and by which measure."""

from collections.abc import Mapping, Sequence

from vod_assets.domain.filters import SCALING, Filter
from vod_assets.domain.probing import Metric

METRICS: Mapping[str, Metric] = {"sdr": "vmaf", "hdr": "xpsnr"}  # by a rung's dynamic range: VMAF has no model of HDR


def pixel_format(filters: Sequence[Filter]) -> str:
    """Return the pixel format that filters end with."""
    named = [one.arguments["pix_fmts"] for one in filters if one.name == "format"]
    return named[-1] if named else "yuv420p"


def seen_at(size: tuple[int, int], filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """Return the filters that bring an encoded picture to a size, in the pixel format that other filters end with."""
    width, height = (str(side) for side in size)
    return (
        Filter(name="scale", arguments={"w": width, "h": height, "flags": SCALING}),
        Filter(name="setsar", arguments={"sar": "1"}),
        Filter(name="format", arguments={"pix_fmts": pixel_format(filters)}),
    )
