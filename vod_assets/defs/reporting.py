"""Telling a person what a run does: lines in the run's log, and whoever else wants to know."""

import time

import dagster as dg

from vod_assets.ports import Progress, Transfer

SECONDS_BETWEEN_LINES = 15.0
PERCENT_BETWEEN_LINES = 5
SECONDS_BETWEEN_TRANSFERS = 30.0
BAR_WIDTH = 20


class LogReporter:
    """Writes to the run's log: one line a step, and a bar at most every 15 s or 5 %."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self.log = log
        self._last: dict[str, tuple[float, int]] = {}
        self._moved_at: dict[str, float] = {}

    def started(self, title: str, step: str) -> None:
        """Say nothing: Dagster's own event says it."""

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Write a bar line, throttled."""
        said_at, said_percent = self._last.get(step, (0.0, -PERCENT_BETWEEN_LINES))
        is_due = time.monotonic() - said_at >= SECONDS_BETWEEN_LINES
        if progress.percent >= said_percent + PERCENT_BETWEEN_LINES and (is_due or progress.percent == 100):
            self._last[step] = (time.monotonic(), progress.percent)
            self.log.info(f"{step} {bar_line(progress)}")

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Write a line when a transfer turns out to be long, each half a minute, and at its end."""
        said_at = self._moved_at.get(transfer.what, float("-inf"))
        if time.monotonic() - said_at >= SECONDS_BETWEEN_TRANSFERS or transfer.is_over:
            self._moved_at[transfer.what] = time.monotonic()
            self.log.info(f"{step}: {transfer}")

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        """Write what became of an asset; of one that does not apply, its materialisation says so, and why."""
        if not empty:
            self.log.info(f"{asset}: {'reused' if reused else 'made'}")


class ReporterResource(dg.ConfigurableResource[LogReporter]):
    """Gives each run its reporter."""

    def create_resource(self, context: dg.InitResourceContext) -> LogReporter:
        """Return the reporter that writes to the run's log."""
        if context.log is None:
            raise dg.DagsterInvariantViolationError("a reporter needs a run")
        return LogReporter(context.log)


def bar_line(progress: Progress) -> str:
    """Return progress as text: ``|█████░░░░| 45 % 31 fps 1.3x, 0:11 left``."""
    filled = BAR_WIDTH * progress.percent // 100
    left = "" if progress.left_seconds is None else f", {clock(progress.left_seconds)} left"
    rates = f"{float(progress.frames_per_second):.0f} fps {float(progress.speed):.2f}x"
    return f"|{'█' * filled}{'░' * (BAR_WIDTH - filled)}| {progress.percent} % {rates}{left}"


def clock(seconds: int) -> str:
    """Return ``0:11`` or ``1:02:03``."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
