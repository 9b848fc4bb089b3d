"""Identifiers of audiovisual works, with their check characters (ISO 7064, MOD 37,36)."""

import re

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EIDR = re.compile(r"10\.5240/((?:[0-9A-F]{4}-){5})([0-9A-Z])")
_FOUR = "[0-9A-F]{4}"
_ISAN = re.compile(f"({_FOUR}(?:-?{_FOUR}){{3}})(?:-?([0-9A-Z]))?(?:-?({_FOUR}-?{_FOUR})(?:-?([0-9A-Z]))?)?")


def eidr(text: str) -> str:
    """Return an EIDR in its one spelling; raise ValueError when it is none, or mistyped.

    >>> eidr("https://doi.org/10.5240/7791-8534-2c23-9030-8610-5")
    '10.5240/7791-8534-2C23-9030-8610-5'
    """
    found = _EIDR.search(text.strip().upper())
    if found is None or not text.strip().upper().endswith(found[0]):
        raise ValueError(f"{text!r} is no EIDR: write 10.5240/ and twenty hexadecimal digits with a check character")
    _check(text, found[1], found[2])
    return found[0]


def isan(text: str) -> str:
    """Return an ISAN with dashes, its version and check characters where it was written with them.

    >>> isan("ISAN 0000-0000-9E59-0000-O-0000-0000-2")
    '0000-0000-9E59-0000-O-0000-0000-2'
    """
    bare = text.strip().upper().removeprefix("ISAN").strip(" :")
    found = _ISAN.fullmatch(bare)
    if found is None:
        raise ValueError(f"{text!r} is no ISAN: write sixteen hexadecimal digits in fours, with dashes")
    work, check, version, second = found.groups()
    if check:
        _check(text, work, check)
    if second:
        _check(text, f"{work}{version}", second)
    return "-".join(part for part in (_in_fours(work), check, _in_fours(version or ""), second) if part)


def check_character(digits: str) -> str:
    """Return the check character of hexadecimal digits."""
    rest = 36
    for digit in digits:
        total = (rest + _ALPHABET.index(digit)) % 36 or 36
        rest = 2 * total % 37
    return _ALPHABET[(37 - rest) % 36]


def _check(text: str, digits: str, character: str) -> None:
    expected = check_character(digits.replace("-", ""))
    if expected != character:
        raise ValueError(f"{text!r} is mistyped: its check character is {character} and would be {expected}")


def _in_fours(digits: str) -> str:
    return "-".join(re.findall(_FOUR, digits))
