"""Finding the one byte of a file that has changed, without any copy: by two checksums of what it was.

Adler-32 (RFC 1950, 8.2) adds up a file's bytes, and their distances from its end times the bytes. Of one changed byte
the first sum says by how much it has changed, and the second then where, modulo 65521. CRC-32 says which of those
places it is. Neither says anything of several changed bytes, and the caller's SHA-256 has the last word.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence

MODULUS, POLYNOMIAL = 65521, 0xEDB88320
HIGHEST = 255  # of a byte
ONE = 1 << 31  # the polynomial 1, in the order of bits that CRC-32 has
BLOCK_BYTES = 1 << 20


class Sums:
    """The two checksums of a file, fed block by block."""

    DIGITS = 16

    def __init__(self) -> None:
        self.adler, self.crc = 1, 0

    def update(self, block: bytes) -> None:
        """Take more of the file."""
        self.adler, self.crc = zlib.adler32(block, self.adler), zlib.crc32(block, self.crc)

    def __str__(self) -> str:
        return f"{self.adler:08x}{self.crc:08x}"


def flipped_byte(data: Sequence[int], sums: str, sha256: str) -> int | None:
    """Return the offset of the one byte that has changed; None: it is not one byte, or none.

    Args:
        data: The file as it is now: bytes, or a map of it.
        sums: `Sums` of what it was.
        sha256: What it was.
    """
    now = Sums()
    for block in _blocks(data):
        now.update(block)
    was_adler, was_crc = int(sums[:8], 16), int(sums[8:], 16)
    change = ((now.adler & 0xFFFF) - (was_adler & 0xFFFF)) % MODULUS
    change = change if change <= HIGHEST else change - MODULUS
    if not 0 < abs(change) <= HIGHEST:
        return None
    moved = ((now.adler >> 16) - (was_adler >> 16)) * pow(change, -1, MODULUS) % MODULUS
    for offset in _places(len(data), moved):
        was = data[offset] - change
        if 0 <= was <= HIGHEST and _crc_change(was ^ data[offset], len(data) - 1 - offset) == now.crc ^ was_crc:
            return offset if _sha256_with(data, offset, was) == sha256 else None
    return None


def _places(length: int, from_end: int) -> Iterator[int]:
    """Yield the offsets whose distance from the end (1 is the last byte) is the given one, modulo 65521."""
    return (length - distance for distance in range(from_end or MODULUS, length + 1, MODULUS))


def _crc_change(changed_bits: int, bytes_after: int) -> int:
    """Return how a CRC-32 changes with bits of one byte that so many bytes follow."""
    alone = zlib.crc32(bytes([changed_bits])) ^ zlib.crc32(b"\0")
    return _times(_power_of_x(8 * bytes_after), alone)


def _power_of_x(exponent: int) -> int:
    """Return x to a power, modulo CRC-32's polynomial."""
    power, square = ONE, ONE >> 1
    while exponent:
        power = _times(square, power) if exponent & 1 else power
        square, exponent = _times(square, square), exponent >> 1
    return power


def _times(one: int, other: int) -> int:
    """Return a product of polynomials, modulo CRC-32's."""
    product = 0
    while one:
        if one & ONE:
            product ^= other
        one = one << 1 & 0xFFFFFFFF
        other = other >> 1 ^ (POLYNOMIAL if other & 1 else 0)
    return product


def _sha256_with(data: Sequence[int], offset: int, was: int) -> str:
    digest, at = hashlib.sha256(), 0
    for block in _blocks(data):
        inside = 0 <= offset - at < len(block)
        digest.update(block[: offset - at] + bytes([was]) + block[offset - at + 1 :] if inside else block)
        at += len(block)
    return digest.hexdigest()


def _blocks(data: Sequence[int]) -> Iterator[bytes]:
    return (bytes(data[at : at + BLOCK_BYTES]) for at in range(0, len(data), BLOCK_BYTES))
