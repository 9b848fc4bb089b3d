"""Loudness normalisation: which one gain a sound gets, and what is said where it cannot reach the target.

The gain is constant over the whole programme, so dynamics stay as they were mixed. No limiter makes room for more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from vod_assets.domain.acceptance import warning
from vod_assets.domain.audio_levels import Loudness
from vod_assets.domain.documents import Document
from vod_assets.domain.media_info import Finding
from vod_assets.domain.units import decibels

Standard = Literal["ebu_r128", "atsc_a85"]
STANDARDS: Mapping[str, Mapping[str, object]] = {
    "ebu_r128": {"target_lufs": -23, "true_peak_dbtp": -1, "tolerance": "1/2"},
    "atsc_a85": {"target_lufs": -24, "true_peak_dbtp": -2, "tolerance": 2},
}
Level = Annotated[Fraction, BeforeValidator(decibels)]
CODEC_HEADROOM_DB = Fraction(1, 2)  # a lossy codec's peaks are higher than those of what it was given


class LoudnessTarget(Document):
    """How loud sound is delivered.

    Attributes:
        standard: Whose values are taken for what is not given.
        tolerance: How far from the target is still right, in LU.
        normalise: Whether a gain is applied; otherwise sound is measured, and left as it is.
    """

    standard: Standard = "ebu_r128"
    target_lufs: Annotated[Level, Field(ge=-40, le=-8)] = Fraction(-23)
    true_peak_dbtp: Annotated[Level, Field(ge=-20, le=0)] = Fraction(-1)
    tolerance: Annotated[Level, Field(ge=0, le=10)] = Fraction(1, 2)
    normalise: bool = True

    @model_validator(mode="before")
    @classmethod
    def _with_its_standards_values(cls, said: object) -> object:
        if not isinstance(said, Mapping):
            return said
        return {**STANDARDS.get(str(said.get("standard", "ebu_r128")), {}), **said}


@dataclass(frozen=True)
class Gain:
    """What a sound is made louder by.

    Attributes:
        applied_db: The gain; 0 for silence.
        findings: What is to be said of it.
    """

    applied_db: Fraction = Fraction(0)
    findings: tuple[Finding, ...] = ()


def gain_for(measured: Loudness, target: LoudnessTarget, name: str) -> Gain:
    """Return the gain of a sound in one layout.

    Args:
        measured: How loud it is without it.
        target: How loud it is to be.
        name: What findings call it.
    """
    if not target.normalise or measured.integrated_lufs is None or measured.true_peak_dbtp is None:
        return Gain()
    wanted = target.target_lufs - measured.integrated_lufs
    most = target.true_peak_dbtp - CODEC_HEADROOM_DB - measured.true_peak_dbtp
    applied = min(wanted, most)
    missed = wanted - applied
    if missed <= target.tolerance:
        return Gain(applied)
    reached = measured.integrated_lufs + applied
    cause = (
        f"{name} in {measured.layout} reaches {_db(reached)} LUFS, {_db(missed)} LU below its target of "
        f"{_db(target.target_lufs)}: its true peak would exceed {_db(target.true_peak_dbtp)} dBTP"
    )
    return Gain(applied, (warning("loudness_missed", cause),))


def _db(level: Fraction) -> str:
    return f"{float(level):.1f}"
