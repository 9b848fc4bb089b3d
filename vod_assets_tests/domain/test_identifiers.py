"""Identifiers are kept in one spelling, and a mistyped one is found by its check character."""

import pytest

from vod_assets.domain.identifiers import eidr, isan


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("10.5240/7791-8534-2C23-9030-8610-5", "10.5240/7791-8534-2C23-9030-8610-5"),
        ("https://doi.org/10.5240/ea73-79d7-1b2b-b378-3a73-m", "10.5240/EA73-79D7-1B2B-B378-3A73-M"),
    ],
)
def test_an_eidr_is_written_in_one_way(text: str, kept: str) -> None:
    assert eidr(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ISAN 0000-0000-9E59-0000-O-0000-0000-2", "0000-0000-9E59-0000-O-0000-0000-2"),
        ("000000018CFA0000", "0000-0001-8CFA-0000"),
        ("000000018CFA0000I", "0000-0001-8CFA-0000-I"),
        ("000000018CFA000000000000", "0000-0001-8CFA-0000-0000-0000"),
        ("000000018CFA0000I00000000K", "0000-0001-8CFA-0000-I-0000-0000-K"),
    ],
)
def test_an_isan_gets_its_dashes(text: str, kept: str) -> None:
    assert isan(text) == kept


@pytest.mark.parametrize("text", ["10.5240/7791-8534-2C23-9030-8610-6", "10.5240/7791-8534-2C23-9030-8601-5"])
def test_a_mistyped_eidr_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is mistyped: its check character is"):
        eidr(text)


@pytest.mark.parametrize("text", ["", "10.5239/7791-8534-2C23-9030-8610-5", "10.5240/7791-8534-2C23-9030-8610-5-1"])
def test_what_is_no_eidr_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no EIDR"):
        eidr(text)


@pytest.mark.parametrize("text", ["0000-0000-9E59", "0000-0000-9E59-000G", "ISAN"])
def test_what_is_no_isan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no ISAN"):
        isan(text)


def test_a_mistyped_isan_is_named() -> None:
    with pytest.raises(ValueError, match="its check character is P and would be O"):
        isan("0000-0000-9E59-0000-P-0000-0000-2")
