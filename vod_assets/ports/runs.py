"""What a run is asked, and how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol


class RunGuard(Protocol):
    """Knows whether the run is still wanted."""

    def check(self) -> None:
        """Return while the run is wanted; raise `Cancelled` once it is not. Cheap enough to call every 100 ms."""
        ...


def run_of(guard: RunGuard) -> str:
    """Return the id of the run that a guard speaks for; empty: no run does the work."""
    return str(getattr(guard, "run_id", ""))


@dataclass(frozen=True)
class Progress:
    """How far an encode is: seconds of media done and in all, frames per second, speed (1.0 is real time)."""

    done_seconds: Fraction
    total_seconds: Fraction
    frames_per_second: Fraction
    speed: Fraction

    @property
    def percent(self) -> int:
        """Whole percent done, 0 to 100."""
        return min(100, int(100 * self.done_seconds / self.total_seconds)) if self.total_seconds else 0

    @property
    def left_seconds(self) -> int | None:
        """Seconds until the end at this speed; None while the speed is unknown."""
        left = self.total_seconds - self.done_seconds
        return max(0, int(left / self.speed)) if self.speed else None


OnProgress = Callable[[Progress], None]
