"""What quality control lets pass, as a profile says it."""

from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field

from vod_assets.domain.documents import Document
from vod_assets.domain.units import seconds

Span = Annotated[Fraction, BeforeValidator(seconds), Field(ge=0, le=86_400)]


class Lasting(Document):
    """The longest that something may last."""

    longest_seconds: Span


class BlackLimit(Lasting):
    """Black pictures: a fade passes, a hole does not."""

    longest_seconds: Span = Fraction(5)


class FreezeLimit(Lasting):
    """Pictures that stand still, and are not black."""

    longest_seconds: Span = Fraction(10)


class SilenceLimit(Lasting):
    """Sound of which nothing is to be heard."""

    longest_seconds: Span = Fraction(10)


class ClippingLimit(Document):
    """How many samples of a channel may follow one another at full scale."""

    most_samples: int = Field(default=480, ge=0)


class MissingLimit(Document):
    """Whether a title must have sound."""

    is_required: bool = True


class LengthLimit(Document):
    """How much longer or shorter than the picture the source's sound may be."""

    most_seconds: Span = Fraction(1, 2)


class FlashLimit(Document):
    """Flashes over a quarter of the picture (ITU-R BT.1702)."""

    most_per_second: int = Field(default=3, ge=1, le=30)


class CadenceLimit(Lasting):
    """Frames that are repeated or left out in a pattern."""

    longest_seconds: Span = Fraction(3)


class ControlLimits(Document):
    """What each check of ``quality_control`` lets pass; all have sane values."""

    black: BlackLimit = BlackLimit()
    freeze: FreezeLimit = FreezeLimit()
    silence: SilenceLimit = SilenceLimit()
    clipping: ClippingLimit = ClippingLimit()
    missing_audio: MissingLimit = MissingLimit()
    length: LengthLimit = LengthLimit()
    flashes: FlashLimit = FlashLimit()
    cadence: CadenceLimit = CadenceLimit()
