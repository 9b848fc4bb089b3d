"""Whether renditions are made in pieces, as a profile says it."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from vod_assets.domain.documents import Document
from vod_assets.domain.units import seconds

LEAST_SECONDS = 4  # below, an encoder's lookahead and rate control lose more than the pieces are worth
Length = Annotated[Fraction, BeforeValidator(seconds), Field(ge=LEAST_SECONDS, le=3600)]
USUAL_SECONDS = {"source": Fraction(60), "shots": Fraction(8)}


class PiecePreset(Document):
    """How long pieces are, and what names them.

    Attributes:
        seconds: Length of a piece; None: 60, or 8 where pieces are named by their shots.
        fingerprint: ``source``: a piece belongs to one source file. ``shots``: to the packets that it is decoded from,
            so that what did not change in another source is not encoded again; the source is read once more for it.
    """

    seconds: Length | None = None
    fingerprint: Literal["source", "shots"] = "source"

    @property
    def length_seconds(self) -> Fraction:
        """Length of a piece, as said or usual."""
        return self.seconds if self.seconds is not None else USUAL_SECONDS[self.fingerprint]
