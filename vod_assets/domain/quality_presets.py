"""How a ladder is chosen for a title by measured quality, and how good its renditions have to be."""

from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field

from vod_assets.domain.documents import Document
from vod_assets.domain.units import exact


def score(value: object) -> Fraction:
    """Return the exact score of ``95`` or ``94.5``."""
    return exact(value, "score: write 95 or 94.5")


Vmaf = Annotated[Fraction, BeforeValidator(score), Field(ge=0, le=100)]
Decibels = Annotated[Fraction, BeforeValidator(score), Field(ge=0, le=80)]
Step = Annotated[Fraction, BeforeValidator(score), Field(gt=0, le=40)]


class PerTitlePreset(Document):
    """How the rungs of a title are chosen from encodes of samples of it.

    Attributes:
        target: VMAF of the largest rung.
        step: VMAF from one rung to the next.
        target_xpsnr: XPSNR of the largest rung in dB, for pictures that VMAF has no model of: HDR.
        step_xpsnr: XPSNR from one rung to the next, in dB.
        samples: Samples of the title, at most; a title that is no longer than they together is probed whole.
        sample_seconds: Length of each, rounded up to whole GOPs.
        saves_percent: Bits that a rung saves against the next larger one, or it is not made.
    """

    target: Vmaf = Fraction(95)
    step: Step = Fraction(6)
    target_xpsnr: Decibels = Fraction(41)
    step_xpsnr: Step = Fraction(2)
    samples: int = Field(default=10, ge=1, le=24)
    sample_seconds: Annotated[Fraction, BeforeValidator(score), Field(gt=0, le=10)] = Fraction(2)
    saves_percent: int = Field(default=35, ge=0, le=80)


class QualityPreset(Document):
    """What every rendition is measured for, against the source at the rendition's own size; None asks for nothing.

    Attributes:
        floor_vmaf: Least mean VMAF.
        floor_1st_percentile: Least VMAF of all but the worst hundredth of the frames.
        floor_xpsnr: Least mean XPSNR, in dB.
        every: VMAF is computed for one frame in so many; above 5 nothing is saved, and the score falls.
    """

    floor_vmaf: Vmaf | None = None
    floor_1st_percentile: Vmaf | None = None
    floor_xpsnr: Decibels | None = None
    every: int = Field(default=5, ge=1, le=5)

    @property
    def has_floor(self) -> bool:
        """Whether there is anything that a rendition can lie below."""
        return any(floor is not None for floor in (self.floor_vmaf, self.floor_1st_percentile, self.floor_xpsnr))
