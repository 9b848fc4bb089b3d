"""A CDN of two parts: what makes the edge forget, and the table by which it decides who may fetch what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from vod_assets.domain.cache_keys import checked_paths
from vod_assets.domain.edge_rules import Row, table_of
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.policy import Policy


class Purger(Protocol):
    """Makes the edge forget."""

    def purge(self, paths: Sequence[str]) -> str:
        """Have the edge forget what it keeps under paths, and return what the CDN calls the request."""
        ...

    def state(self) -> str:
        """Return in a few words what is there; it changes nothing."""
        ...


class EdgeTable(Protocol):
    """The table that the edge reads, as items of text.

    Attributes:
        name: Where it is.
        longest: Bytes that an item may have.
    """

    name: str
    longest: int

    def texts(self, table: Mapping[str, Row]) -> Mapping[str, str]:
        """Return rows as the items that the edge reads: a title has one, or several where items are short."""
        ...

    def items(self) -> Mapping[str, str]:
        """Return every item that is there."""
        ...

    def put(self, items: Mapping[str, str]) -> None:
        """Write items; others stay."""
        ...

    def remove(self, names: Sequence[str]) -> None:
        """Take items away; those that are not there are no fault."""
        ...


@dataclass(frozen=True)
class Difference:
    """What a table at the edge differs in from what it should be."""

    missing: Mapping[str, str]
    left_over: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.left_over)


@dataclass
class EdgeCdn:
    """A CDN.

    Attributes:
        address: As the setting names it: ``cloudfront:E2QWRUHAPOMQZL``.
        purger: What makes it forget.
        table: What it decides by; None where nothing of the kind is set up.
    """

    address: str
    purger: Purger
    table: EdgeTable | None = None

    def invalidate(self, paths: Sequence[str]) -> str:
        """Have the edge forget what it keeps under paths, and return what the CDN calls the request.

        Raises:
            ConfigError: ``cdn_path_bad``, ``cdn_denied``.
            RemoteError: ``cdn_failed``.
        """
        wanted = checked_paths(paths)
        return self.purger.purge(wanted) if wanted else ""

    def put_rule(self, title: str, policy: Policy, *, taken_down: bool) -> None:
        """Tell the edge who may fetch a title from now on; without a table there is nobody to tell.

        Raises:
            ConfigError: ``cdn_rule_too_long``, ``cdn_denied``.
            RemoteError: ``cdn_failed``.
        """
        if self.table is not None:
            row = table_of({title: policy}, {title} if taken_down else ())
            self.table.put(self._texts(self.table, row))

    def difference(self, table: Mapping[str, Row]) -> Difference:
        """Return what the edge's table lacks or has differently, and what it has too much.

        Raises:
            ConfigError: ``cdn_rule_too_long``, ``cdn_denied``; ``bad_setting``: there is no table.
            RemoteError: ``cdn_failed``.
        """
        edge = self._required()
        wanted, held = self._texts(edge, table), edge.items()
        missing = {name: text for name, text in wanted.items() if held.get(name) != text}
        return Difference(missing, sorted(held.keys() - wanted.keys()))

    def push(self, difference: Difference) -> None:
        """Have the edge's table differ no more; what was done before an error stays done.

        Raises:
            ConfigError: As above.
            RemoteError: As above.
        """
        edge = self._required()
        edge.put(difference.missing)
        edge.remove(difference.left_over)

    def _required(self) -> EdgeTable:
        if self.table is None:
            cause = f"VOD_CDN_RULES is empty, so {self.address} has no table of rules"
            raise ConfigError("bad_setting", cause, "Name the table at the CDN; docs/cdn.md")
        return self.table

    def _texts(self, edge: EdgeTable, table: Mapping[str, Row]) -> Mapping[str, str]:
        """Return rows as items; one that is too long is told of before any is written."""
        found = edge.texts(table)
        for name, text in found.items():
            if len(text.encode()) > edge.longest:
                cause = f"its rule has {len(text.encode())} bytes, and {edge.name} takes {edge.longest}"
                raise ConfigError("cdn_rule_too_long", cause, "Have fewer windows or shorter lists of countries", name)
        return found
