"""How pictures are encoded: a codec's ladder, and its rungs."""

import re
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.encoders import Codec, Encoder, encoder_of
from vod_assets.domain.levels import Demand, Level, level_of, too_much
from vod_assets.domain.units import Bits, Side

RUNG_NAME = re.compile(r"(?P<short_side>[1-9][0-9]{1,3})p(?P<suffix>[0-9]{2,3})?(_[a-z0-9]+)?")
IFRAMES = "_iframes"  # ends the name of a track's I-frame playlist, so no rung may be called so
ANY_RATE = Fraction(1)  # what is judged before a title's frame rate is known


def _word(value: object) -> object:
    """Return a number of YAML as the word that was meant: SVT-AV1's presets and all levels are numbers."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_word)]


class RungPreset(Document):
    """One step of a ladder: a box, and how its bits are spent.

    Attributes:
        name: Short side and ``p``, with an optional frame rate and suffix: ``1080p``, ``720p50``, ``1080p_hi``.
        box: Landscape width and height that the picture must fit into; turned for portrait.
        dynamic_range: ``hdr`` keeps that of an HDR source, and is empty for others; ``sdr`` maps its tones.
        crf: Constant rate factor; with ``maxrate`` it is capped (VBV).
        bitrate: Average bits per second (ABR); exactly one of ``crf`` and ``bitrate`` is set.
    """

    name: str
    box: tuple[Side, Side]
    dynamic_range: Literal["sdr", "hdr"] = "sdr"
    crf: int | None = Field(default=None, ge=1, le=255)  # 0 is lossless, which no player's profile of H.264 knows
    bitrate: Bits | None = None
    maxrate: Bits | None = None
    bufsize: Bits | None = None

    @field_validator("box", mode="before")
    @classmethod
    def _read_box(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not (match := re.fullmatch(r"(\d{1,5})x(\d{1,5})", value)):
            raise ValueError(f"{value!r} is no box: write 1920x1080")
        return int(match[1]), int(match[2])

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not RUNG_NAME.fullmatch(self.name) or self.name.endswith(IFRAMES):
            raise ValueError(f"rung name {self.name!r}: write the short side and p, as in 1080p or 1080p_hi")
        if (self.crf is None) == (self.bitrate is None):
            raise ValueError(f"rung {self.name}: give either crf or bitrate")
        if self.maxrate is not None and self.bufsize is None:
            raise ValueError(f"rung {self.name}: maxrate needs bufsize")
        return self


class VideoPreset(Document):
    """One codec's ladder. ``threads`` is a number, never the machine's cores, so a recipe gives the same bytes.

    Attributes:
        encoder: FFmpeg's name of the encoder, ``hevc_nvenc``; empty: the codec's software encoder.
        preset: A word of the encoder's for how long it may take; empty: its own middle way.
        level: The highest level that a rung may need, ``5.1``; empty: the codec's highest.
    """

    codec: Codec = "h264"
    encoder: str = ""
    preset: Word = ""
    threads: int = Field(default=2, ge=1, le=64)
    level: Word = ""
    rungs: tuple[RungPreset, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        tool = self.tool
        if self.preset and self.preset not in tool.presets:
            raise ValueError(f"{tool.name} knows no preset {self.preset!r}: it has {', '.join(tool.presets)}")
        for rung in self.rungs:
            if says := _not_encoded_so(tool, rung) or self._exceeds_level(rung):
                raise ValueError(f"rung {rung.name}: {says}")
        return self

    def _exceeds_level(self, rung: RungPreset) -> str:
        bits = rung.maxrate or (rung.bitrate or 0) * self.tool.peak_of_average
        return too_much(self.codec, self.highest_level, Demand(rung.box, ANY_RATE, bits, rung.bufsize or 0))

    @property
    def tool(self) -> Encoder:
        """The encoder."""
        return encoder_of(self.codec, self.encoder)

    @property
    def highest_level(self) -> Level:
        """The level that no rung may exceed."""
        return level_of(self.codec, self.level)

    @property
    def speed(self) -> str:
        """The encoder's preset, whether or not the profile names one."""
        return self.preset or self.tool.preset


def _not_encoded_so(tool: Encoder, rung: RungPreset) -> str:
    """Return why an encoder cannot make a rung as it is asked for, or nothing."""
    if rung.crf is not None and rung.crf > tool.most_crf:
        return f"crf {rung.crf} is more than {tool.name} takes, {tool.most_crf}"
    if rung.bitrate is not None and not tool.averages:
        return f"{tool.name} gives other bytes each time when it is given a bitrate: give crf"
    if rung.maxrate is not None and not tool.caps:
        return f"{tool.name} gives other bytes each time when its rate is capped: give crf without maxrate"
    if rung.dynamic_range == "hdr" and 10 not in tool.depths:
        return f"{tool.name} makes 8 bits only: HDR rungs are for hevc and av1"
    return ""
