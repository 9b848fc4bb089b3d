"""Where two files differ is said to the byte, however they lie in blocks."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.byte_difference import ByteDifference, byte_difference


def blocks(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 4] for at in range(0, len(data), 4))


def found(released: bytes, there: bytes, enough: int = 100) -> ByteDifference | None:
    return byte_difference(blocks(released), blocks(there), enough)


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (b"0123456x89", "1 byte differs, at offset 7"),
        (b"0xxxxx6789", "5 bytes differ, from offset 1 on"),
        (b"x12xx5678x", "4 bytes differ, the first 1 in a row from offset 0 on"),
        (b"01234", "5 bytes differ, from offset 5 on"),
        (b"0123456789ab", "2 bytes differ, from offset 10 on"),
        (b"", "10 bytes differ, from offset 0 on"),
    ],
)
def test_it_says_where_and_how_many(there: bytes, said: str) -> None:
    assert str(found(b"0123456x89".replace(b"x", b"7"), there)) == said


def test_it_stops_counting_when_it_is_enough() -> None:
    assert str(found(b"0" * 50, b"00" + b"1" * 48, 9)) == "more than 9 bytes differ, from offset 2 on"


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_it_is_what_comparing_byte_by_byte_gives(released: bytes, there: bytes) -> None:
    length = max(len(released), len(there))
    differing = [at for at in range(length) if released[at : at + 1] != there[at : at + 1]]
    difference = found(released, there)
    if not differing:
        assert difference is None
        return
    run = next((n for n, at in enumerate(differing) if at != differing[0] + n), len(differing))
    assert difference == ByteDifference(differing[0], run, len(differing))
