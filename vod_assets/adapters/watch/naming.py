"""What title files name, beside what was seen: whose turn it is when a part comes, and which must be read (again)."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence

SCHEMA = """
CREATE TABLE IF NOT EXISTS named (
    place TEXT, title_file BLOB, owner BLOB, file BLOB, family BLOB, PRIMARY KEY (place, title_file, file)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS named_by_family ON named (place, family);
CREATE TABLE IF NOT EXISTS unread (
    place TEXT, folder BLOB, name BLOB, PRIMARY KEY (place, folder, name)
) WITHOUT ROWID;
"""
COMPOSITIONS = b".xml"  # a title file names them, and they name more


def note(rows: sqlite3.Connection, place: str, names: Iterable[bytes], families: Collection[bytes]) -> None:
    """Have title files read that came, went or changed, and titles decided anew whose parts did.

    Args:
        rows: The memory, in a transaction.
        place: Whose.
        names: Title files and compositions that came, went or changed.
        families: Those of all files that did.
    """
    owners = "INSERT OR IGNORE INTO due SELECT DISTINCT place, owner FROM named WHERE place = ? AND family = ?"
    rows.executemany(owners, [(place, family) for family in families])
    for name in names:
        if name.lower().endswith(COMPOSITIONS):
            query = "SELECT DISTINCT title_file FROM named WHERE place = ? AND file = ?"
            found = [row[0] for row in rows.execute(query, (place, name))]
        else:
            found = [name]
        unread = [(place, one.rpartition(b"/")[0], one) for one in found]
        rows.executemany("INSERT OR IGNORE INTO unread VALUES (?, ?, ?)", unread)


def unread(rows: sqlite3.Connection, place: str, most: int) -> list[bytes]:
    """Return title files that are to be read."""
    query = "SELECT name FROM unread WHERE place = ? ORDER BY folder, name LIMIT ?"
    return [row[0] for row in rows.execute(query, (place, most))]


def unread_beside(rows: sqlite3.Connection, place: str, family: bytes) -> set[bytes]:
    """Return the title files of a family that are to be read, and one of its folder."""
    folder = family.rpartition(b"/")[0]
    query = "SELECT name FROM unread WHERE place = ? AND folder = ?"
    found = rows.execute(f"{query} LIMIT 1", (place, folder)).fetchall()
    if found:
        own = (place, folder, family + b".", family + b"/")
        found += rows.execute(f"{query} AND name >= ? AND name < ?", own).fetchall()
    return {row[0] for row in found}


def keep(
    rows: sqlite3.Connection, place: str, title_file: tuple[bytes, bytes], files: Sequence[tuple[bytes, bytes]] | None
) -> None:
    """Keep what a title file names, and have all of it decided anew.

    Args:
        rows: The memory, in a transaction.
        place: Whose.
        title_file: Its name and its family.
        files: The same of what it names; None: it cannot be read, and what it named before stays.
    """
    name, owner = title_file
    rows.execute(
        "DELETE FROM unread WHERE place = ? AND folder = ? AND name = ?", (place, name.rpartition(b"/")[0], name)
    )
    due = [(place, owner)]
    if files is not None:
        query = "SELECT family FROM named WHERE place = ? AND title_file = ?"
        due += [(place, row[0]) for row in rows.execute(query, (place, name))]
        due += [(place, family) for _, family in files]
        rows.execute("DELETE FROM named WHERE place = ? AND title_file = ?", (place, name))
        values = [(place, name, owner, file, family) for file, family in files]
        rows.executemany("INSERT OR IGNORE INTO named VALUES (?, ?, ?, ?, ?)", values)
    rows.executemany("INSERT OR IGNORE INTO due VALUES (?, ?)", due)


def about(rows: sqlite3.Connection, place: str, family: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Return title file, file and its family, of all that a family names and of all that names one of it."""
    by_whom = "SELECT title_file, file, family FROM named WHERE place = ? AND family = ?"
    whom = """SELECT title_file, file, family FROM named
        WHERE place = ? AND title_file >= ? AND title_file < ? AND owner = ?"""
    own = (place, family + b".", family + b"/", family)
    return [*rows.execute(by_whom, (place, family)), *rows.execute(whom, own)]


def everything(rows: sqlite3.Connection, place: str) -> list[tuple[bytes, bytes]]:
    """Return every title file with every file that it names."""
    return list(rows.execute("SELECT title_file, file FROM named WHERE place = ?", (place,)))
