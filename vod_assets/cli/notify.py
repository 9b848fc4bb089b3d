"""``vod notify``: trying the channels of ``VOD_NOTIFY``."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer

from vod_assets.cli.session import open_session
from vod_assets.domain.errors import ConfigError, RemoteError

app = typer.Typer(help="Try the channels that people and systems are told by.", no_args_is_help=True)


@app.callback()
def notify() -> None:
    """Try the channels that people and systems are told by."""


@app.command("test")
def try_channels(
    channel: Annotated[str, typer.Option("--channel", help="One channel; without it, every one.")] = "",
) -> None:
    """Send a test notice, past the outbox, and say what became of it. Example: [cyan]vod notify test[/]."""
    from vod_assets.adapters.notify.opening import load_notify, open_channels
    from vod_assets.domain.events import event
    from vod_assets.named_secrets import referenced
    from vod_assets.ports.notices import Patience

    with open_session() as session:
        said = load_notify(session.settings)
        names = [one.name for one in said.channels]
        if not names:
            raise ConfigError("unknown_channel", "no channels are set up", "Name a file in VOD_NOTIFY")
        if channel and channel not in names:
            cause = f"there is no channel “{channel[:40]}”"
            raise ConfigError("unknown_channel", cause, f"Use one of: {', '.join(names)}")
        told = event("test", "info", secrets.token_hex(8), "this is a test; nothing happened", datetime.now(UTC))
        by_name = open_channels(said, session.settings, referenced)
        failed = []
        for name in [channel] if channel else names:
            answer = by_name[name].send(told, Patience())
            print(f"{name:<16} {'taken' if answer.outcome == 'taken' else answer.said}")
            failed += [name] if answer.outcome != "taken" else []
    if failed:
        raise RemoteError("notice_failed", f"{', '.join(failed)} did not take the test", "See docs/notifications.md")
