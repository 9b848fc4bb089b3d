"""In and out points, and the stretches of files that they cut out, as title files say them."""

import re
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.moments import moment
from vod_assets.domain.timecode import is_label

LONGEST_NAME = 255


def _point(value: object) -> str | Fraction:
    """Return a time code as its text, and anything else as seconds."""
    if isinstance(value, str) and is_label(value) and ("." not in value and "," not in value):
        return value.strip()
    seconds = moment(value)
    if seconds < 0:
        raise ValueError(f"{value!r} lies before the first frame")
    return seconds


def _beside(value: object) -> str:
    """Return the name of a file that can be nowhere but beside the master."""
    name = value.strip() if isinstance(value, str) else ""
    if not name or len(name) > LONGEST_NAME or name in (".", "..") or re.search(r"[/\\\x00-\x1f]|://", name):
        raise ValueError(f"{str(value)[:80]!r} is no name of a file beside the master: write it without a folder")
    return name


Point = Annotated[str | Fraction, BeforeValidator(_point)]
FileName = Annotated[str, BeforeValidator(_beside)]


class Cut(Document):
    """In and out point: the first frame that is shown, and the first that is not; seconds or time code.

    Attributes:
        begins: None: the file's first frame.
        ends: None: after its last.
    """

    begins: Point | None = Field(default=None, alias="in")
    ends: Point | None = Field(default=None, alias="out")

    @model_validator(mode="after")
    def _has_length(self) -> "Cut":
        if isinstance(self.begins, Fraction) and isinstance(self.ends, Fraction) and self.begins >= self.ends:
            raise ValueError("the out point is not after the in point")
        return self


class Part(Cut):
    """A stretch of a file beside the master; without a name, of the master itself."""

    file: FileName | None = None


class Ident(Cut):
    """A file that is shown before or after the programme."""

    file: FileName


class Idents(Document):
    """What is shown before and after the programme."""

    head: Ident | None = None
    tail: Ident | None = None
