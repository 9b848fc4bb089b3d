"""``vod backfill``: have made what titles need, by Dagster's daemon, behind whatever arrives meanwhile."""

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.choosing import Choice
from vod_assets.cli.plan import estimator, plans
from vod_assets.cli.run_workflow import Force
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.backfilling import Gathered, Gathering, Limits
from vod_assets.domain.filtering import read_filter

if TYPE_CHECKING:
    from vod_assets.defs.backfills import Standing, Wish
    from vod_assets.domain.backfilling import Cost
    from vod_assets.domain.plan import TitlePlan

AT_MOST = 1000  # Dagster writes a backfill down whole, again and again, with the name of every title in it
SHOWN_TITLES = 20

app = typer.Typer(help="Have made what titles need.", invoke_without_command=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
BackfillId = Annotated[str, typer.Argument(help="As `vod backfill list` prints it.")]


@dataclass(frozen=True)
class Launched:
    """What came of `vod backfill`."""

    gathered: Gathered
    backfill: str = ""
    before: "Standing | None" = None


@app.callback()
def backfill(
    context: typer.Context,
    select: Annotated[str, typer.Option("--select", help="Assets, as `vod plan` takes them; default: all.")] = "*",
    where: Annotated[str, typer.Option("--where", help="Titles: 'profile=default owner=uhd-* state!=refused'.")] = "",
    priority: Annotated[
        int, typer.Option("--priority", help="In the queue; arrivals have 0.", min=-100, max=100)
    ] = -10,
    budget_hours: Annotated[
        float | None, typer.Option("--budget-hours", help="Launch no more after so many hours of encoding.", min=0.0)
    ] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", help="Launch no more than this may cost, by VOD_PRICES.", min=0.0)
    ] = None,
    takes_all: Annotated[
        bool, typer.Option("--all", help="Run titles that need nothing, too; what is there is reused.")
    ] = False,
    force: Force = None,
    at_most: Annotated[int, typer.Option("--at-most", help="Titles of one backfill.", min=1)] = AT_MOST,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be launched, and launch nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Launch a backfill over the titles that need it; again, it goes on with what is left.

    Example: [cyan]vod backfill --where 'profile=default' --budget-hours 40[/]
    """
    if context.invoked_subcommand is not None:
        return
    from vod_assets.defs.backfills import Wish

    amount = None if budget is None else Decimal(str(budget))
    wish = Wish(select, where, takes_all, tuple(force or ()), priority, budget_hours, amount)
    with open_session() as session:
        launched = _launched(session, wish, Limits(at_most, budget_hours, amount), dry_run=dry_run)
    print(json.dumps(_as_object(launched), ensure_ascii=False) if as_json else _as_text(launched, dry_run=dry_run))


@app.command("list")
def list_backfills(as_json: AsJson = False) -> None:
    """List the last backfills, Dagster's own included. Example: [cyan]vod backfill list[/]."""
    from vod_assets.defs.backfills import standings

    with open_session() as session:
        found = list(standings(session.instance))
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        print(_line(one))
    if not found:
        print("No backfill was ever launched.")


@app.command("show")
def show(backfill_id: BackfillId, as_json: AsJson = False) -> None:
    """Show how far a backfill is. Example: [cyan]vod backfill show hgtrmzkb[/]."""
    from vod_assets.defs.backfills import standing
    from vod_assets.defs.budgets import encode_hours

    with open_session() as session:
        found = standing(session.instance, backfill_id)
        hours = encode_hours(session.instance, backfill_id)
    if as_json:
        print(json.dumps(asdict(found) | {"encode_hours": round(hours, 6)}, ensure_ascii=False))
        return
    budget = f" of {found.budget_hours:g}" if found.budget_hours is not None else ""
    print(_line(found), f"created {found.created}, priority {found.priority}", sep="\n")
    print(f"{hours:.2f}{budget} hours of encoding")


@app.command("stop")
def stop(backfill_id: BackfillId) -> None:
    """End a backfill and its runs; what was made stays. Example: [cyan]vod backfill stop hgtrmzkb[/]."""
    from vod_assets.defs.backfills import stop as stop_it

    with open_session() as session:
        was_going_on = stop_it(session.instance, backfill_id)
    said = "the daemon ends its runs, within a minute" if was_going_on else "it goes on no longer"
    print(f"{backfill_id}: {said}")


def _launched(session: Session, wish: "Wish", limits: Limits, *, dry_run: bool) -> Launched:
    from vod_assets.definitions import build_definitions
    from vod_assets.defs.backfills import last_of, launch
    from vod_assets.defs.budgets import expected_hours
    from vod_assets.defs.money_budgets import keep_quotes
    from vod_assets.defs.renditions import rendition_keys
    from vod_assets.defs.selection import selected_assets

    definitions = build_definitions(session.settings)
    keys = selected_assets(definitions, wish.selection)
    choice = Choice(session, read_filter(wish.titles))
    titles, apart = list(choice.titles()), choice.apart()
    looked = plans(session, [title for title in titles if title not in apart], wish.selection, wish.force)
    hours = expected_hours(session.instance, rendition_keys(session.profiles), estimator(session).estimate)
    cost = _cost(session) if limits.amount is not None else _unlimited
    gathered = Gathering(limits, hours, wish.takes_all, cost).gather(titles, looked, apart)
    before = last_of(session.instance, wish)
    if dry_run or not gathered.titles:
        return Launched(gathered, before=before)
    launched = launch(session.instance, definitions, gathered.titles, wish, keys)
    if limits.amount is not None:
        keep_quotes(session.instance, launched, gathered.quoted)
    return Launched(gathered, launched, before)


def _unlimited(_: "TitlePlan") -> Decimal | None:
    return None


def _cost(session: Session) -> "Cost":
    """Return what tells what a plan may cost at most with the transcoder that is preferred."""
    from vod_assets.cli.quote import quoter, require_prices
    from vod_assets.domain.quoting import MARGIN

    maker = quoter(session, require_prices(session))

    def cost(plan: "TitlePlan") -> Decimal | None:
        quote = maker.quote(plan, "ffmpeg")
        return quote.amount * MARGIN if quote.is_whole else None

    return cost


def _as_object(launched: Launched) -> dict[str, object]:
    gathered = launched.gathered
    return {
        "backfill": launched.backfill or None,
        "titles": gathered.titles,
        "left_out": gathered.left_out,
        "nothing_to_do": gathered.unneeded,
        "not_looked_at": gathered.unlooked,
        "limit": gathered.limit or None,
        "encode_hours": round(gathered.hours, 6),
        "quoted": float(gathered.amount) if gathered.quoted else None,
        "not_estimated": gathered.unknown,
        "continues": launched.before.backfill if launched.before else None,
    }


def _as_text(launched: Launched, *, dry_run: bool) -> str:
    gathered = launched.gathered
    lines = [f"{title}: left out, {why}" for title, why in list(gathered.left_out.items())[:SHOWN_TITLES]]
    if len(gathered.left_out) > SHOWN_TITLES:
        lines.append(f"… and {len(gathered.left_out) - SHOWN_TITLES} others left out")
    if (before := launched.before) is not None:
        lines.append(f"goes on after {before.backfill}, which made {before.titles - before.left} of {before.titles}")
    if dry_run:
        lines += gathered.titles[:SHOWN_TITLES]
    lines.append(f"{gathered.unneeded} titles need nothing")
    if gathered.limit:
        lines.append(f"{gathered.unlooked} titles were not looked at: the limit of {gathered.limit} is reached")
    if not gathered.titles:
        lines.append("nothing to do: no run is started")
    elif dry_run:
        lines.append(f"{len(gathered.titles)} titles would be made{_expected(gathered)}")
    else:
        lines.append(f"backfill {launched.backfill} over {len(gathered.titles)} titles{_expected(gathered)}")
    return "\n".join(lines)


def _expected(gathered: Gathered) -> str:
    known = f"about {gathered.hours:.2f} hours of encoding" if gathered.hours else ""
    unknown = f"{gathered.unknown} of them not estimated" if gathered.unknown else ""
    said = ", ".join(filter(None, (known, unknown)))
    return f" ({said})" if said else ""


def _line(one: "Standing") -> str:
    counts = ", ".join(f"{count} {name}" for name, count in one.runs.items() if count)
    return f"{one.backfill}  {one.state}, {one.titles} titles: {counts or 'no run yet'}  ({one.wish})"
