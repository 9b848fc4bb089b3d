"""``vod replay``: what failed, once more."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.progress import open_display
from vod_assets.cli.run_workflow import AsJson, finish, materialise
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.selecting import Asked

if TYPE_CHECKING:
    import dagster as dg

    from vod_assets.defs.replaying import Replay


DEAD_SECONDS = 60.0  # a daemon gives a sign of life each half minute


def replay(
    what: Annotated[
        str, typer.Argument(metavar="ID", help="A run (its first characters do), RUN/STEP, a Celery task, or a title.")
    ],
    here: Annotated[bool, typer.Option("--here", help="In this process, whether or not a daemon runs.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also where nothing failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make what failed again, from the failed step on. Example: [cyan]vod replay 4f2c81aa[/]."""
    from vod_assets.defs.replaying import find

    with open_session() as session, open_display(quiet=as_json) as display:
        wanted = find(session.instance, what, even_if_well=everything)
        if not here and _daemon_lives(session.instance):
            launched = _launched(session, wanted)
            said = {"title": wanted.title, "after": wanted.run, "steps": list(wanted.steps), "backfill": launched}
            if as_json:
                print(json.dumps(said, ensure_ascii=False))
            else:
                print(f"{wanted.title}: {wanted.described}; the daemon launches it (vod backfill show {launched})")
            return
        outcome = materialise(session, wanted.title, Asked(wanted.selection), display)
    finish(outcome, as_json)


def _daemon_lives(instance: "dg.DagsterInstance") -> bool:
    import time

    beats = [status.last_heartbeat for status in instance.get_daemon_statuses().values() if status.last_heartbeat]
    return any(time.time() - beat.timestamp < DEAD_SECONDS for beat in beats)


def _launched(session: Session, wanted: "Replay") -> str:
    from vod_assets.definitions import build_definitions
    from vod_assets.defs.backfills import Wish, launch
    from vod_assets.defs.selection import selected_assets

    if session.store.record(wanted.title) is None:
        raise ConfigError("unknown_title", f"there is no title {wanted.title!r}", "See: vod titles list")
    definitions = build_definitions(session.settings)
    wish = Wish(wanted.selection, f"title={wanted.title}", takes_all=True, priority=0)
    return launch(session.instance, definitions, [wanted.title], wish, selected_assets(definitions, wanted.selection))
