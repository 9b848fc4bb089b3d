"""Progress for a person: a live bar per step on a terminal, plain lines elsewhere; always on standard error."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from vod_assets.logs import is_json, say
from vod_assets.ports import Progress, Transfer
from vod_assets.ports.transfers import watched

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

SECONDS_BETWEEN_LINES = 2.0
PERCENT_BETWEEN_LINES = 2
SECONDS_BETWEEN_TRANSFERS = 5.0


class Display(Protocol):
    """Shows what each step does; a `vod_assets.defs.step.StepReporter`."""

    def started(self, title: str, step: str) -> None:
        """A step has begun."""
        ...

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """A step has come this far."""
        ...

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Files of a step, or of no step, are this far on their way."""
        ...

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        """An asset is there, or does not apply to the title."""
        ...


class Lines:
    """One line an event, for logs and pipes.

    Args:
        quiet: Say nothing of transfers: a machine reads what comes of the command.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._is_quiet = quiet
        self._last: dict[str, tuple[float, int]] = {}
        self._moved_at: dict[str, float] = {}

    def started(self, title: str, step: str) -> None:
        """Print that a step has begun."""
        self._print(f"{title}: {step} …", title, step)

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Print percent, frames per second, speed and time left, throttled."""
        said_at, said_percent = self._last.get(step, (0.0, -PERCENT_BETWEEN_LINES))
        is_due = time.monotonic() - said_at >= SECONDS_BETWEEN_LINES
        if progress.percent >= said_percent + PERCENT_BETWEEN_LINES and (is_due or progress.percent == 100):
            self._last[step] = (time.monotonic(), progress.percent)
            self._print(f"{title}: {step} {progress.percent} % {rates(progress)}", title, step)

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Print how far files are, throttled."""
        said_at = self._moved_at.get(transfer.what, float("-inf"))
        is_due = time.monotonic() - said_at >= SECONDS_BETWEEN_TRANSFERS or transfer.is_over
        if is_due and not self._is_quiet:
            self._moved_at[transfer.what] = time.monotonic()
            self._print(f"{title}: {transfer}" if title else str(transfer), title, step)

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        """Print what became of an asset; a title is not concerned with most codecs and rungs that there are."""
        if not empty:
            self._print(f"{title}: {asset} {'reused' if reused else 'made'}", title)

    def _print(self, line: str, title: str, step: str = "") -> None:
        if is_json():
            say(line, title=title, step=step)
        else:
            print(line, file=sys.stderr, flush=True)


class LiveBars:
    """One bar a step, on a terminal."""

    def __init__(self, bars: "Bars") -> None:
        self.bars = bars
        self._tasks: dict[str, TaskID] = {}

    def started(self, title: str, step: str) -> None:
        """Open the step's bar; the one before is done."""
        for task in self._tasks.values():
            self.bars.update(task, completed=100, visible=False)
        self._tasks[step] = self.bars.add_task(step, total=100, rates="")

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Move the step's bar."""
        self.bars.update(self._tasks[step], completed=progress.percent, rates=rates(progress))

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Move a bar of the transfer's own, and take it away at the end."""
        if transfer.what not in self._tasks:
            self._tasks[transfer.what] = self.bars.add_task(transfer.what, total=100, rates="")
        said = str(transfer).removeprefix(f"{transfer.what} {transfer.percent} % ")
        self.bars.update(self._tasks[transfer.what], completed=transfer.percent, rates=said)
        if transfer.is_over:
            self.bars.remove_task(self._tasks.pop(transfer.what))

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        """Print what became of an asset above the bars; nothing of one that does not apply."""
        if empty:
            return
        colour = "dim" if reused else "green"
        self.bars.console.print(f"[{colour}]{'reused' if reused else 'made  '}[/] {asset}", highlight=False)


@contextmanager
def open_display(quiet: bool = False) -> Iterator[Display]:
    """Return live bars on a terminal and plain lines elsewhere.

    Args:
        quiet: Never draw bars: standard output belongs to a machine.
    """
    with _opened(quiet) as display, watched(lambda transfer: display.moved("", "", transfer)):
        yield display


@contextmanager
def _opened(quiet: bool) -> Iterator[Display]:
    if quiet or is_json() or not sys.stderr.isatty():
        yield Lines(quiet)
        return

    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rates]}"),
    )
    # Dagster points standard error at a file while a step runs; this copy stays the terminal.
    with (
        os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8") as terminal,
        Bars(*columns, console=Console(file=terminal), transient=True) as bars,
    ):
        yield LiveBars(bars)


def rates(progress: Progress) -> str:
    """Return ``31 fps 1.30x 0:11 left``."""
    left = progress.left_seconds
    ending = "" if left is None else f" {left // 60}:{left % 60:02} left"
    return f"{float(progress.frames_per_second):.0f} fps {float(progress.speed):.2f}x{ending}"
