"""The rows of a CMS, asked for by REST or by GraphQL: found, listed, made once, changed and removed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vod_assets.adapters.cms import faults
from vod_assets.adapters.cms.calls import Answer, CmsServer
from vod_assets.adapters.cms.described import Call, Rows
from vod_assets.adapters.cms.filling import dotted, pointed

PAGE = 200  # rows
MOST_PAGES = 10_000
AT_ONCE = 50  # keys in one question: they stand in an address
Row = Mapping[str, Any]


class Conflict(Exception):  # noqa: N818 - it is an answer
    """The CMS has a row of that key already, or another one than was read."""


class Asking(Protocol):
    """Puts a question to a CMS once."""

    def __call__(self, server: CmsServer, call: Call, values: Row, etag: str = "") -> Answer | None:
        """Return the answer; None when it says that there is no such row.

        Raises:
            Conflict: There is one already.
            ConfigError: ``cms_denied``, ``cms_refused``.
            RemoteError: ``cms_answer_bad``.
            Passing: Asking again may help.
        """
        ...


@dataclass(frozen=True)
class Found:
    """A row and its entity tag."""

    row: Row
    etag: str = ""


@dataclass(frozen=True)
class Table:
    """One kind of rows."""

    server: CmsServer
    rows: Rows
    ask: Asking

    def one(self, key: str) -> Found | None:
        """Return the row of a key."""
        return self.server.patiently(lambda: self._one(key))

    def many(self, keys: Collection[str]) -> list[Row]:
        """Return the rows of keys, in no order; those that are not there are left out."""
        call, wanted = self.rows.many, sorted(keys)
        if call is None:
            return [found.row for found in map(self.one, wanted) if found is not None]
        batches = (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))
        return [row for batch in batches for row in self._asked(call, {"keys": batch, "limit": AT_ONCE})]

    def keys(self, **values: str) -> Iterator[str]:
        """Yield the keys of all rows, asked for page by page."""
        call = self.rows.all
        for page in range(MOST_PAGES):
            rows = self._asked(call, {**values, "limit": PAGE, "offset": page * PAGE, "page": page + 1})
            yield from (str(key) for row in rows if (key := dotted(row, self.rows.key)) is not None)
            if len(rows) < PAGE or not any(place in call.places for place in ("{offset}", "{page}")):
                return

    def create(self, key: str, row: Row, values: Row) -> bool:
        """Make a row; return False when there is one of that key, whoever made it.

        A request that was cut off may have made it: it is looked for before it is made again.
        """
        tried: list[bool] = []

        def make() -> bool:
            if tried and self._one(key) is not None:
                return False
            tried.append(True)
            try:
                self.ask(self.server, self.rows.create, {**values, "key": key, "row": row})
            except Conflict:
                return False
            return True

        return self.server.patiently(make)

    def update(self, key: str, row: Row, values: Row, etag: str = "") -> bool:
        """Change a row; return False when it is gone, or no longer the one that may be changed."""
        call = self.rows.update

        def change() -> bool:
            try:
                answer = self.ask(self.server, call, {**values, "key": key, "row": row}, etag if call.if_match else "")
            except Conflict:
                return False
            return answer is not None and (not call.fenced or bool(self._rows(call, answer)))

        return self.server.patiently(change)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove rows, those that there are."""
        call = self.rows.remove
        batches = [list(keys)] if "{keys}" in call.places else [[key] for key in keys]
        for batch in (one for one in batches if one):
            values = {"keys": batch, "key": batch[0]}
            self.server.patiently(lambda values=values: self.ask(self.server, call, values))  # type: ignore[misc]

    def _one(self, key: str) -> Found | None:
        answer = self.ask(self.server, self.rows.one, {"key": key})
        rows = self._rows(self.rows.one, answer)
        return Found(rows[0], answer.etag) if answer is not None and rows else None

    def _asked(self, call: Call, values: Row) -> list[Row]:
        return self.server.patiently(lambda: self._rows(call, self.ask(self.server, call, values)))

    def _rows(self, call: Call, answer: Answer | None) -> list[Row]:
        if answer is None:
            return []
        found = pointed(answer.document, call.found)
        if found is None and answer.document is None:
            said = self.server.words(answer)
            raise faults.answer_bad(self.server.host, f"no JSON, but “{said}”" if said else "no JSON")
        rows = found if isinstance(found, list) else [] if found is None else [found]
        if any(not isinstance(row, Mapping) for row in rows):
            raise faults.answer_bad(self.server.host, f"what is at {call.found or 'the top'} of it is no row")
        return rows
