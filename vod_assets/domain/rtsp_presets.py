"""How a title is made ready for RTSP, as a profile says it."""

from fractions import Fraction
from typing import Annotated

from pydantic import Field

from vod_assets.domain.documents import Document
from vod_assets.domain.encoders import X26X_PRESETS
from vod_assets.domain.units import Bits, Seconds


class RtspPreset(Document):
    """One file of one bitrate for players of RTSP: H.264 and AAC-LC in stereo.

    Attributes:
        side: The shorter side of the picture at most, in pixels.
        bits_per_second: Of the picture; no second takes more, with a buffer of one second.
        b_frames: Whether pictures may come in another order than they are shown in: many cameras' players know no such.
        gop_seconds: At most so long is waited for a picture that decoding can begin with.
        preset: Of the encoder, where the picture has to be encoded.
        audio_bits_per_second: Of sound that is not in AAC-LC stereo already.
    """

    side: Annotated[int, Field(ge=90, le=1080, multiple_of=2)] = 720
    bits_per_second: Bits = 2_500_000
    b_frames: bool = False
    gop_seconds: Annotated[Seconds, Field(le=10)] = Fraction(1)
    preset: str = Field(default="veryfast", pattern=f"^({'|'.join(X26X_PRESETS)})$")
    audio_bits_per_second: Bits = 128_000
