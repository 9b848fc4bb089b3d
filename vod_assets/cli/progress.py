"""Progress for a person: a live bar per step on a terminal, plain lines elsewhere; always on standard error."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from vod_assets.ports import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

SECONDS_BETWEEN_LINES = 2.0
PERCENT_BETWEEN_LINES = 2


class Display(Protocol):
    """Shows what each step does; a `vod_assets.defs.step.StepReporter`."""

    def started(self, title: str, step: str) -> None:
        """A step has begun."""
        ...

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """A step has come this far."""
        ...

    def made(self, title: str, asset: str, reused: bool) -> None:
        """An asset is there."""
        ...


class Lines:
    """One line an event, for logs and pipes."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, int]] = {}

    def started(self, title: str, step: str) -> None:
        """Print that a step has begun."""
        self._print(f"{title}: {step} …")

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Print percent, frames per second, speed and time left, throttled."""
        said_at, said_percent = self._last.get(step, (0.0, -PERCENT_BETWEEN_LINES))
        is_due = time.monotonic() - said_at >= SECONDS_BETWEEN_LINES
        if progress.percent >= said_percent + PERCENT_BETWEEN_LINES and (is_due or progress.percent == 100):
            self._last[step] = (time.monotonic(), progress.percent)
            self._print(f"{title}: {step} {progress.percent} % {rates(progress)}")

    def made(self, title: str, asset: str, reused: bool) -> None:
        """Print what became of an asset."""
        self._print(f"{title}: {asset} {'reused' if reused else 'made'}")

    def _print(self, line: str) -> None:
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

    def made(self, title: str, asset: str, reused: bool) -> None:
        """Print what became of an asset above the bars."""
        colour = "dim" if reused else "green"
        self.bars.console.print(f"[{colour}]{'reused' if reused else 'made  '}[/] {asset}", highlight=False)


@contextmanager
def open_display(quiet: bool = False) -> Iterator[Display]:
    """Return live bars on a terminal and plain lines elsewhere.

    Args:
        quiet: Never draw bars: standard output belongs to a machine.
    """
    if quiet or not sys.stderr.isatty():
        yield Lines()
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
