"""A table, one row a title, as a spreadsheet exports it."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from vod_assets.domain.errors import printable
from vod_assets.domain.metadata import Description, window
from vod_assets.domain.metadata_readers.fields import BY_LANGUAGE, LISTS, Fields, bad_file

ALIASES = {"name": "names", "title": "names", "synopsis": "synopses"}
SINGLE = ("kind", "season", "episode", "year", "eidr", "isan", "house_id", "language")
POLICY = ("from", "until", "territories")
MOST_COLUMNS = 500
DELIMITERS = ",;\t"
FILE = "file"
Row = tuple[int, list[str]]  # the line that it ends on, and its cells


def read_csv(data: bytes, file: str, mezzanine: str, *, is_shared: bool) -> Description | None:
    """Return what the row of a title says; None when no row of a shared table is about it.

    The column ``file`` names the title's file, with or without its ending; a title's own table may do without it when
    it has one row. Other columns are fields of docs/metadata.md, ``names.en`` for a language, lists with semicolons.

    Raises:
        ConfigError: ``bad_metadata_file``, naming line and column.
    """
    columns, body, by_file = _table(data, file)
    about = [row for name in {mezzanine, mezzanine.rpartition(".")[0]} - {""} for row in by_file.get(name, ())]
    if not about and not is_shared and FILE not in columns and len(body) == 1:
        about = body
    if not about and is_shared:
        return None
    if len(about) != 1:
        raise bad_file(file, f"line 1: {len(about)} of its {len(body)} rows name {mezzanine} in the column “file”")
    line, cells = about[0]
    if len(cells) > len(columns):
        raise bad_file(file, f"line {line}: it has {len(cells)} cells, and there are {len(columns)} columns")
    return _described(dict(zip(columns, cells, strict=False)), Fields(file), f"line {line}")


@lru_cache(maxsize=2)  # a shared table is asked about each title of its folder
def _table(data: bytes, file: str) -> tuple[list[str], list[Row], dict[str, list[Row]]]:
    """Return columns, rows, and rows by the file that they name."""
    rows = list(_rows(data, file))
    if not rows:
        raise bad_file(file, "line 1: there are no columns")
    (_, header), *body = rows
    columns = [_checked(column.strip(), file) for column in header]
    if repeated := next((column for column in columns if columns.count(column) > 1), ""):
        raise bad_file(file, f"line 1, {printable(repeated)}: this column is there twice")
    by_file: dict[str, list[Row]] = defaultdict(list)
    for row in body:
        by_file[dict(zip(columns, row[1], strict=False)).get(FILE, "").strip()].append(row)
    return columns, body, dict(by_file)


def _described(row: dict[str, str], fields: Fields, place: str) -> Description:
    fields.put("language", row.get("language", ""), place)
    rights = {}
    for column, cell in row.items():
        name, _, key = column.partition(".")
        if name in LISTS:
            for one in cell.split(";"):
                fields.put(name, _entry(name, one.strip()), place)
        elif name == "policy":
            rights[key] = cell.strip()
        elif column not in (FILE, "language"):
            fields.put(column, cell, place)
    _put_policy(fields, rights, place)
    return fields.described()


def _put_policy(fields: Fields, rights: dict[str, str], place: str) -> None:
    if rights.get("territories"):
        territories = rights["territories"].upper().replace(";", " ").replace(",", " ").split()
        fields.put("policy.territories", {"allow": territories}, place)
    if rights.get("from") or rights.get("until"):
        try:
            fields.put("policy.windows", [window(rights.get("from", ""), rights.get("until", ""))], place)
        except ValueError as error:
            raise fields.bad(place, "policy", str(error)) from error


def _entry(name: str, text: str) -> object:
    """Return an entry of a list: ``Jane Doe (Anna)``, ``director: John Roe``, ``FSK: 12``, ``poster: film.jpg``."""
    if name == "cast" and text.endswith(")") and "(" in text:
        person, _, character = text[:-1].rpartition("(")
        return {"name": person.strip(), "character": character.strip()}
    first, colon, rest = (part.strip() for part in text.partition(":"))
    if name == "genres" or name == "cast" or not text:
        return text
    if name == "crew":
        return {"role": first, "name": rest} if colon else text
    if name == "ratings":
        return {"system": first, "value": rest} if colon else {"value": text}
    is_kind = bool(colon) and not rest.startswith("//")
    return {"kind": first, "file": rest} if is_kind else {"file": text}


def _checked(column: str, file: str) -> str:
    """Return the field of a column."""
    name, dot, key = column.partition(".")
    name = ALIASES.get(name.lower(), name.lower())
    is_known = (
        (name in BY_LANGUAGE and bool(key) == bool(dot))
        or (not dot and (name in LISTS or name in SINGLE or name == FILE))
        or (name == "policy" and key in POLICY)
    )
    if not is_known:
        known = ", ".join([FILE, *SINGLE, *sorted(LISTS), *sorted(BY_LANGUAGE), *(f"policy.{word}" for word in POLICY)])
        raise bad_file(file, f"line 1, {printable(column)[:60]}: there is no such field; use {known}")
    return f"{name}.{key}" if key else name


def _rows(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, each with the line that it ends on."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise bad_file(file, f"line {line}: is not UTF-8; save it as “CSV UTF-8”") from error
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=max(DELIMITERS, key=first.count), strict=True)
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise bad_file(file, f"line {reader.line_num}: it has more than {MOST_COLUMNS} cells")
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise bad_file(file, f"line {reader.line_num}: {error}") from error
