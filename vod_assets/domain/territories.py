"""Territories: in which countries (ISO 3166-1) something may be seen."""

from collections.abc import Iterable
from typing import Annotated, Self

from iso3166 import countries_by_alpha2, countries_by_alpha3
from pydantic import Field, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import printable

COUNTRIES = tuple(sorted(countries_by_alpha2))  # with XK (Kosovo), a code that users assigned and CDNs send
EVERYWHERE, NOWHERE = "ALL", "NONE"  # as in Media RSS; no country is called so
MOST_COUNTRIES = 300
_USUAL = {"UK": "GB", "EL": "GR"}  # what people write, and the code that they mean


def country_code(text: object) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country; three letters (``DEU``) are understood.

    Raises:
        ValueError: There is no such code.
    """
    word = text.strip().upper() if isinstance(text, str) else ""
    if word in countries_by_alpha2:
        return word
    if word in countries_by_alpha3:
        return str(countries_by_alpha3[word].alpha2)
    meant = f"write {_USUAL[word]}" if word in _USUAL else "write two letters of ISO 3166-1: DE, GB, US"
    raise ValueError(f"“{printable(str(text))[:20]}” is no country: {meant}")


def viewer_country(text: str | None) -> str:
    """Return the code of the country that somebody is in; empty when that is unknown or no country (``XX``, ``T1``)."""
    word = (text or "").strip().upper()
    return word if word in countries_by_alpha2 else ""


class Territories(Document):
    """Countries that something may be seen in; a list alone is what is allowed.

    Attributes:
        allow: Nowhere else; empty: everywhere that is not denied; ``NONE``: nowhere.
        deny: Not there, whatever is allowed; ``ALL``: nowhere.
    """

    allow: Annotated[tuple[str, ...], Field(max_length=MOST_COUNTRIES)] = ()
    deny: Annotated[tuple[str, ...], Field(max_length=MOST_COUNTRIES)] = ()

    @model_validator(mode="before")
    @classmethod
    def _of_list(cls, value: object) -> object:
        return {"allow": value} if isinstance(value, (str, list, tuple)) else value

    @field_validator("allow", "deny", mode="before")
    @classmethod
    def _are_countries(cls, value: object) -> object:
        words = value.replace(",", " ").replace(";", " ").split() if isinstance(value, str) else value
        if not isinstance(words, (list, tuple)) or len(words) > MOST_COUNTRIES:
            return words  # pydantic says what is wrong
        told = [word.strip().upper() if isinstance(word, str) else "" for word in words]
        if len(told) == 1 and told[0] in (EVERYWHERE, "*", NOWHERE):
            return [NOWHERE if told[0] == NOWHERE else EVERYWHERE]
        return sorted({country_code(word) for word in words})

    @model_validator(mode="after")
    def _without_empty_words(self) -> Self:
        """Allowed everywhere and denied nowhere are no restrictions."""
        if self.allow == (EVERYWHERE,) or self.deny == (NOWHERE,):
            allow = () if self.allow == (EVERYWHERE,) else self.allow
            return self.model_copy(update={"allow": allow, "deny": () if self.deny == (NOWHERE,) else self.deny})
        return self

    @property
    def restricts(self) -> bool:
        """Whether it matters where somebody is."""
        return bool(self.allow or self.deny)

    def let_in(self, country: str) -> bool:
        """Whether a viewer is let in; an unknown country (empty) only where nothing restricts any."""
        if not self.restricts:
            return True
        return bool(country) and self._lets(country)

    @property
    def countries(self) -> frozenset[str]:
        """Every country that is let in."""
        return frozenset(country for country in COUNTRIES if self._lets(country))

    def _lets(self, country: str) -> bool:
        return country not in self.deny and EVERYWHERE not in self.deny and (not self.allow or country in self.allow)

    def __str__(self) -> str:
        allowed = f"in {named(self.allow)}" if self.allow else "everywhere"
        return f"{allowed} but {named(self.deny)}" if self.deny else allowed


def named(countries: Iterable[str], most: int = 12) -> str:
    """Return countries in one text of bounded length."""
    words = list(countries)
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")
