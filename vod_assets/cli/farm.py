"""Commands of the farm, which is not built yet: they say so."""

import sys
from typing import Annotated

import typer

from vod_assets.cli.outcome import WRONG_USAGE


def worker() -> None:
    """Start a worker of the farm (not available yet). Example: [cyan]vod worker[/]."""
    _not_yet("worker")


def beat() -> None:
    """Start the farm's clock (not available yet). Example: [cyan]vod beat[/]."""
    _not_yet("beat")


def replay(task_id: Annotated[str, typer.Argument(help="The task to run again.")]) -> None:
    """Run a task of the farm again (not available yet). Example: [cyan]vod replay 4f2c[/]."""
    _not_yet(f"replay {task_id}")


def _not_yet(command: str) -> None:
    print(
        f"vod: “{command}” needs the farm (Celery and RabbitMQ), which this version does not have. "
        "Use `vod run-workflow SOURCE`, or `make dev` for the UI and its daemon.",
        file=sys.stderr,
    )
    raise typer.Exit(WRONG_USAGE)
