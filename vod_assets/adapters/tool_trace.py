"""A record of every tool call, for people who wonder what was run and for the benchmarks."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

VARIABLE = "VOD_TRACE_TOOLS"


def trace(argv: Sequence[str], cwd: Path | None, cpu_seconds: float, wall_seconds: float) -> None:
    """Append one JSON line to the file that ``VOD_TRACE_TOOLS`` names, if it names one."""
    target = os.environ.get(VARIABLE)
    if not target:
        return
    call = {"argv": list(argv), "cwd": str(cwd or Path.cwd()), "cpu_seconds": cpu_seconds, "wall_seconds": wall_seconds}
    line = (json.dumps(call) + "\n").encode()
    descriptor = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line)  # one write: lines of two processes never mix
    finally:
        os.close(descriptor)
