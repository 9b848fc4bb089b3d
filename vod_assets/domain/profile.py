"""Profiles: what to make of a title, as data."""

import re
from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from vod_assets.domain.documents import Document

RUNG_NAME = re.compile(r"(?P<short_side>[1-9][0-9]{1,3})p(?P<suffix>[0-9]{2,3})?(_[a-z0-9]+)?")
SHORT_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


def bits(text: str | int) -> int:
    """Return bits per second of ``5000k``, ``2.8M`` or a plain number, as FFmpeg reads them (SI prefixes)."""
    if isinstance(text, int):
        return text
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kM]?)", text)
    if not match:
        raise ValueError(f"{text!r} is no bitrate: write 5000k or 5M")
    return int(Fraction(match[1]) * {"": 1, "k": 1000, "M": 1_000_000}[match[2]])


class RungPreset(Document):
    """One step of a ladder: a box, and how its bits are spent.

    Attributes:
        name: Short side and ``p``, with an optional frame rate and suffix: ``1080p``, ``720p50``, ``1080p_hi``.
        box: Landscape width and height that the picture must fit into; turned for portrait.
        crf: Constant rate factor; with ``maxrate`` it is capped (VBV).
        bitrate: Average bits per second (ABR); exactly one of ``crf`` and ``bitrate`` is set.
    """

    name: str
    box: tuple[int, int]
    crf: int | None = None
    bitrate: int | None = None
    maxrate: int | None = None
    bufsize: int | None = None

    @field_validator("box", mode="before")
    @classmethod
    def _read_box(cls, value: object) -> object:
        return tuple(int(side) for side in value.split("x")) if isinstance(value, str) else value

    @field_validator("bitrate", "maxrate", "bufsize", mode="before")
    @classmethod
    def _read_bits(cls, value: str | int | None) -> int | None:
        return None if value is None else bits(value)

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not RUNG_NAME.fullmatch(self.name):
            raise ValueError(f"rung name {self.name!r}: write the short side and p, as in 1080p or 1080p_hi")
        if (self.crf is None) == (self.bitrate is None):
            raise ValueError(f"rung {self.name}: give either crf or bitrate")
        if self.maxrate is not None and self.bufsize is None:
            raise ValueError(f"rung {self.name}: maxrate needs bufsize")
        return self


class VideoPreset(Document):
    """One codec's ladder. ``threads`` is a number, never the machine's cores, so a recipe gives the same bytes."""

    codec: Literal["h264"] = "h264"
    preset: str = "fast"
    threads: int = Field(default=2, ge=1, le=64)
    rungs: tuple[RungPreset, ...]


class AudioPreset(Document):
    """How every audio track is encoded; more than two channels are mixed down to stereo."""

    codec: Literal["aac"] = "aac"
    bits_per_second: int = 128_000
    sample_rate: int = 48_000

    @field_validator("bits_per_second", mode="before")
    @classmethod
    def _read_bits(cls, value: str | int) -> int:
        return bits(value)


class ThumbnailPreset(Document):
    """Sprite sheets: one picture every ``interval_seconds``, in sheets of ``columns`` by ``rows``."""

    interval_seconds: int = 5
    width: int = 160
    columns: int = 5
    rows: int = 5


class Variant(Document):
    """One package of the same renditions: which codecs and rungs, which protection, which layout."""

    name: str
    scheme: Literal["none"] = "none"
    layout: Literal["cmaf"] = "cmaf"
    codecs: tuple[str, ...] = ("h264",)
    rungs: tuple[str, ...] = ()  # empty: all

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not SHORT_NAME.fullmatch(self.name):
            raise ValueError(f"variant name {self.name!r}: use lower-case letters, digits and _")
        return self


class Profile(Document):
    """What to make of a title. Profiles are YAML files; a wrong one fails at start and names the field."""

    name: str
    description: str = ""
    segment_seconds: Fraction = Fraction(4)
    gop_seconds: Fraction = Fraction(2)
    video: tuple[VideoPreset, ...]
    audio: AudioPreset = AudioPreset()
    captions: bool = True
    thumbnails: ThumbnailPreset | None = ThumbnailPreset()
    variants: tuple[Variant, ...] = (Variant(name="clear"),)
    required_checks: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not SHORT_NAME.fullmatch(self.name):
            raise ValueError(f"profile name {self.name!r}: use lower-case letters, digits and _")
        if (self.segment_seconds / self.gop_seconds).denominator != 1:
            raise ValueError("segment_seconds must be a whole number of gop_seconds")
        names = self.rendition_keys()
        if len(names) != len(set(names)):
            raise ValueError(f"profile {self.name} names a rung twice: {', '.join(names)}")
        if not self.variants or not self.video or not all(preset.rungs for preset in self.video):
            raise ValueError(f"profile {self.name} needs at least one variant, one codec and one rung")
        return self

    def rendition_keys(self) -> list[str]:
        """Return the asset keys of this profile's renditions, ``h264_1080p`` first."""
        return [f"{preset.codec}_{rung.name}" for preset in self.video for rung in preset.rungs]
