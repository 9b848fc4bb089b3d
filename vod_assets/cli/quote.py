"""``vod quote``: what the encodes of plans would cost, with each transcoder."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.choosing import Choice
from vod_assets.cli.plan import plans
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.filtering import read_filter

if TYPE_CHECKING:
    from vod_assets.defs.quotes import Quoter
    from vod_assets.domain.prices import Prices
    from vod_assets.domain.quoting import Bill, Quote

KNOWN = ("ffmpeg", "mediaconvert", "elemental", "vantage")


def quote(
    selection: Annotated[str, typer.Argument(help="Assets, as `vod plan` takes them.")] = "*",
    where: Annotated[str, typer.Option("--where", help="Titles: 'profile=default owner=uhd-*'.")] = "",
    backend: Annotated[
        list[str] | None, typer.Option("--backend", help="Transcoder: ffmpeg, mediaconvert, elemental or vantage.")
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a file of prices to begin with.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Price what a run would encode of each title; what is reused costs nothing, and nothing is run.

    Example: [cyan]vod quote --where 'profile=uhd' --backend mediaconvert[/]
    """
    from vod_assets.domain.quoting import Bill
    from vod_assets.prices_file import example as example_file

    if example:
        print(example_file(), end="")
        return
    names = _named(backend)
    with open_session() as session:
        prices = require_prices(session)
        names = names or tuple(name for name in KNOWN if getattr(prices, name) is not None)
        quotes, bills = [], {name: Bill(name) for name in names}
        maker = quoter(session, prices)
        titles = list(Choice(session, read_filter(where)).titles())
        for plan in plans(session, titles, selection):
            for name in names:
                one = maker.quote(plan, name)
                bills[name].add(one)
                quotes.append(one)
    if as_json:
        print(json.dumps(_as_object(quotes, bills, prices.currency), ensure_ascii=False))
    else:
        print("\n".join(_as_lines(quotes, bills, prices.currency)))


def require_prices(session: Session) -> "Prices":
    """Return the prices of a session's settings.

    Raises:
        ConfigError: ``bad_setting``: they name none.
    """
    from vod_assets.prices_file import REMEDY, house_prices

    prices = house_prices(session.settings)
    if prices is None:
        raise ConfigError("bad_setting", "VOD_PRICES names no file, so nobody knows what anything costs", REMEDY)
    return prices


def quoter(session: Session, prices: "Prices") -> "Quoter":
    """Return what prices plans, with what earlier encodes teach."""
    from vod_assets.defs.quotes import Quoter, past_encodes
    from vod_assets.domain.quoting import CpuModel

    return Quoter(session.store, session.profiles, CpuModel(past_encodes(session.instance)), prices, {})


def _named(backends: list[str] | None) -> tuple[str, ...]:
    if unknown := [name for name in backends or () if name not in KNOWN]:
        raise ConfigError("bad_usage", f"there is no transcoder {unknown[0]!r}", f"Write {', '.join(KNOWN)}")
    return tuple(dict.fromkeys(backends or ()))


def _as_object(quotes: "Iterable[Quote]", bills: "Mapping[str, Bill]", currency: str) -> dict[str, object]:
    sums = {
        name: {"amount": float(bill.amount), "titles": bill.titles, "incomplete": len(bill.incomplete)}
        for name, bill in bills.items()
    }
    return {"currency": currency, "quotes": [one.as_object() for one in quotes], "in_all": sums}


def _as_lines(quotes: "Iterable[Quote]", bills: "Mapping[str, Bill]", currency: str) -> list[str]:
    lines = []
    for one in quotes:
        if not one.amounts and one.is_whole:
            continue
        lines.append(f"{one.title:<28} {one.transcoder:<13} {one.amount:>12.4f} {currency}")
        lines += [f"  {key}: cannot: {why}" for key, why in one.cannot.items()]
        lines += [f"  {key}: not known: {why}" for key, why in one.unknown.items()]
    for name, bill in bills.items():
        more = f", {len(bill.incomplete)} of them not wholly known" if bill.incomplete else ""
        lines.append(f"{'in all':<28} {name:<13} {bill.amount:>12.4f} {currency} for {bill.titles} titles{more}")
    return lines
