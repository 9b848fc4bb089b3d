"""`vod plan`: what a run would make, and why, before anything runs."""

import fnmatch
import json
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.run_workflow import Force
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.estimates import Estimate, Total
from vod_assets.domain.selecting import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vod_assets.defs.estimates import Estimator
    from vod_assets.domain.plan import PlannedAsset, TitlePlan


def plan(
    selection: Annotated[str, typer.Argument(help="Assets, as `vod run-workflow --select` takes them.")] = "*",
    titles: Annotated[list[str] | None, typer.Option("--titles", help="Title ids; * and ? stand for others.")] = None,
    force: Force = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a title, one a line.")] = False,
) -> None:
    """Say what a run would make of each title, and why; nothing is run.

    Example: [cyan]vod plan --titles 'film-*'[/]
    """
    with open_session() as session:
        wanted, estimates, total = chosen(session, titles or ["*"]), estimator(session), Total()
        for one in plans(session, wanted, selection, tuple(force or ())):
            estimate = estimates.estimate(one)
            total.add(estimate)
            said = as_object(one) | estimate.as_object()
            print(json.dumps(said, ensure_ascii=False) if as_json else as_text(one, estimate), flush=True)
        if not as_json and str(total):
            print(total)


def chosen(session: Session, patterns: list[str]) -> list[str]:
    """Return the registered titles that patterns name.

    Raises:
        ConfigError: ``unknown_title``: a pattern names none.
    """
    known = session.store.titles()
    for pattern in patterns:
        if known and not fnmatch.filter(known, pattern):
            raise ConfigError(
                "unknown_title", "no source is registered under this title id", "`vod titles list`", pattern
            )
    return [title for title in known if any(fnmatch.fnmatchcase(title, pattern) for pattern in patterns)]


def plans(
    session: Session, titles: "Iterable[str]", selection: str = "*", force: "Sequence[str]" = ()
) -> "Iterator[TitlePlan]":
    """Yield the plan of each title, in their order; many titles are planned by two processes.

    Dagster calls nothing fresh afterwards that they name.

    Args:
        session: The deployment.
        titles: Registered titles.
        selection: Assets, in Dagster's selection syntax.
        force: Patterns of assets that a run with the same ``--force`` makes again though they are there.

    Raises:
        ConfigError: ``bad_selection``.
    """
    from vod_assets.cli.planning import planned
    from vod_assets.defs.observing import told

    return told(lambda: session.instance, planned(session, list(titles), Asked(selection, tuple(force))))


def estimator(session: Session) -> "Estimator":
    """Return what tells how long plans will take; Dagster's instance is opened when a title is encoded."""
    from vod_assets.defs.estimates import Estimator, last_timings

    return Estimator(lambda asset: last_timings(session.instance, asset), session.store, session.profiles)


def as_object(one: "TitlePlan") -> dict[str, object]:
    """Return a plan for machines: what would be made and why, what reused, what cannot be made."""
    return {
        "title": one.title,
        "execute": {planned.asset: planned.reason for planned in one.assets if planned.executes},
        "perhaps": [planned.asset for planned in one.assets if planned.executes and not planned.is_certain],
        "pieces": {
            planned.asset: {"make": planned.pieces - planned.pieces_there, "reuse": planned.pieces_there}
            for planned in one.assets
            if planned.pieces
        },
        "reuse": [planned.asset for planned in one.assets if not planned.executes and not planned.obstacle],
        "wait": {planned.asset: planned.obstacle for planned in one.assets if planned.obstacle},
    }


def _said(planned: "PlannedAsset") -> str:
    pieces = f"; {planned.pieces_there} of {planned.pieces} pieces are there" if planned.pieces else ""
    return f"{planned.reason or planned.obstacle}{pieces}{'' if planned.is_certain else ' (perhaps)'}"


def as_text(one: "TitlePlan", estimate: Estimate) -> str:
    """Return a plan for a person: a line a title, and a line for each asset that would be made."""
    made = [planned for planned in one.assets if planned.executes]
    waiting = [planned for planned in one.assets if planned.obstacle]
    head = f"{one.title}: {len(made)} to make, {len(one.assets) - len(made) - len(waiting)} to reuse"
    head += f", {len(waiting)} cannot be made" if waiting else ""
    head += f", {estimate}" if str(estimate) else ""
    return "\n".join([head, *(f"  {planned.asset:<22} {_said(planned)}" for planned in made + waiting)])
