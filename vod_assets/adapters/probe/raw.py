"""Words and numbers as ffprobe writes them."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

Json = Mapping[str, Any]
NOTHING: Json = {}


def fraction(text: object) -> Fraction | None:
    """Return ffprobe's ``30000/1001`` or ``12.5`` exactly; None for ``0/0``, ``N/A`` and nothing."""
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return None


def known(word: object) -> str:
    """Return a word of ffprobe's; empty where it says that it does not know."""
    return "" if word in (None, "unknown", "reserved", "unspecified") else str(word)


def tags(raw: Json) -> Json:
    """Return what a stream or a container is tagged with, names in lower case."""
    found = raw.get("tags", {})
    return {str(name).lower(): value for name, value in found.items()} if isinstance(found, dict) else {}
