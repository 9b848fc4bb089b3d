"""The library that reads TTML, SCC and EBU-STL: quiet, and with its faults named."""

import logging
import struct
from types import ModuleType

# What its readers raise at broken input, none of which they promise; they follow styles of styles by recursion.
FAULTS = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RecursionError,
    struct.error,
)


def quiet(*modules: ModuleType) -> None:
    """Keep the library's log to itself: it repeats a file's own words, and what matters becomes a finding here."""
    for module in modules:
        logging.getLogger(module.__name__.partition(".")[0]).setLevel(logging.CRITICAL + 1)
