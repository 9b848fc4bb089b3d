"""What a title file says of the programme in its master: parts, idents, and sound of its own."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.programme.packed import PackedFile
from vod_assets.domain.programme.points import Cut, FileName, Idents, Part
from vod_assets.domain.programme.said_sound import SaidSound

MOST_PARTS = 24  # each is opened and decoded by one process
MOST_SOUNDS = 16


class Programme(Document):
    """What of which files a title is made of.

    Attributes:
        parts: In their order; none: the master, whole.
        idents: What is shown around them.
        sound: Instead of the sound in the master; each begins with the master's first frame.
        times: What the chapters of the title file and the files beside the master count from.
        composition: Name of the IMF playlist that parts and sound are read from; empty: they are said.
        packed: What the packing lists of that package say of these files.
    """

    parts: tuple[Part, ...] = ()
    idents: Idents = Idents()
    sound: tuple[SaidSound, ...] = ()
    times: Literal["master", "programme"] = "master"
    composition: str = ""
    packed: tuple[PackedFile, ...] = ()

    @property
    def pictures(self) -> list[str]:
        """Names of the files whose picture is shown, the master's own left out, each once."""
        around = [ident.file for ident in (self.idents.head, self.idents.tail) if ident]
        return list(dict.fromkeys([*(part.file for part in self.parts if part.file), *around]))

    @property
    def files(self) -> list[str]:
        """Names of all files that it is made of besides the master, each once."""
        heard = (file for sound in self.sound for file in sound.files)
        said = [self.composition] if self.composition else []
        return list(dict.fromkeys([*said, *self.pictures, *heard]))


class SaidProgramme(Document):
    """The fields of a title file that say what of the master is the programme.

    Attributes:
        master: In and out point of the master, where it is the only part.
        parts: Stretches of the master and of files beside it, in their order.
        idents: What is shown before and after.
        sound: One track of sound in files of its own, or several.
        imf: Name of an IMF composition playlist beside the master, which says parts and sound instead.
        times: Whether chapters and the files beside the master count from the ``master``'s first frame or from that of
            the ``programme``.
    """

    master: Cut | None = None
    parts: Annotated[tuple[Part, ...], Field(max_length=MOST_PARTS)] = ()
    idents: Idents = Idents()
    sound: Annotated[tuple[SaidSound, ...], Field(max_length=MOST_SOUNDS)] = ()
    imf: FileName | None = None
    times: Literal["master", "programme"] = "master"

    @field_validator("sound", mode="before")
    @classmethod
    def _of_one_track(cls, value: object) -> object:
        return [value] if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _says_points_once(self) -> "SaidProgramme":
        if self.imf and (self.master or self.parts or self.sound):
            raise ValueError("an IMF composition says parts and sound: leave out master, parts and sound")
        if self.master is not None and self.parts:
            raise ValueError("give in and out points of the master in its part, where there are parts")
        return self

    @property
    def programme(self) -> Programme | None:
        """What the title is made of; None: the master, whole, as it is."""
        points = [Part.model_validate(dict(_points(self.master)))] if self.master else []
        parts = (*self.parts, *points)
        if not parts and not self.sound and self.idents == Idents() and not self.imf:
            return None
        return Programme(
            parts=parts, idents=self.idents, sound=self.sound, times=self.times, composition=self.imf or ""
        )


def _points(cut: Cut) -> Iterator[tuple[str, Any]]:
    yield from (("in", cut.begins), ("out", cut.ends))
