"""Moments as people write them: seconds, or hours, minutes and seconds."""

import re
from fractions import Fraction

_CLOCK = re.compile(
    r"(?P<minus>-?)(?:(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,3}):)?(?P<seconds>\d{1,6}(?:[.,]\d{1,9})?)",
    re.ASCII,
)
_SIXTY = 60


def moment(text: object) -> Fraction:
    """Return the exact seconds of ``754.5``, ``12:34.5`` or ``00:12:34.5``; a leading minus means before the start.

    Time codes with frames (``00:12:34:12``) are refused: what a frame is depends on who counted.

    >>> moment("00:12:34.5"), moment("-3"), moment(90)
    (Fraction(1509, 2), Fraction(-3, 1), Fraction(90, 1))

    Raises:
        ValueError: It is no such text, or minutes or seconds reach 60 where there is a larger unit before them.
    """
    if isinstance(text, Fraction) or (isinstance(text, int) and not isinstance(text, bool)):
        return Fraction(text)
    found = _CLOCK.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{text!r} is no time: write 00:12:34.5, or seconds")
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    seconds = Fraction(found["seconds"].replace(",", "."))
    if (found["minutes"] and seconds >= _SIXTY) or (found["hours"] and minutes >= _SIXTY):
        raise ValueError(f"{text!r} is no time: minutes and seconds end at 59")
    return (-1 if found["minus"] else 1) * (hours * 3600 + minutes * _SIXTY + seconds)
