"""What ends a tool that goes on too long: the kernel's limits (setrlimit), and a watchdog over time and advance."""

import resource
import time
from collections.abc import Callable

from vod_assets.domain.text.cue import clock
from vod_assets.ports import Advance, Limits

OPEN_FILES = 256

Pulse = Callable[[], Advance]


class Watchdog:
    """Knows since when a tool runs, and since when it gave a sign of life.

    Any output is one, unless there is a pulse: then only advance is.
    """

    def __init__(self, limits: Limits, pulse: Pulse | None = None) -> None:
        self.limits = limits
        self.started = self._alive_at = time.monotonic()
        self._pulse = pulse
        self._advance = pulse() if pulse else Advance()

    @property
    def running_seconds(self) -> float:
        """Wall time since the start."""
        return time.monotonic() - self.started

    def heard(self) -> None:
        """Take note that the tool has said something."""
        if self._pulse is None:
            self._alive_at = time.monotonic()

    def objection(self) -> tuple[str, str] | None:
        """Return a code and what the tool did, when it must end."""
        if self.running_seconds > self.limits.wall_seconds:
            return "limit_exceeded", f"ran longer than its {self.limits.wall_seconds} s"
        self._feel_pulse()
        if time.monotonic() - self._alive_at <= self.limits.stall_seconds:
            return None
        if self._pulse is None:
            return "stalled", f"said nothing for {self.limits.stall_seconds} s"
        place = clock(self._advance.done_seconds)
        return "stalled", f"stalled at {place}: no advance for {self.limits.stall_seconds} s"

    def _feel_pulse(self) -> None:
        if self._pulse is not None and (advance := self._pulse()) != self._advance:
            self._advance, self._alive_at = advance, time.monotonic()


def kernel_limits(limits: Limits) -> list[tuple[int, tuple[int, int]]]:
    """Return soft and hard limits; none above what this process may have itself."""
    wanted = {
        resource.RLIMIT_AS: (limits.address_space_bytes, limits.address_space_bytes),
        # SIGXCPU at the soft limit, SIGKILL five seconds later: ffmpeg takes the first as a wish to end well.
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 5),
        resource.RLIMIT_FSIZE: (limits.file_bytes, limits.file_bytes),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
    }
    return [(name, _within(pair, resource.getrlimit(name)[1])) for name, pair in wanted.items()]


def _within(pair: tuple[int, int], ceiling: int) -> tuple[int, int]:
    if ceiling == resource.RLIM_INFINITY:
        return pair
    return min(pair[0], ceiling), min(pair[1], ceiling)
