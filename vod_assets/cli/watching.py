"""``vod status --watch``: the same table again and again, and what waits and works."""

import time
from collections.abc import Callable

from vod_assets.cli.session import open_session
from vod_assets.cli.standing import Catalogue, standing

SHOWN = 30


def watch_all(title: str, interval: float, looks: Callable[[], bool] = lambda: True) -> None:
    """Show what is going on until Ctrl-C; where nobody looks at a terminal, print what has changed.

    Args:
        title: The one that is shown; empty: the first thirty.
        interval: Seconds between two looks.
        looks: Asked before each further look.
    """
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console, before = Console(), ""
    with open_session() as session:

        def seen() -> str:
            from vod_assets.cli.status import work_lines

            catalogue = Catalogue.of(session, title) if title else Catalogue.whole(session)
            titles = [f"{one.title}  {one.state}" for one in standing(session, catalogue, catalogue.first(SHOWN))]
            return "\n".join([*titles, "", *(work_lines(session) or ["Nothing waits, and nothing works."])])

        try:
            if console.is_terminal:
                with Live(Text(seen()), console=console, auto_refresh=False) as live:
                    while looks():
                        time.sleep(interval)
                        live.update(Text(seen()), refresh=True)
                return
            while True:
                if (now := seen()) != before:
                    print(now, flush=True)
                    before = now
                if not looks():
                    return
                time.sleep(interval)
        except KeyboardInterrupt:
            return
