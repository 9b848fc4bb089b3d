"""Write HLS tags and attribute lists (RFC 8216, 4.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

DECIMALS = 6  # of EXTINF; microseconds


@dataclass(frozen=True)
class Bare:
    """An attribute value that is written without quotes: a number, a resolution or an enumerated string."""

    text: str


Attributes = Sequence[tuple[str, str | int | Bare | None]]


def tag(name: str, attributes: Iterable[tuple[str, str | int | Bare | None]]) -> str:
    """Return a tag with an attribute list; strings are quoted, None is left out."""
    pairs = [f"{key}={_value(value)}" for key, value in attributes if value is not None]
    return f"#{name}:{','.join(pairs)}"


def quotable(text: str) -> str:
    """Return text that a quoted string may hold: no line breaks or other controls, and typographic double quotes."""
    return "".join(char if char.isprintable() else " " for char in text.replace('"', "”")).strip()


def yes(is_so: bool) -> Bare:
    """Return ``YES`` or ``NO``."""
    return Bare("YES" if is_so else "NO")


def decimal(seconds: Fraction, decimals: int = DECIMALS) -> str:
    """Return a decimal number, rounded half to even."""
    scaled = round(seconds * 10**decimals)
    whole, rest = divmod(scaled, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}"


def durations(ticks: Sequence[int], timescale: int) -> list[Fraction]:
    """Return durations in whole microseconds whose sum from the start is never off by more than half of one."""
    return [Fraction(one, 10**DECIMALS) for one in microseconds(ticks, timescale)]


def microseconds(ticks: Sequence[int], timescale: int) -> list[int]:
    """Return the same in microseconds; whole numbers, for a long title has tens of thousands of segments."""
    times = [_divided(now * 10**DECIMALS, timescale) for now in accumulate(ticks, initial=0)]
    return [end - begin for begin, end in pairwise(times)]


def extinf(length: int) -> str:
    """Return the ``EXTINF`` of a segment that lasts so many microseconds."""
    whole, rest = divmod(length, 10**DECIMALS)
    return f"#EXTINF:{whole}.{rest:0{DECIMALS}d},"


def _divided(number: int, by: int) -> int:
    """Return a quotient, rounded half to even as `round` does."""
    whole, rest = divmod(number, by)
    return whole + (2 * rest > by or (2 * rest == by and whole % 2 == 1))


def _value(value: str | int | Bare) -> str:
    if isinstance(value, Bare):
        return value.text
    return str(value) if isinstance(value, int) else f'"{quotable(value)}"'
