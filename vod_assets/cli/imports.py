"""``vod titles import`` registers many titles from a CSV file; ``vod titles retry`` gives up on none for good."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from vod_assets.cli.session import open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.importing import Row, read_rows
from vod_assets.places import absolute

SHOWN_REFUSALS = 50


def import_titles(
    file: Annotated[Path, typer.Argument(help="CSV; its first line names the columns: source, title, profile, name.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Register every title of a list; nothing is made yet. Example: [cyan]vod titles import catalogue.csv[/].

    Relative paths count from the list's folder. The same list again registers what is new, and changes what differs.
    """
    from vod_assets.defs.importing import Imported, Importer

    def tell(so_far: Imported) -> None:
        if not as_json:
            print(f"{so_far.new + so_far.known} titles, {len(so_far.refused)} lines refused", file=sys.stderr)

    with open_session() as session:
        imported = Importer(session.registrar(), dry_run=dry_run).run(_rows(file), tell)
    if as_json:
        refused = [{"line": one.row.line, "code": one.error.code, "message": str(one)} for one in imported.refused]
        print(json.dumps({"new": imported.new, "known": imported.known, "refused": refused}, ensure_ascii=False))
    else:
        for one in imported.refused[:SHOWN_REFUSALS]:
            print(f"{file.name}, {one}")
        would = "would be " if dry_run else ""
        print(f"{imported.new} titles {would}registered, {imported.known} were; {len(imported.refused)} lines refused")
    raise typer.Exit(1 if imported.refused else 0)


def retry(
    title: Annotated[str, typer.Argument(help="A title in quarantine, as `vod status --quarantined` lists it.")],
) -> None:
    """Release a title from quarantine, and try again what died. Example: [cyan]vod titles retry film[/]."""
    from vod_assets.defs.reaper import try_again

    with open_session() as session:
        was_in_quarantine = try_again(session.instance, session.leases, title)
    if not was_in_quarantine:
        raise ConfigError("unknown_title", "it is in no quarantine", "`vod status --quarantined` lists them", title)
    print(
        f"{title}: released from quarantine; the daemon launches it within a minute, or run `vod task publish {title}`"
    )


def _rows(file: Path) -> Iterator[Row]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in read_rows(lines, file.name):
                yield row if "://" in row.source else _placed(row, file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("bad_list", f"it cannot be read: {error}", "Save it as UTF-8", file=str(file)) from error


def _placed(row: Row, file: Path) -> Row:
    source = os.fspath(absolute(file).parent / absolute(row.source)) if row.source.startswith("~/") else row.source
    return Row(row.line, os.fspath(absolute(file).parent / source), row.title, row.profile, row.name)
