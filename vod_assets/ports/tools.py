"""The one place that runs outside tools."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Limits:
    """What one run of a tool may use; the kernel and the supervisor end it beyond that."""

    address_space_bytes: int = 4 << 30
    cpu_seconds: int = 24 * 3600
    wall_seconds: int = 12 * 3600
    stall_seconds: int = 120  # without output of any kind, or without advance where the tool reports it
    file_bytes: int = 1 << 40


@dataclass(frozen=True)
class Advance:
    """How far a tool says it is; one that is as far as before does nothing, whatever else it prints."""

    done_seconds: Fraction = Fraction(0)
    frames: int = 0
    written_bytes: int = 0


@dataclass(frozen=True)
class ToolResult:
    """How a tool ended well: its captured output, what it used."""

    stdout: bytes
    stderr: str
    cpu_seconds: float
    wall_seconds: float


class ToolRunner(Protocol):
    """The one place that runs an outside tool."""

    def run(
        self,
        argv: Sequence[str],
        *,
        limits: Limits = Limits(),
        on_line: Callable[[str], None] | None = None,
        on_error_line: Callable[[str], None] | None = None,
        pulse: Callable[[], Advance] | None = None,
        cwd: Path | None = None,
        stdin: bytes = b"",
    ) -> ToolResult:
        """Run a tool to its end and return what it said.

        Args:
            argv: The command; never a shell string.
            limits: What it may use.
            on_line: Called with each line of standard output as it comes (FFmpeg's ``-progress pipe:1``); the lines are
                then not kept.
            on_error_line: Called with each line of standard error, also those that `ToolResult.stderr` (the last 200)
                no longer holds.
            pulse: Asked how far the tool is. Where it is given, only a change of its answer counts as a sign of life:
                FFmpeg reports its progress twice a second even while it waits for ever for its input.
            cwd: Working directory.
            stdin: What the tool reads from standard input; no other user can read it, so secrets take this way.

        Raises:
            ToolError: It ended badly, was killed by a limit, or stalled.
            Cancelled: The run is no longer wanted; the tool and its children are gone.
        """
        ...
