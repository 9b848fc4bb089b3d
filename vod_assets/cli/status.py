"""``vod status``: where each title stands."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.cli.standing import STAGES, Catalogue, TitleStatus, standing, statuses_of
from vod_assets.domain.codes import ARCHIVED

SHOWN = 100


def status(
    title: Annotated[str, typer.Argument(help="A title id; all titles when omitted.")] = "",
    refused: Annotated[bool, typer.Option("--refused", help="List refused sources, and why.")] = False,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="List titles whose runs died, and why.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Titles to look at; 0: all. Without it 100, and all with --json.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show what waits and works until Ctrl-C, too.")] = False,
    interval: Annotated[float, typer.Option("--interval", min=0.5, help="Seconds between two looks.")] = 2.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")] = False,
) -> None:
    """Show where titles stand, stage by stage; then what waits and works. Example: [cyan]vod status --watch[/]."""
    if watch:
        from vod_assets.cli.watching import watch_all

        watch_all(title, interval)
        return
    with open_session() as session:
        if refused:
            _print_refusals(session, title, as_json)
            return
        if quarantined:
            _print_quarantines(session, title, as_json)
            return
        catalogue = Catalogue.of(session, title) if title else Catalogue.whole(session)
        wanted = catalogue.first(limit if limit is not None else 0 if as_json else SHOWN)
        found = list(standing(session, catalogue, wanted))
        are_more = len(found) < len(catalogue.titles) and not as_json
        counted = catalogue.counted(statuses_of(session, catalogue, catalogue.titles)) if are_more else ""
        at_work = [] if as_json else work_lines(session)
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    _print_table(found)
    if counted:
        print(f"{counted}. {len(found)} are shown; --limit 0 shows all, `vod status TITLE` one.")
    for line in at_work:
        print(line)


def work_lines(session: Session) -> list[str]:
    """Return what waits and works, where anything does or a farm is configured."""
    from vod_assets.cli.queue import as_lines, look

    seen = look(session)
    return as_lines(seen) if any(seen.values()) else []


def _print_table(found: Iterable[TitleStatus]) -> None:
    from rich.console import Console
    from rich.table import Table

    marks = {"made": "[green]●[/]", "partly": "[yellow]◐[/]", "missing": "[dim]○[/]"}
    table = Table(box=None, pad_edge=False)
    for heading in ("title", "state"):
        table.add_column(heading, overflow="fold")
    for stage in STAGES:
        table.add_column(stage[:3], justify="center", no_wrap=True)
    table.add_column("releases", no_wrap=True)
    for one in found:
        releases = ", ".join(map(str, one.releases)) or "–"
        table.add_row(one.title, one.state, *(marks[made] for made in one.stages.values()), releases)
    Console().print(table if found else "No title is registered; begin with `vod run-workflow SOURCE`.")
    for one in found:
        if one.refused:
            Console(stderr=True).print(one.refused, markup=False)
        if one.held_back:
            Console(stderr=True).print(f"{one.title}: {one.held_back}", markup=False)
        if one.vanished:
            gone = "its source is gone from where it was taken; what is published stays"
            Console(stderr=True).print(f"{one.title}: {gone}", markup=False)


def _print_refusals(session: Session, title: str, as_json: bool) -> None:
    known = session.store.refusals()
    refusals = {name: why for name, why in known.items() if title in ("", name) and why.get("code") != ARCHIVED}
    if as_json:
        print(json.dumps([{"title": name, **why} for name, why in refusals.items()], ensure_ascii=False))
        return
    for why in refusals.values():
        print(why["message"])
    if not refusals:
        print("No source is refused.")


def _print_quarantines(session: Session, title: str, as_json: bool) -> None:
    quarantines = [one for one in session.leases.quarantines() if title in ("", one.title)]
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in quarantines], ensure_ascii=False))
        return
    for one in quarantines:
        print(f"{one.title}: {one.cause}. Remove the cause, then: vod titles retry {one.title}")
    if not quarantines:
        print("No title is in quarantine.")
