"""``vod waive`` and ``vod waivers``: checks of quality that pass for a while, though something was found."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from vod_assets.cli.records import change_record, user_of_this
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def waive(
    title: Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")],
    check: Annotated[str, typer.Argument(help="A check of quality: quality_control.black and the like.")],
    until: Annotated[
        str, typer.Option(help="Needed, but to withdraw: the last day (UTC) that it holds on: 2026-12-31.")
    ] = "",
    because: Annotated[str, typer.Option(help="Needed, but to withdraw: why, in a few words.")] = "",
    by: Annotated[str, typer.Option(help="Who says so; without it, the user that this runs as.")] = "",
    start: Annotated[str, typer.Option("--from", help="Waive only what lies between this time and --to.")] = "",
    end: Annotated[str, typer.Option("--to", help="See --from; times are the programme’s: 12.48, 1:02:30.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back every waiver of the check.")] = False,
) -> None:
    """Let a check of a title pass for a while; publishing asks whether it still holds.

    Example: [cyan]vod waive film quality_control.black --until 2026-12-31 --because "opens on black"[/]
    """
    by = by or user_of_this(title, "bad_waiver")
    with open_session() as session:
        if withdraw:
            print(_withdrawn(session, title, check, by))
            return
        if not (until and because):
            raise ConfigError("bad_waiver", "a waiver says until when, and why", "Give --until and --because", title)
        said = {"check": check, "until": until, "because": because, "by": by}
        between = {name: value for name, value in (("from", start), ("to", end)) if value}
        print(_given(session, title, said | between))


def waivers(
    title: Annotated[str, typer.Argument(help="A title id; all titles when omitted.")] = "", as_json: AsJson = False
) -> None:
    """List waivers, those that ended or were withdrawn, too. Example: [cyan]vod waivers film[/]."""
    with open_session() as session:
        rows = list(_rows(session, title))
    if as_json:
        print(json.dumps([row.shown for row in rows], ensure_ascii=False))
        return
    for row in rows:
        print(f"{row.title}  {row.waiver.check}  {row.waiver}{row.between}  [{row.state}]")
    if not rows:
        print("There is no waiver.")


@dataclass(frozen=True)
class Row:
    """A waiver of a title, and whether it holds."""

    title: str
    waiver: Any
    state: str

    @property
    def between(self) -> str:
        """Where it holds, if not everywhere."""
        from vod_assets.domain.quality_control import clock

        one = self.waiver.interval
        return f" ({clock(one.start_seconds)} to {clock(one.end_seconds)})" if one else ""

    @property
    def shown(self) -> dict[str, Any]:
        """The waiver as JSON."""
        return {"title": self.title, "state": self.state, **self.waiver.model_dump(mode="json")}


def _given(session: Session, title: str, said: dict[str, str]) -> str:
    from datetime import UTC, date, datetime

    from pydantic import ValidationError

    from vod_assets.domain.mistakes import said_of
    from vod_assets.domain.waivers import SaidWaiver, Waiver

    try:
        waiver = SaidWaiver.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f"--{part}: " for part in first["loc"] if part != "check")
        cause = f"{where}{said_of(first)}"
        raise ConfigError("bad_waiver", cause, "docs/quality_control.md has examples", title) from error
    now = datetime.now(UTC)
    if date.fromisoformat(waiver.until) < now.date():
        raise ConfigError("bad_waiver", f"{waiver.until} is over", "Name a day to come", title)
    kept = Waiver.of(waiver, given=now.isoformat(timespec="seconds"))
    _keep(session, title, lambda waivers: (*waivers, kept))
    return f"{title}: {kept.check} {kept}"


def _withdrawn(session: Session, title: str, check: str, by: str) -> str:
    from datetime import UTC, datetime

    word = f"{datetime.now(UTC).isoformat(timespec='seconds')} by {by}"
    taken = 0

    def withdraw(waivers: Iterable[Any]) -> tuple[Any, ...]:
        nonlocal taken
        found = []
        for one in waivers:
            is_meant = one.check == check and bool(one.given) and not one.withdrawn
            taken += is_meant
            found.append(one.model_copy(update={"withdrawn": word}) if is_meant else one)
        return tuple(found)

    _keep(session, title, withdraw)
    if not taken:
        cause = f"no waiver of {check} was given that could be withdrawn"
        raise ConfigError("bad_waiver", cause, "One of the title file is taken out there", title)
    return f"{title}: {taken} of {check} withdrawn"


def _keep(session: Session, title: str, change: Any) -> None:
    """Change what is kept of a title's waivers, while nobody else writes to it.

    Raises:
        ConfigError: ``unknown_title``; ``title_busy`` while a run works on it.
    """
    change_record(session, title, "waive", lambda record: record.model_copy(update={"waivers": change(record.waivers)}))


def _rows(session: Session, title: str) -> Iterable[Row]:
    from datetime import UTC, datetime

    from vod_assets.cli.titles import unknown

    today = datetime.now(UTC).date()
    record = session.store.record(title) if title else None
    if title and record is None:
        raise unknown(session, title)
    for one in [record] if record else session.store.records():
        for waiver in one.waivers:
            state = "holds" if waiver.holds(today) else f"withdrawn {waiver.withdrawn}" if waiver.withdrawn else "ended"
            yield Row(one.title_id, waiver, state)
