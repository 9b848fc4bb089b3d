"""A list of titles to register, as a CSV file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vod_assets.domain.errors import ConfigError, VodError
from vod_assets.domain.title import checked_title_id, title_id_for

COLUMNS = ("source", "title", "profile", "name")


@dataclass(frozen=True)
class Row:
    """One line of the list.

    Attributes:
        line: Its number in the file, the first is 1.
        source: Path or address of the mezzanine.
        title: Title id; empty: a slug of the file's name.
        profile: Profile; empty: the title file's, or the default.
        name: What the title is called; empty: as the title file says.
    """

    line: int
    source: str
    title: str = ""
    profile: str = ""
    name: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of a row's source before anything is written.

    Attributes:
        address: Canonical address of the source.
        title: The title that the source is registered as, or empty.
        owner: Address of the source that has the title id which the row would get; empty when it is free.
    """

    row: Row
    address: str
    title: str = ""
    owner: str = ""


def read_rows(lines: Iterable[str], file: str) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header; commas or semicolons separate.

    Raises:
        ConfigError: ``bad_list``, naming line and column.
    """
    found = iter(lines)
    header = next(found, "").removeprefix("\ufeff")
    separator = ";" if ";" in header else ","
    names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
    remedy = f"The first line names the columns: {', '.join(COLUMNS)}; only source is needed"
    if "source" not in names:
        raise ConfigError("bad_list", "line 1: there is no column source", remedy, file=file)
    if unknown := [name for name in names if name not in COLUMNS]:
        raise ConfigError("bad_list", f"line 1: there is no column “{unknown[0]}”", remedy, file=file)
    reader = csv.reader(found, delimiter=separator)
    for fields in reader:
        if not any(field.strip() for field in fields):
            continue
        if len(fields) > len(names):
            cause = f"line {reader.line_num + 1}: it has {len(fields)} columns, and the first line names {len(names)}"
            raise ConfigError("bad_list", cause, "Put texts that hold a separator into quotes", file=file)
        yield Row(line=reader.line_num + 1, **dict(zip(names, (field.strip() for field in fields), strict=False)))


class Naming:
    """Gives each source of a list its title id, so that no two get the same."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}  # address by title id
        self._lines: dict[str, int] = {}  # line by address

    def title_id(self, known: Known) -> str:
        """Return the title id of a row's source.

        Raises:
            ConfigError: ``duplicate_of``, ``title_taken``, ``source_taken``, ``bad_title_id``.
        """
        address, wanted = known.address, known.row.title
        if address in self._lines:
            raise ConfigError("duplicate_of", f"its source is that of line {self._lines[address]}", "Remove one line")
        chosen = checked_title_id(wanted) if wanted else self._slug(known)
        owner = self._given.get(chosen, known.owner if chosen != known.title else "")
        if wanted and owner not in ("", address):
            raise ConfigError("title_taken", f"this title id belongs to {owner}", "Choose another", chosen)
        if known.title not in ("", chosen):
            raise ConfigError("source_taken", f"its source is already the title {known.title}", "Use that id", chosen)
        self._given[chosen], self._lines[address] = address, known.row.line
        return chosen

    def _slug(self, known: Known) -> str:
        slug = title_id_for(known.address, taken_by=None)
        return known.title or title_id_for(known.address, self._given.get(slug, known.owner) or None)


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not registered, and why."""

    row: Row
    error: VodError

    def __str__(self) -> str:
        return f"line {self.row.line}: {self.error.about(file=self.row.source)}"
