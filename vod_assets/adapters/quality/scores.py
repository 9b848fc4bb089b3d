"""Scores of frames as libvmaf and xpsnr write them."""

import json
import re
from fractions import Fraction
from pathlib import Path

SCORE_DIGITS = 1000
XPSNR_WEIGHTS = (6, 1, 1)  # of luma and both chroma planes of 4:2:0
IDENTICAL_DECIBELS = 100  # what stands for infinity: the picture is the source's, bit by bit
_XPSNR = re.compile(r"^n:\s*(\d+).*?XPSNR y:\s*(\S+).*?XPSNR u:\s*(\S+).*?XPSNR v:\s*(\S+)")


def read_vmaf(log: Path) -> list[tuple[int, float]]:
    """Return number and score of every frame that was scored; none when nothing was."""
    if not log.exists():
        return []
    frames = json.loads(log.read_text())["frames"]
    return [(int(frame["frameNum"]), float(frame["metrics"]["vmaf"])) for frame in frames]


def read_xpsnr(log: Path) -> list[tuple[int, float]]:
    """Return number, from 0, and weighted XPSNR of every frame, in dB."""
    if not log.exists():
        return []
    found = (_XPSNR.match(line) for line in log.read_text().splitlines())
    return [(int(one[1]) - 1, _weighted(one.groups()[1:])) for one in found if one]


def without_first(scores: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return scores without frame 0, whose motion VMAF does not know, unless there is no other."""
    return [one for one in scores if one[0]] or scores


def mean(scores: list[tuple[int, float]]) -> Fraction:
    """Return the mean of scores, rounded to thousandths."""
    return rounded(sum(value for _, value in scores) / len(scores))


def rounded(value: float) -> Fraction:
    """Return a score to the thousandth, exactly."""
    return Fraction(round(value * SCORE_DIGITS), SCORE_DIGITS)


def _weighted(planes: tuple[str, ...]) -> float:
    values = [min(float(IDENTICAL_DECIBELS), float(plane)) for plane in planes]
    return sum(weight * value for weight, value in zip(XPSNR_WEIGHTS, values, strict=True)) / sum(XPSNR_WEIGHTS)
