"""Video streams of any colour."""

from fractions import Fraction
from typing import Any

from vod_assets.domain.media_info import Colour, VideoStream

BT709 = Colour(primaries="bt709", transfer="bt709", matrix="bt709", range="tv")
PQ = Colour(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")


def stream(width: int = 1920, height: int = 1080, **given: Any) -> VideoStream:
    timing = {"frame_rate": Fraction(25), "duration_seconds": Fraction(1)}
    return VideoStream(index=0, codec="h264", width=width, height=height, **(timing | given))
