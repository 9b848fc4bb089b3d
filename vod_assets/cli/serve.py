"""``vod serve``: origin, catalogue and player page on this machine."""

from contextlib import suppress
from typing import Annotated

import typer

from vod_assets.settings import HIGHEST_PORT, load_settings


def serve(
    port: Annotated[
        int | None, typer.Option(min=0, max=HIGHEST_PORT, help="Port; 0 takes a free one. Default: VOD_SERVE_PORT.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other machines reach any but loopback.")
    ] = "127.0.0.1",
) -> None:
    """Serve origin, catalogue and player page until Ctrl-C. Example: [cyan]vod serve[/]."""
    from vod_assets.serve import serve as serve_until_interrupted

    with suppress(KeyboardInterrupt):  # the way to end it, and no failure
        serve_until_interrupted(load_settings(), port, announce, host)


def announce(address: str) -> None:
    """Print where things are served."""
    print(f"catalogue  {address}/\nplayer     {address}/player.html?src=/origin/…/master.m3u8", flush=True)
