"""How sound is encoded: codecs, rates, layouts."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.units import bits, decibels

AudioCodec = Literal["aac", "he_aac", "ac3", "eac3", "opus"]
Channels = Literal["stereo", "source"]
Attenuation = Annotated[Fraction, BeforeValidator(decibels), Field(ge=-60, le=0)]
AUDIO_CODECS: Mapping[AudioCodec, str] = {
    "aac": "AAC-LC",
    "he_aac": "HE-AAC",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "opus": "Opus",
}
USUAL_BITS: Mapping[tuple[AudioCodec, Channels], int] = {
    ("aac", "stereo"): 128_000,
    ("aac", "source"): 320_000,
    ("he_aac", "stereo"): 64_000,
    ("he_aac", "source"): 160_000,
    ("ac3", "stereo"): 192_000,
    ("ac3", "source"): 448_000,
    ("eac3", "stereo"): 128_000,
    ("eac3", "source"): 384_000,
    ("opus", "stereo"): 96_000,
    ("opus", "source"): 256_000,
}
SURROUND = ("ac3", "eac3")  # made where there is more than stereo: what they are for
AC3_BITS = tuple(
    1000 * rate for rate in (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
)  # ATSC A/52, table 5.18: there are no others
DASH_ONLY = frozenset({"opus"})  # no player of Apple's plays it by HLS
IN_STREAMS = frozenset({"aac"})  # codecs of packed audio beside transport streams, as we write them


class AudioPreset(Document):
    """How every audio track is encoded in one codec.

    Attributes:
        channels: ``stereo`` mixes down what has more; ``source`` keeps up to 5.1. Mono stays mono in both.
        bits_per_second: Of a track of the most channels that the preset makes.
    """

    codec: AudioCodec = "aac"
    channels: Channels = "stereo"
    bits_per_second: Annotated[int, BeforeValidator(bits), Field(ge=8_000, le=1_024_000)] = 0
    sample_rate: Literal[32_000, 44_100, 48_000] = 48_000

    @model_validator(mode="before")
    @classmethod
    def _with_usual_values(cls, said: object) -> object:
        if not isinstance(said, Mapping):
            return said
        codec = said.get("codec", "aac")
        channels = said.get("channels", "source" if codec in SURROUND else "stereo")
        usual = USUAL_BITS.get((codec, channels), USUAL_BITS["aac", "stereo"])
        return {"channels": channels, "bits_per_second": usual, **said}

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.codec == "opus" and self.sample_rate != 48_000:
            raise ValueError("opus has a sample_rate of 48000 alone")
        if self.codec == "opus" and self.bits_per_second > 510_000:
            raise ValueError("opus has at most 510k")
        if self.codec == "ac3" and self.bits_per_second not in AC3_BITS:
            raise ValueError(f"ac3 has no {self.bits_per_second} bits a second: take 192k, 384k, 448k or 640k")
        if self.codec in ("aac", "he_aac") and self.bits_per_second > 512_000:
            raise ValueError(f"{self.codec} has at most 512k")
        return self


class Downmix(Document):
    """Coefficients of a mix to fewer channels, in decibels; by default those of ITU-R BS.775.

    Attributes:
        lfe_db: None leaves the effects channel out.
    """

    centre_db: Attenuation = Fraction(-3)
    surround_db: Attenuation = Fraction(-3)
    lfe_db: Attenuation | None = None
