"""How pictures are encoded: a codec's ladder, and its rungs."""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.units import Bits, Side

RUNG_NAME = re.compile(r"(?P<short_side>[1-9][0-9]{1,3})p(?P<suffix>[0-9]{2,3})?(_[a-z0-9]+)?")
IFRAMES = "_iframes"  # ends the name of a track's I-frame playlist, so no rung may be called so
X264Preset = Literal[
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"
]


class RungPreset(Document):
    """One step of a ladder: a box, and how its bits are spent.

    Attributes:
        name: Short side and ``p``, with an optional frame rate and suffix: ``1080p``, ``720p50``, ``1080p_hi``.
        box: Landscape width and height that the picture must fit into; turned for portrait.
        crf: Constant rate factor; with ``maxrate`` it is capped (VBV).
        bitrate: Average bits per second (ABR); exactly one of ``crf`` and ``bitrate`` is set.
    """

    name: str
    box: tuple[Side, Side]
    crf: int | None = Field(default=None, ge=1, le=51)  # 0 is lossless, which no player's profile of H.264 knows
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
    """One codec's ladder. ``threads`` is a number, never the machine's cores, so a recipe gives the same bytes."""

    codec: Literal["h264"] = "h264"
    preset: X264Preset = "fast"
    threads: int = Field(default=2, ge=1, le=64)
    rungs: tuple[RungPreset, ...] = Field(min_length=1)
