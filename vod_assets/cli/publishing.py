"""``vod rollback``, ``vod takedown`` and ``vod schedule``: what viewers see, without making anything."""

import getpass
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError, VodError

if TYPE_CHECKING:
    from vod_assets.publishing import Settled

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
TitleId = Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")]
By = Annotated[str, typer.Option(help="Who says so; without it, the user that this runs as.")]
Because = Annotated[str, typer.Option(help="Why, in a few words.")]


def rollback(
    title: TitleId,
    number: Annotated[
        int, typer.Argument(help="The release to show; without it, the one before what is shown.", show_default=False)
    ] = 0,
    by: By = "",
    because: Because = "",
    as_json: AsJson = False,
) -> None:
    """Show an older release of a title, until a newer one is made than there is now. Nothing is made or sent.

    Example: [cyan]vod rollback film[/]; the newest again: [cyan]vod rollback film 4[/]
    """
    from vod_assets.domain.orders import HeldBack

    said = {"at": _now(), "by": by or _user(), "because": because}
    with open_session() as session:
        _require_registered(session, title)
        settled = session.publisher.roll_back(
            title, number, lambda shown, newest: HeldBack(shown=shown, newest=newest, **said)
        )
    _say(title, settled, as_json)


def takedown(
    title: TitleId,
    by: By = "",
    because: Because = "",
    lift: Annotated[bool, typer.Option("--lift", help="Let it be seen again, as its policy says.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let nobody fetch anything of a title any more, at once; its files are kept as evidence.

    Example: [cyan]vod takedown film --because "court order 12/26"[/]; undone by [cyan]vod takedown film --lift[/]
    """
    from vod_assets.domain.orders import TakenDown

    with open_session() as session:
        _require_registered(session, title)
        if lift:
            settled = session.publisher.lift(title)
        else:
            order = TakenDown(at=_now(), by=by or _user(), because=because)
            settled = session.publisher.take_down(title, order)
    _say(title, settled, as_json)


def schedule(
    apply: Annotated[bool, typer.Option("--apply", help="Do what is due now, as Dagster's sensor does.")] = False,
    as_json: AsJson = False,
) -> None:
    """List which titles are shown or taken away next, and when. Example: [cyan]vod schedule --apply[/]."""
    failed: list[VodError] = []
    with open_session() as session:
        done: list[dict[str, Any]] = []
        for title, came in session.publisher.tick() if apply else ():
            if isinstance(came, VodError):
                failed.append(came)
            elif came is not None:
                done.append({"title": title, **_facts(came)})
        notes = [{"title": note.title, "at": note.at.isoformat(timespec="seconds")} for note in session.agenda.notes()]
    if as_json:
        print(json.dumps({"done": done, "due": notes, "failed": [str(error) for error in failed]}, ensure_ascii=False))
    else:
        _print_schedule(done, notes, failed)
    raise typer.Exit(1 if failed else 0)


def _print_schedule(done: list[dict[str, Any]], notes: list[dict[str, str]], failed: list[VodError]) -> None:
    for one in done:
        print(f"{one['title']}: {one['happened'] or one['status']}")
    for error in failed:
        print(error)
    for note in notes:
        print(f"{note['at']}  {note['title']}")
    if not (done or notes or failed):
        print("Nothing is due.")


def _say(title: str, settled: "Settled | None", as_json: bool) -> None:
    facts = _facts(settled) if settled else {"status": "never published", "release": 0, "revision": 0, "happened": ""}
    if as_json:
        print(json.dumps({"title": title, **facts}, ensure_ascii=False))
    elif settled is None:
        print(f"{title}: it was never published")
    else:
        print(f"{title}: {facts['status']}, release {facts['release']} (publication {facts['revision']})")


def _facts(settled: "Settled") -> dict[str, Any]:
    entry = settled.entry
    return {
        "status": entry.publication.status if entry.publication else "published",
        "release": entry.release.number if entry.release else 0,
        "revision": entry.publication.revision if entry.publication else 0,
        "happened": settled.kind,
    }


def _require_registered(session: Session, title: str) -> None:
    from vod_assets.cli.titles import unknown

    if session.store.record(title) is None:
        raise unknown(session, title)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _user(ask: Callable[[], str] = getpass.getuser) -> str:
    try:
        return ask()
    except (KeyError, OSError) as error:  # a container's user may have a number alone
        cause = "the user that this runs as has no name"
        raise ConfigError("bad_usage", cause, "Say who says so: --by NAME") from error
