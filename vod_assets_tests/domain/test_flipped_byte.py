"""One byte that has changed is found by checksums, wherever it is; of anything else nothing is said."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.flipped_byte import MODULUS, Sums, flipped_byte


def known(data: bytes) -> tuple[str, str]:
    sums = Sums()
    sums.update(data)
    return str(sums), hashlib.sha256(data).hexdigest()


@given(st.binary(min_size=1, max_size=300), st.data())
def test_one_changed_byte_is_found(data: bytes, drawn: st.DataObject) -> None:
    offset = drawn.draw(st.integers(0, len(data) - 1))
    changed = bytearray(data)
    changed[offset] ^= drawn.draw(st.integers(1, 255))
    assert flipped_byte(bytes(changed), *known(data)) == offset


@pytest.mark.parametrize("offset", [0, 1, MODULUS - 1, MODULUS, MODULUS + 1, 2 * MODULUS, -1])
def test_it_is_found_in_a_file_of_any_length(offset: int) -> None:
    data = bytes(at * at % 251 for at in range(3 * MODULUS + 12))
    changed = bytearray(data)
    changed[offset] ^= 0x40
    assert flipped_byte(bytes(changed), *known(data)) == offset % len(data)


def test_of_several_changed_bytes_or_another_length_nothing_is_said() -> None:
    data = bytes(at * at % 241 for at in range(2 * MODULUS))
    several = bytearray(data)
    for offset in (5, 900, 70_000):
        several[offset] ^= 0x11
    for changed in (bytes(several), data[:-1], data + b"1", data):
        assert flipped_byte(changed, *known(data)) is None
