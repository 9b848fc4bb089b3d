"""Territories are countries of ISO 3166-1, as people write them."""

import pytest

from vod_assets.domain.territories import COUNTRIES, Territories, viewer_country


@pytest.mark.parametrize(
    ("said", "allow", "deny"),
    [
        (["de", "AUT", "DE"], ("AT", "DE"), ()),
        ("DE; AT CH", ("AT", "CH", "DE"), ()),
        ({"deny": "us,ca"}, (), ("CA", "US")),
        ({"allow": ["ALL"], "deny": ["none"]}, (), ()),
        ({"deny": "*"}, (), ("ALL",)),
    ],
)
def test_territories_are_read_as_people_write_them(said: object, allow: tuple[str, ...], deny: tuple[str, ...]) -> None:
    """A list alone is what is allowed; two or three letters; stored by two, in order."""
    read = Territories.model_validate(said)
    assert (read.allow, read.deny) == (allow, deny)


def test_what_is_denied_beats_what_is_allowed() -> None:
    """And an unknown country is let in only where nothing restricts any."""
    read = Territories(allow=("DE", "US"), deny=("US",))
    assert (read.countries, read.let_in("US"), read.let_in("")) == (frozenset({"DE"}), False, False)
    assert not Territories(deny=("US",)).let_in("")
    assert Territories().let_in("")
    assert Territories(deny=("US",)).countries == frozenset(COUNTRIES) - {"US"}


@pytest.mark.parametrize(
    ("text", "code"), [(" de ", "DE"), ("XK", "XK"), ("XX", ""), ("T1", ""), (None, ""), ("EU", "")]
)
def test_where_a_viewer_is_may_be_unknown(text: str | None, code: str) -> None:
    """CDNs send codes that are no country's."""
    assert viewer_country(text) == code
