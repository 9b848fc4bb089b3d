"""What was seen of watched places, and what became of it: one SQLite file in VOD_HOME.

Names are kept as bytes, in whose order every storage walks, so a page of a listing is compared with one range of rows.
What is decided in a tick counts once Dagster has kept that tick's cursor: the next tick confirms it, or takes it back.
"""

import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from vod_assets.adapters.watch import naming
from vod_assets.domain.arrivals import Sighting
from vod_assets.domain.errors import StoreError
from vod_assets.domain.looks import TAKEN, VANISHED, Outcome
from vod_assets.domain.named_files import Naming, composed, is_title_file, naming_of
from vod_assets.ports.blobs import Blob

PATIENCE_SECONDS = 20.0
ARCHIVED = "+archived"
SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    place TEXT, name BLOB, size INTEGER, version TEXT, modified REAL, since REAL, PRIMARY KEY (place, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS due (place TEXT, family BLOB, PRIMARY KEY (place, family)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (
    place TEXT, name BLOB, token TEXT, state TEXT, reason TEXT, title TEXT, address TEXT, sha256 TEXT, sidecars TEXT,
    version TEXT, PRIMARY KEY (place, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_by_bytes ON deliveries (sha256);
CREATE INDEX IF NOT EXISTS deliveries_by_address ON deliveries (address);
CREATE TABLE IF NOT EXISTS staged (
    place TEXT, ticket TEXT, name BLOB, token TEXT, state TEXT, reason TEXT, title TEXT, address TEXT, sha256 TEXT,
    sidecars TEXT, version TEXT
);
"""
SAME_FILE = "place != ? AND sha256 = ? AND sidecars = ? AND address = ? AND state = ?"


@dataclass(frozen=True)
class Compared:
    """What a page of a listing changed: families of names that came, went or changed, and mezzanines that went."""

    families: frozenset[bytes]
    gone: tuple[Outcome, ...] = ()


class Ledger:
    """The memory of one place; every method is one transaction, and all are called by one thread.

    Args:
        path: The file; it is made when it is first used.
        key: The place's name.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = path, key
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def compare(
        self, page: Sequence[Blob], after: str, now: float, *, is_last: bool = False, unread: Collection[str] = ()
    ) -> Compared:
        """Keep what a page of a listing says.

        Args:
            page: In the order of the names' bytes.
            after: The name before the page's first; empty for the first page.
            now: When it was listed.
            is_last: Whether nothing comes after this page.
            unread: Folders that were passed over: what is known of them stays.
        """
        with self._transaction() as rows:
            return self._compared(rows, self._known(rows, after, page, is_last=is_last, unread=unread), page, now)

    def compare_family(self, family: bytes, found: Sequence[Blob], now: float) -> Compared:
        """Keep what is there of a family now; it is due afterwards, changed or not: whoever asks was told of it.

        Args:
            family: As `due` returns it.
            found: Its files whose names have an ending.
            now: When they were listed.
        """
        query = "SELECT name, size, version FROM files WHERE place = ? AND name >= ? AND name < ?"
        with self._transaction() as rows:
            known = {
                name: (size, version)
                for start in spellings(family)
                for name, size, version in rows.execute(query, (self.key, start + b".", start + b"/"))
                if family_of(name) == family
            }
            rows.execute("INSERT OR IGNORE INTO due VALUES (?, ?)", (self.key, family))
            return self._compared(rows, known, found, now)

    def _compared(
        self, rows: sqlite3.Connection, known: dict[bytes, tuple[int, str]], found: Sequence[Blob], now: float
    ) -> Compared:
        """Keep what was found in place of what was known of it, which is used up."""
        changed: list[tuple[str, bytes, int, str, float, float]] = []
        for blob in found:
            name = blob.name.encode(errors="surrogateescape")
            before = known.pop(name, None)
            version = self.version_of(blob)
            if before is None or before[1] != version or before[0] != blob.size_bytes:
                changed.append((self.key, name, blob.size_bytes, version, blob.modified_at, now))
        families = {family_of(row[1]) for row in changed} | {family_of(name) for name in known}
        if not families:
            return Compared(frozenset())
        rows.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", changed)
        rows.executemany("DELETE FROM files WHERE place = ? AND name = ?", [(self.key, name) for name in known])
        rows.executemany("INSERT OR IGNORE INTO due VALUES (?, ?)", [(self.key, one) for one in families])
        naming.note(rows, self.key, filter(_names_others, [*(row[1] for row in changed), *known]), families)
        return Compared(frozenset(families), tuple(self._gone(rows, known)))

    @staticmethod
    def version_of(blob: Blob) -> str:
        """Return a file's version as it is kept."""
        return blob.version + ARCHIVED if blob.is_archived else blob.version

    def due(self, after: bytes = b"", most: int = 1000) -> list[bytes]:
        """Return families that something is to be decided about, in their order."""
        with self._transaction() as rows:
            query = "SELECT family FROM due WHERE place = ? AND family > ? ORDER BY family LIMIT ?"
            return [row[0] for row in rows.execute(query, (self.key, after, most))]

    def settle(self, family: bytes) -> None:
        """Decide nothing more about a family until one of its files changes."""
        with self._transaction() as rows:
            rows.execute("DELETE FROM due WHERE place = ? AND family = ?", (self.key, family))

    def make_due(self, folder: bytes) -> None:
        """Have everything decided anew about a folder; see `vod_assets.ports.arrivals.Watcher`."""
        query = "SELECT name FROM deliveries WHERE place = ? AND name >= ? AND state = ?"
        query, ends = (query + " AND name < ?", (folder[:-1] + b"0",)) if folder else (query, ())
        with self._transaction() as rows:
            names = [name for (name,) in rows.execute(query, (self.key, folder, TAKEN, *ends))]
            families = {family_of(name) for name in names if b"/" not in name.removeprefix(folder)}
            rows.executemany("INSERT OR IGNORE INTO due VALUES (?, ?)", [(self.key, one) for one in families])

    def sightings(self, family: bytes, looked_at: float) -> list[Sighting]:
        """Return the files of a family.

        Args:
            family: As `due` returns it.
            looked_at: When the last complete look began: what is known from before was found unchanged by it.
        """
        query = "SELECT name, size, version, modified, since FROM files WHERE place = ? AND name >= ? AND name < ?"
        with self._transaction() as rows:
            found = [
                row
                for start in spellings(family)
                for row in rows.execute(query, (self.key, start, start + b"/"))
                if family_of(row[0]) == family
            ]
        return [_sighting(row, looked_at) for row in found]

    def unread_title_files(self, most: int = 1000) -> list[str]:
        """Return title files that came, went or changed since they were read."""
        with self._transaction() as rows:
            return [_text(name) for name in naming.unread(rows, self.key, most)]

    def keep_named(self, title_file: str, files: Sequence[str] | None) -> None:
        """Keep which files a title file names; see `vod_assets.ports.arrivals.Watcher`."""
        known = [_bytes(composed(file)) for file in files] if files is not None else None
        own = _bytes(title_file)
        found = [(name, family_of(name)) for name in known] if known is not None else None
        with self._transaction() as rows:
            naming.keep(rows, self.key, (own, family_of(own)), found)

    def naming(self, family: bytes, looked_at: float) -> Naming[Sighting]:
        """Return what the title files of a family name, and which name one of its files."""
        with self._transaction() as rows:
            found = naming.about(rows, self.key, family)
            unread = naming.unread_beside(rows, self.key, family)
        there = {seen.name: seen for one in {row[2] for row in found} for seen in self.sightings(one, looked_at)}
        return replace(naming_of(_by_first(found), there), unread=frozenset(map(_text, unread)))

    def named(self) -> dict[str, list[str]]:
        """Return which files each title file names."""
        with self._transaction() as rows:
            return _by_first(naming.everything(rows, self.key))

    def since(self) -> dict[str, tuple[int, str, float]]:
        """Return size, version and first look of every file."""
        with self._transaction() as rows:
            query = "SELECT name, size, version, since FROM files WHERE place = ?"
            return {_text(row[0]): (row[1], row[2], row[3]) for row in rows.execute(query, (self.key,))}

    def outcome(self, name: str) -> Outcome | None:
        """Return what became of a delivery."""
        with self._transaction() as rows:
            query = "SELECT * FROM deliveries WHERE place = ? AND name = ?"
            row = rows.execute(query, (self.key, _bytes(name))).fetchone()
        return _outcome(row[1:]) if row else None

    def outcomes(self) -> list[Outcome]:
        """Return what became of every delivery."""
        with self._transaction() as rows:
            return [_outcome(row[1:]) for row in rows.execute("SELECT * FROM deliveries WHERE place = ?", (self.key,))]

    def owner(self, sha256: str, title: str) -> Outcome | None:
        """Return the delivery of another title with the same bytes, in any place; of this tick, too."""
        with self._transaction() as rows:
            for table, skipped in (("deliveries", 1), ("staged", 2)):
                query = f"SELECT * FROM {table} WHERE sha256 = ? AND state = ? AND title != ? LIMIT 1"  # noqa: S608
                if row := rows.execute(query, (sha256, TAKEN, title)).fetchone():
                    return _outcome(row[skipped:])
        return None

    def keep(self, outcome: Outcome) -> None:
        """Keep an outcome that asks nothing of Dagster."""
        with self._transaction() as rows:
            self._keep(rows, outcome)

    def twin(self, outcome: Outcome) -> Outcome | None:
        """Return what was taken of the same file from another place; see `vod_assets.ports.arrivals.Watcher`."""
        with self._transaction() as rows:
            row = rows.execute(f"SELECT * FROM deliveries WHERE {SAME_FILE}", self._same_file(outcome)).fetchone()  # noqa: S608
        return _outcome(row[1:]) if row else None

    def stage(self, outcome: Outcome, ticket: str) -> bool:
        """Keep an outcome until its tick is confirmed; see `vod_assets.ports.arrivals.Watcher`."""
        same, marks = self._same_file(outcome), ", ".join("?" * 11)
        unseen = " AND ".join(f"NOT EXISTS (SELECT 1 FROM {one} WHERE {SAME_FILE})" for one in ("staged", "deliveries"))  # noqa: S608
        with self._transaction() as rows:  # in one statement: sensors of several places work at once
            query = f"INSERT INTO staged SELECT {marks} WHERE {unseen}"
            return rows.execute(query, (self.key, ticket, *_row(outcome), *same, *same)).rowcount == 1

    def _same_file(self, outcome: Outcome) -> tuple[str, ...]:
        return self.key, outcome.sha256, outcome.sidecars, outcome.address, TAKEN

    def confirm(self, ticket: str) -> None:
        """Keep what the tick of a ticket staged; what another staged has come to nothing and is decided anew."""
        with self._transaction() as rows:
            staged = rows.execute("SELECT * FROM staged WHERE place = ?", (self.key,)).fetchall()
            for row in staged:
                if row[1] == ticket:
                    self._keep(rows, _outcome(row[2:]))
                    self._tell_others(rows, _outcome(row[2:]))
                else:
                    rows.execute("INSERT OR IGNORE INTO due VALUES (?, ?)", (self.key, family_of(row[2])))
            rows.execute("DELETE FROM staged WHERE place = ?", (self.key,))

    def _known(
        self, rows: sqlite3.Connection, after: str, page: Sequence[Blob], *, is_last: bool, unread: Collection[str]
    ) -> dict[bytes, tuple[int, str]]:
        query = "SELECT name, size, version FROM files WHERE place = ? AND name > ?"
        if is_last:
            found = rows.execute(query, (self.key, _bytes(after)))
        else:
            found = rows.execute(query + " AND name <= ?", (self.key, _bytes(after), _bytes(page[-1].name)))
        unseen = tuple(map(_bytes, unread))
        return {name: (size, version) for name, size, version in found if not name.startswith(unseen)}

    def _gone(self, rows: sqlite3.Connection, names: Iterable[bytes]) -> Iterator[Outcome]:
        for name in names:
            query = "SELECT * FROM deliveries WHERE place = ? AND name = ?"
            if row := rows.execute(query, (self.key, name)).fetchone():
                before = _outcome(row[1:])
                if before.is_a_version:
                    gone = replace(before, state=VANISHED, reason="its source is gone; nothing was unpublished")
                    self._keep(rows, gone)
                    yield gone
                else:
                    rows.execute("DELETE FROM deliveries WHERE place = ? AND name = ?", (self.key, name))

    def _keep(self, rows: sqlite3.Connection, outcome: Outcome) -> None:
        marks = ", ".join("?" * 10)
        rows.execute(f"INSERT OR REPLACE INTO deliveries VALUES ({marks})", (self.key, *_row(outcome)))  # noqa: S608

    def _tell_others(self, rows: sqlite3.Connection, taken: Outcome) -> None:
        """Give other places that show the same file the version that its title has now."""
        query = (
            "UPDATE deliveries SET sha256 = ?, sidecars = ?, version = ? WHERE place != ? AND address = ? AND state = ?"
        )
        rows.execute(query, (taken.sha256, taken.sidecars, taken.version, self.key, taken.address, TAKEN))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            rows = self._opened()
            with rows:
                yield rows
        except (OSError, sqlite3.Error) as error:
            raise StoreError("store_failed", f"{self.path} cannot be used: {error}", "Check VOD_HOME") from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, timeout=PATIENCE_SECONDS)
            self._connection.executescript(
                f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {SCHEMA}{naming.SCHEMA}"
            )
        return self._connection


def family_of(name: bytes) -> bytes:
    """Return what the names of all files of a title have in common: `vod_assets.domain.arrivals.family`, in bytes."""
    folder, slash, last = name.rpartition(b"/")
    first = folder + slash + last.partition(b".")[0]
    if first.isascii():
        return first
    return _bytes(unicodedata.normalize("NFC", _text(first)))


def spellings(family: bytes) -> set[bytes]:
    """Return the ways in which a family may be written: accents composed and decomposed (macOS)."""
    if family.isascii():
        return {family}
    return {family, _bytes(unicodedata.normalize("NFD", _text(family)))}


def _sighting(row: tuple[bytes, int, str, float, float], looked_at: float) -> Sighting:
    name, size, version, modified, since = row
    return Sighting(
        _text(name), size, modified, version, max(0.0, looked_at - since), is_archived=version.endswith(ARCHIVED)
    )


def _row(outcome: Outcome) -> tuple[object, ...]:
    return (
        _bytes(outcome.name),
        outcome.token,
        outcome.state,
        outcome.reason,
        outcome.title,
        outcome.address,
        outcome.sha256,
        outcome.sidecars,
        outcome.version,
    )


def _outcome(row: Sequence[object]) -> Outcome:
    name, *others = row
    assert isinstance(name, bytes)  # noqa: S101 - for the type checker
    return Outcome(_text(name), *map(str, others))


def _names_others(name: bytes) -> bool:
    return name.lower().endswith(naming.COMPOSITIONS) or is_title_file(_text(name))


def _by_first(rows: Iterable[Sequence[bytes]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for title_file, file, *_ in rows:
        found.setdefault(_text(title_file), []).append(_text(file))
    return found


def _bytes(name: str) -> bytes:
    return name.encode(errors="surrogateescape")


def _text(name: bytes) -> str:
    return name.decode(errors="surrogateescape")
