"""What of a job of a transcoding service costs money."""

from collections.abc import Mapping, Sequence
from typing import Any

from vod_assets.domain.rendition_spec import RenditionSpec


def billed(renditions: Sequence[RenditionSpec]) -> Mapping[str, Any]:
    """Return what each rendition is priced by, by its key: services bill minutes by codec, size, rate and depth."""
    return {
        spec.key: {
            "codec": spec.codec,
            "width": spec.width,
            "height": spec.height,
            "frame_rate": str(spec.frame_rate),
            "bit_depth": spec.bit_depth,
            "dynamic_range": spec.dynamic_range,
            "seconds": str(spec.frames / spec.frame_rate),
        }
        for spec in renditions
    }
