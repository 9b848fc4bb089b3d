"""How sound is encoded."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from vod_assets.domain.documents import Document
from vod_assets.domain.units import bits


class AudioPreset(Document):
    """How every audio track is encoded; more than two channels are mixed down to stereo."""

    codec: Literal["aac"] = "aac"
    bits_per_second: Annotated[int, BeforeValidator(bits), Field(ge=8_000, le=512_000)] = 128_000
    sample_rate: Literal[32_000, 44_100, 48_000] = 48_000
