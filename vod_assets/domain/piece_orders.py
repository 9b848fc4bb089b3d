"""Asking for help with a piece: everything that another worker has to know to make the very same one."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from vod_assets.domain.documents import Document, digest_of
from vod_assets.domain.pieces import Clock, Piece

WORDS = r"^[a-z0-9][a-z0-9-]{0,63}$"
Word = Annotated[str, Field(pattern=WORDS)]


class Spent(Document):
    """What it took to make a piece, of the rungs that were made."""

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    keys: tuple[str, ...] = ()


class PieceOrder(Document):
    """A piece that a run wants of some rungs of a codec.

    Attributes:
        asked_by: The worker that asks, and gives signs of life as long as it wants the piece.
        keys: Renditions whose rungs lack the piece.
        inputs: The recipes of the title's artifacts that say how it is made, by asset.
        named: What the piece is made of, as its recipe says it.
        recipes: Of the piece, by rendition: whoever would name it otherwise would make another piece.
    """

    title: Word
    run: Word
    asked_by: Word
    codec: Word
    keys: tuple[str, ...]
    inputs: dict[str, str]
    named: dict[str, str]
    recipes: dict[str, str]
    clock: Clock
    piece: Piece


def claimed_as(piece: Piece, recipes: Mapping[str, str]) -> str:
    """Return the name that a piece of some rungs is claimed by: the same for everybody who would make the same."""
    return f"{piece.first:08d}-{digest_of(dict(recipes))[:24]}"
