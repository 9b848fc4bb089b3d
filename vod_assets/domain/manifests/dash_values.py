"""Read values as MPDs write them; what is none is refused, however long a number it would make."""

import re
from fractions import Fraction

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,18})?"
_DURATION = re.compile(
    rf"P(?=.*[0-9])(?:0+Y)?(?:0+M)?(?:({_NUMBER})D)?(?:T(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?"
)
_RATE = re.compile(rf"{_NUMBER}|[0-9]{{1,9}}/[0-9]{{1,9}}")
_FACTORS = (86_400, 3_600, 60, 1)


def seconds(text: str) -> Fraction:
    """Return the seconds of a duration, ``PT1H2M3.5S``; years and months do not occur in a presentation.

    Raises:
        ValueError: It is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration")
    return sum((Fraction(one or 0) * factor for one, factor in zip(found.groups(), _FACTORS, strict=True)), Fraction(0))


def frame_rate(text: str) -> Fraction:
    """Return frames per second, ``24000/1001``.

    Raises:
        ValueError: It is none.
        ZeroDivisionError: It is divided by zero.
    """
    if _RATE.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no frame rate")
    return Fraction(text)
