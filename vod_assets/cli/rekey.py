"""``vod rekey``."""

import sys
from typing import Annotated

import typer

from vod_assets.cli.outcome import Outcome, failure_of
from vod_assets.cli.progress import Display, open_display
from vod_assets.cli.run_workflow import AsJson, finish, materialise
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import VodError
from vod_assets.domain.selecting import Asked


def rekey(
    title: Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")], as_json: AsJson = False
) -> None:
    """Give a title new content keys: its tracks are packaged anew and published, and nothing is encoded.

    Example: [cyan]vod rekey film[/]
    """
    with open_session() as session, open_display(quiet=as_json) as display:
        outcome = rekeyed(session, title, display)
    if outcome.error is None and not as_json:
        print("older releases keep the old keys: players that open one still need them", file=sys.stderr)
    finish(outcome, as_json)


def rekeyed(session: Session, title: str, display: Display) -> Outcome:
    """Return what became of a title: published with new keys, or why not."""
    from vod_assets.defs.rekeying import FOLLOWING, renewed

    try:
        with session.held(title, "rekey"):
            renewed(session.store, session.keys, title)
        return materialise(session, title, Asked(FOLLOWING), display)
    except VodError as error:
        return Outcome(title=title, error=failure_of(error.about(title=title)))
