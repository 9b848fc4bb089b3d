"""``vod reconcile``: where sources, Dagster, store, origin and CMS do not agree."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.progress import open_display
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import VodError
from vod_assets.domain.selecting import EVERYTHING

if TYPE_CHECKING:
    from vod_assets.defs.reconciling import Reconciler
    from vod_assets.domain.reconciling import Difference


def reconcile(
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be; titles are made again here.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Compare sources, partitions, runs, artifacts, releases and entries. Example: [cyan]vod reconcile --repair[/].

    Every difference is named with what to do. Exit 1 when any is left.
    """
    with open_session() as session:
        reconciler = _reconciler(session)
        found = reconciler.differences()
        left = reconciler.repair(found, lambda title: _make(session, title, as_json)) if repair and found else found
    if as_json:
        report = {"ok": not left, "found": [asdict(one) for one in found], "left": [asdict(one) for one in left]}
        print(json.dumps(report, ensure_ascii=False))
    else:
        _print(found, left, repair)
    raise typer.Exit(1 if left else 0)


def _reconciler(session: Session) -> "Reconciler":
    from vod_assets.definitions import build_definitions
    from vod_assets.defs.reconciling import Reconciler

    graph = build_definitions(session.settings).resolve_asset_graph()
    return Reconciler(
        instance=session.instance,
        store=session.store,
        sources=session.sources,
        origin=session.origin,
        cms=session.cms,
        leases=session.leases,
        assets=sorted(key.to_user_string() for key in graph.materializable_asset_keys),
    )


def _make(session: Session, title: str, quiet: bool) -> None:
    from vod_assets.cli.run_workflow import materialise

    with open_display(quiet=quiet) as display:
        outcome = materialise(session, title, EVERYTHING, display)
    if outcome.error is not None:
        print(f"{title}: {outcome.error.message}", file=sys.stderr)


def _print(found: "Sequence[Difference]", left: "Sequence[Difference]", repair: bool) -> None:
    for one in found:
        now = "" if not repair else " (left)" if one in left else " (repaired)"
        print(f"{VodError(one.code, one.cause, '' if now else one.remedy, one.title, one.subject)}{now}")
    for one in left:
        if one not in found:
            print(VodError(one.code, one.cause, one.remedy, one.title, one.subject))
    repaired = f", {len(found) - len(left)} repaired" if repair else ""
    print(f"{len(found)} differences{repaired}" if found else "all agree")
