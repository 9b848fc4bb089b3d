"""What was seen of a source's pictures in a few places, before anything is decided about it."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class FieldGlimpse:
    """What FFmpeg's ``idet`` says of one frame.

    Attributes:
        seconds: When it is shown, by the stream's own clock.
        order: ``tff``, ``bff``, ``progressive``, or ``undetermined`` where nothing moves.
        repeated: Which field is that of the frame before: ``top``, ``bottom`` or ``neither``.
    """

    seconds: Fraction
    order: str
    repeated: str = "neither"


@dataclass(frozen=True)
class PictureGlimpse:
    """Luma of one picture, in eight bits whatever its depth is, and where it is not black.

    Attributes:
        least: The darkest sample.
        low: A tenth of the samples is at most so bright.
        mean: Of all samples.
        high: A tenth is at least so bright.
        most: The brightest.
        left: First column that is not black; the others likewise, the last ones included.
    """

    least: float
    low: float
    mean: float
    high: float
    most: float
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class KeyGlimpse:
    """A key frame as a tiny grey picture, row by row."""

    seconds: Fraction
    grey: bytes


@dataclass(frozen=True)
class Glimpses:
    """Everything that was seen, in the order of time; nothing where the pictures could not be decoded."""

    fields: tuple[FieldGlimpse, ...] = ()
    pictures: tuple[PictureGlimpse, ...] = ()
    keys: tuple[KeyGlimpse, ...] = ()


NOTHING_SEEN = Glimpses()
