"""Whichever way leads to a file of an Isilon, it has one address."""

import pytest

from vod_assets.domain.isilon import Isilon, Protocol

ONE = "smb://isilon.example/mezz/a%20b/film.mov"


def isilon(protocol: Protocol = "smb") -> Isilon:
    aliases = frozenset({"10.1.2.3"})
    return Isilon("Isilon.example", "mezz", protocol, "/mnt/is ilon", "/ifs/data/mezz", aliases)


@pytest.mark.parametrize(
    "address",
    [
        ONE,
        "smb://10.1.2.3/mezz/a%20b/film.mov",
        "smb://isilon.example/MEZZ/a%20b/film.mov",
        "ftp://isilon.example/ifs/data/mezz/a%20b/film.mov",
        "ftps://10.1.2.3:2121/ifs/data/mezz/a%20b/film.mov",
        "file:///mnt/is%20ilon/a%20b/film.mov",
    ],
)
def test_every_view_has_one_address(address: str) -> None:
    assert isilon().canonical(address) == ONE


@pytest.mark.parametrize(
    "address",
    [
        "smb://other.example/mezz/film.mov",
        "smb://isilon.example/mezz2/film.mov",
        "ftp://isilon.example/ifs/data/mezz2/film.mov",
        "file:///mnt/is%20ilon2/film.mov",
        "s3://mezz/film.mov",
    ],
)
def test_what_lies_elsewhere_keeps_its_address(address: str) -> None:
    assert isilon().canonical(address) == address
    assert isilon("mount").reached(address) == address


@pytest.mark.parametrize(
    ("protocol", "address"),
    [
        ("smb", ONE),
        ("mount", "file:///mnt/is%20ilon/a%20b/film.mov"),
        ("ftp", "ftp://isilon.example/ifs/data/mezz/a%20b/film.mov"),
        ("ftps", "ftps://isilon.example/ifs/data/mezz/a%20b/film.mov"),
    ],
)
def test_a_machine_reads_by_its_own_protocol(protocol: Protocol, address: str) -> None:
    assert isilon(protocol).reached(ONE) == address
    assert isilon(protocol).canonical(address) == ONE
