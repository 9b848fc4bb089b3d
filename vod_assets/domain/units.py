"""Numbers as people write them in profiles: bitrates, seconds, sides of pictures."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

SMALLEST_SIDE, LARGEST_SIDE = 16, 8192


def bits(text: object) -> int:
    """Return bits per second of ``5000k``, ``2.8M`` or a plain number, as FFmpeg reads them (SI prefixes)."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kM]?)", text) if isinstance(text, str) else None
    if not match:
        raise ValueError(f"{text!r} is no bitrate: write 5000k or 5M")
    return int(Fraction(match[1]) * {"": 1, "k": 1000, "M": 1_000_000}[match[2]])


def exact(value: object, wanted: str) -> Fraction:
    """Return the decimal that was written, not its binary float.

    Args:
        value: What was written.
        wanted: What it should have been, and how that looks: ``level: write -3 or -1.5``.

    Raises:
        ValueError: It is no number.
    """
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{value!r} is no {wanted}") from error


def seconds(value: object) -> Fraction:
    """Return exact seconds of ``2``, ``1.92`` or ``1001/250``."""
    return exact(value, "number of seconds: write 4, 1.92 or 1001/250")


def decibels(value: object) -> Fraction:
    """Return exact decibels of ``-3`` or ``-1.5``."""
    return exact(value, "level: write -3 or -1.5")


Bits = Annotated[int, BeforeValidator(bits), Field(gt=0, le=1_000_000_000)]
Seconds = Annotated[Fraction, BeforeValidator(seconds), Field(gt=0, le=60)]
Side = Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE, multiple_of=2)]


def one_or_many(value: object) -> object:
    """Return a list, where a single mapping stands for a list of one."""
    return [value] if isinstance(value, Mapping) else value


def refuse_twice(kind: str, names: Sequence[Any]) -> None:
    """Return when no name is there twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"{kind} {twice[0]} is there twice")
