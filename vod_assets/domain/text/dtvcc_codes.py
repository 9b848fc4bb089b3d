"""Codes of a service of digital captions (CTA-708-E, 7.1): commands with their parameters, and characters."""

from collections.abc import Iterator
from dataclasses import dataclass

BACKSPACE, FORM_FEED, CARRIAGE_RETURN, ERASE_LINE = 0x08, 0x0C, 0x0D, 0x0E  # C0 (7.1.4)
CURRENT_WINDOW = range(0x80, 0x88)  # C1 (7.1.5 and 8.10.5)
CLEAR, DISPLAY, HIDE, TOGGLE, DELETE = range(0x88, 0x8D)
DELAY, DELAY_CANCEL, RESET = 0x8D, 0x8E, 0x8F
PEN_ATTRIBUTES, PEN_COLOUR, PEN_LOCATION, WINDOW_ATTRIBUTES = 0x90, 0x91, 0x92, 0x97
DEFINE_WINDOW = range(0x98, 0xA0)

_EXTENDED, _WIDE = 0x10, 0x18
_PARAMETERS = {
    **dict.fromkeys((CLEAR, DISPLAY, HIDE, TOGGLE, DELETE, DELAY), 1),
    PEN_ATTRIBUTES: 2,
    PEN_COLOUR: 3,
    PEN_LOCATION: 2,
    WINDOW_ATTRIBUTES: 4,
    **dict.fromkeys(DEFINE_WINDOW, 6),
}
_MUSIC = 0x7F  # the only place of G0 that is not ASCII (7.1.6)
_G2 = {  # 7.1.8
    0x20: " ",
    0x21: "\u00a0",
    0x25: "…",
    0x2A: "Š",
    0x2C: "Œ",
    0x30: "█",
    0x31: "‘",
    0x32: "’",
    0x33: "“",
    0x34: "”",
    0x35: "•",
    0x39: "™",
    0x3A: "š",
    0x3C: "œ",
    0x3D: "℠",
    0x3F: "Ÿ",
    0x76: "⅛",
    0x77: "⅜",
    0x78: "⅝",
    0x79: "⅞",
    0x7A: "│",
    0x7B: "┐",
    0x7C: "└",
    0x7D: "─",
    0x7E: "┘",
    0x7F: "┌",
}
_CAPTION_SIGN = 0xA0  # of G3 (7.1.9)
_UNKNOWN = "_"  # what stands for characters of later editions (7.1.8)


@dataclass(frozen=True)
class Command:
    """A code that is no character, by its number in C0 or C1, with its parameters."""

    number: int
    parameters: bytes = b""


def codes_of(block: bytes) -> Iterator[tuple[Command | str, int]]:
    """Yield the commands and characters of a service block, each with the place where it ends.

    A code that the block cuts short is left out.
    """
    at = 0
    while at < len(block):
        code, length = _code(block, at)
        if at + length > len(block):
            return
        at += length
        if code is not None:
            yield code, at


def _code(block: bytes, at: int) -> tuple[Command | str | None, int]:
    """Return what stands at a place, None for what says nothing to us, and how many bytes it takes."""
    byte = block[at]
    if byte == _EXTENDED:
        return _extended(block, at)
    if byte < 0x20:
        return _c0(block, at)
    if 0x80 <= byte < 0xA0:
        length = 1 + _PARAMETERS.get(byte, 0)
        return Command(byte, block[at + 1 : at + length]), length
    return "♪" if byte == _MUSIC else chr(byte), 1  # G0 is ASCII, G1 is ISO 8859-1 (7.1.7)


def _c0(block: bytes, at: int) -> tuple[Command | str | None, int]:
    """Return a code of C0, whose length is told by its place: 1, 2 or 3 bytes (7.1.4)."""
    byte = block[at]
    length = 1 + max(0, byte // 8 - 1)
    if byte == _WIDE:  # a character of sixteen bits, of the Basic Multilingual Plane by use
        return chr(int.from_bytes(block[at + 1 : at + 3])), length
    return (Command(byte), length) if byte in (BACKSPACE, FORM_FEED, CARRIAGE_RETURN, ERASE_LINE) else (None, length)


def _extended(block: bytes, at: int) -> tuple[Command | str | None, int]:
    """Return a code of C2, G2, C3 or G3 (7.1.8 to 7.1.11), of which only characters are in use."""
    byte = block[at + 1] if at + 1 < len(block) else 0
    if byte < 0x20:
        return None, 2 + byte // 8
    if 0x80 <= byte < 0xA0:
        if byte < 0x90:
            return None, 6 if byte < 0x88 else 7
        return None, 3 + (block[at + 2] & 0x1F if at + 2 < len(block) else 0)
    if byte == _CAPTION_SIGN:
        return "[CC]", 2
    return _G2.get(byte, _UNKNOWN), 2
