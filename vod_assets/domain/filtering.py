"""Which titles are meant: ``profile=default owner=uhd-*`` and the like."""

import shlex
from collections.abc import Callable, Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.title import TitleRecord

KEYS = ("title", "profile", "owner", "state", "series")
POLICY = "policy"
ValuesOf = Callable[[str], Collection[str]]


@dataclass(frozen=True)
class Term:
    """One demand.

    Attributes:
        key: What of a title is looked at.
        patterns: What it may be; ``*`` and ``?`` stand for others.
        is_negated: Whether it must be none of these instead.
    """

    key: str
    patterns: tuple[str, ...]
    is_negated: bool = False

    def fits(self, values: Collection[str]) -> bool:
        """Whether a title with these values is meant."""
        found = any(fnmatchcase(value, pattern) for value in values or ("",) for pattern in self.patterns)
        return found is not self.is_negated


@dataclass(frozen=True)
class Filter:
    """Several demands, all of which must hold; without any, every title is meant."""

    terms: tuple[Term, ...] = ()

    def fits(self, values_of: ValuesOf) -> bool:
        """Whether a title is meant; what the first demands refuse is not asked any further."""
        return all(term.fits(values_of(term.key)) for term in self.terms)

    def names(self, key: str, value: str) -> bool:
        """Whether a value is asked for in so many words."""
        return any(term.key == key and not term.is_negated and value in term.patterns for term in self.terms)


def read_filter(text: str) -> Filter:
    """Return the filter that a person has written.

    >>> read_filter("owner=news,sport-* policy.countries!=DE").terms[1]
    Term(key='policy.countries', patterns=('DE',), is_negated=True)

    Raises:
        ConfigError: ``bad_filter``.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise _bad(text, f"it cannot be read: {error}".lower()) from error
    return Filter(tuple(_term(word) for word in words))


def values_of(record: TitleRecord, key: str) -> Collection[str]:
    """Return what a title's record says about a key."""
    if key == "title":
        return (record.title_id,)
    if key == POLICY or key.startswith(f"{POLICY}."):
        return _leaves(_below(record.effective_policy, key.split(".")[1:]))
    return (str(getattr(record, key)),)


def _term(word: str) -> Term:
    key, equals, patterns = word.partition("=")
    is_negated = key.endswith("!")
    key = key.removesuffix("!")
    if not equals:
        raise _bad(word, "a demand has a “=”")
    if key not in KEYS and key.partition(".")[0] != POLICY:
        raise _bad(word, f"there is no “{printable(key)}”; there are {', '.join(KEYS)} and {POLICY}.…")
    return Term(key, tuple(patterns.split(",")), is_negated)


def _below(policy: object, path: list[str]) -> object:
    for part in path:
        policy = policy.get(part) if isinstance(policy, dict) else None
    return policy


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for below in value.values() for leaf in _leaves(below)]
    if isinstance(value, (list, tuple)):
        return [leaf for below in value for leaf in _leaves(below)]
    return [] if value is None else [str(value).lower() if isinstance(value, bool) else str(value)]


def _bad(text: str, cause: str) -> ConfigError:
    remedy = "Write it as in: --where 'profile=default owner=uhd-*'"
    return ConfigError("bad_filter", f"“{printable(text)[:80]}” filters no titles: {cause}", remedy)
