"""What a title file says of sound: tracks in files of their own, or in streams of the master."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.metadata import checked_tag
from vod_assets.domain.programme.points import FileName

CHANNELS: Mapping[str, str] = {  # as sound people call them, and as FFmpeg does
    "M": "FC",
    "L": "FL",
    "R": "FR",
    "C": "FC",
    "LFE": "LFE",
    "Ls": "SL",
    "Rs": "SR",
    "Lrs": "BL",
    "Rrs": "BR",
}
LAYOUTS: Mapping[frozenset[str], str] = {
    frozenset({"M"}): "mono",
    frozenset({"C"}): "mono",
    frozenset({"L", "R"}): "stereo",
    frozenset({"L", "R", "C"}): "3.0",
    frozenset({"L", "R", "C", "Ls", "Rs"}): "5.0(side)",
    frozenset({"L", "R", "C", "LFE", "Ls", "Rs"}): "5.1(side)",
    frozenset({"L", "R", "C", "LFE", "Ls", "Rs", "Lrs", "Rrs"}): "7.1",
}
SHAPES: Mapping[str, tuple[str, ...]] = {  # in the order of SMPTE
    "mono": ("M",),
    "stereo": ("L", "R"),
    "3.0": ("L", "R", "C"),
    "5.0": ("L", "R", "C", "Ls", "Rs"),
    "5.1": ("L", "R", "C", "LFE", "Ls", "Rs"),
    "7.1": ("L", "R", "C", "LFE", "Ls", "Rs", "Lrs", "Rrs"),
}
Number = Annotated[int, Field(ge=1, le=64)]
Role = Literal["main", "dub", "dialogue", "commentary", "description"]


class Channel(Document):
    """Where one channel of a sound lies; the first of a file is 1."""

    file: FileName
    channel: int = Field(default=1, ge=1, le=64)


class Place(Document):
    """One channel of a stream of sound in the pictures' own files; the first of each is 1."""

    stream: int
    channel: int
    heard_as: str


class SaidSound(Document):
    """One track of sound: in files of its own, one with all channels or one a channel, or in streams of the master.

    Attributes:
        streams: Which of the master's streams of sound, the first is 1: one a channel, or one with `of_stream`.
        of_stream: Which channels of the one stream, the first is 1.
        shape: What the streams or channels are, in the order of SMPTE; by their number where nothing is said.
        file: With all channels, in the order of its own layout.
        map: Files by channel (``L: mix_L.wav``); ``L: mix.wav:3`` takes the third channel of a file.
        language: BCP 47; ``und``: the title's own.
    """

    file: FileName | None = None
    map: dict[str, Channel] = {}
    streams: Annotated[tuple[Number, ...], Field(max_length=8)] = ()
    of_stream: Annotated[tuple[Number, ...], Field(max_length=8)] = Field(default=(), alias="channels")
    shape: Literal["", "mono", "stereo", "3.0", "5.0", "5.1", "7.1"] = Field(default="", alias="layout")
    language: str = UNKNOWN
    role: Role = "main"
    label: Annotated[str, Field(max_length=200)] = ""

    @field_validator("language")
    @classmethod
    def _is_tag(cls, value: str) -> str:
        return checked_tag(value)

    @field_validator("map", mode="before")
    @classmethod
    def _with_numbers(cls, value: object) -> object:
        return {name: _channel(place) for name, place in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _is_one_layout(self) -> "SaidSound":
        if (self.file is not None) + bool(self.map) + bool(self.streams) != 1:
            raise ValueError("name either one file with all channels, or a map of channels, or streams of the master")
        if (self.of_stream or self.shape) and not self.streams:
            raise ValueError("channels and layout are of streams: name them")
        if self.streams:
            self._check_streams()
        if self.map and frozenset(self.map) not in LAYOUTS:
            known = "; ".join(", ".join(name for name in CHANNELS if name in layout) for layout in LAYOUTS)
            raise ValueError(f"{', '.join(self.map)} is no layout: use {known}")
        return self

    def _check_streams(self) -> None:
        if self.of_stream and len(self.streams) > 1:
            raise ValueError("channels are of one stream: name one")
        parts = self.of_stream or self.streams
        if self.shape and len(SHAPES[self.shape]) != len(parts):
            raise ValueError(f"{self.shape} has {len(SHAPES[self.shape])} channels, and {len(parts)} are named")
        if not self._names:
            raise ValueError(f"{len(parts)} channels are no layout: use {', '.join(SHAPES)}")

    @property
    def _names(self) -> tuple[str, ...]:
        """The channels of the streams, by the names of sound people."""
        count = len(self.of_stream or self.streams)
        return SHAPES[self.shape] if self.shape else next((one for one in SHAPES.values() if len(one) == count), ())

    @property
    def layout(self) -> str:
        """FFmpeg's name of the layout of a map or of streams; empty for one file."""
        names = frozenset(self.map) or frozenset(self._names)
        return LAYOUTS[names] if names else ""

    @property
    def places(self) -> list[Place]:
        """Where in the pictures' own files the channels are, in the order of FFmpeg's."""
        ordered = ["FC"] if len(self._names) == 1 else [CHANNELS[name] for name in self._names]
        if self.of_stream:
            found = [(self.streams[0], channel) for channel in self.of_stream]
        else:
            found = [(stream, 1) for stream in self.streams]
        return [Place(stream=at, channel=one, heard_as=name) for (at, one), name in zip(found, ordered, strict=True)]

    @property
    def channels(self) -> list[tuple[str, Channel]]:
        """The map in the order of FFmpeg's channels, by FFmpeg's names."""
        return [
            ("FC" if len(self.map) == 1 else CHANNELS[name], self.map[name]) for name in CHANNELS if name in self.map
        ]

    @property
    def files(self) -> list[str]:
        """Names of its files, each once."""
        return [self.file] if self.file else list(dict.fromkeys(one.file for _, one in self.channels))


def _channel(place: object) -> object:
    """Return ``mix.wav:3`` as a file and a channel."""
    found = re.fullmatch(r"(.+):(\d{1,2})", place) if isinstance(place, str) else None
    if found:
        return {"file": found[1], "channel": int(found[2])}
    return {"file": place} if isinstance(place, str) else place
