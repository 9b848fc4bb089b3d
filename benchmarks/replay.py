"""The tool calls of a run once more, from a shell script: what they cost without an orchestrator."""

import shlex
from pathlib import Path

from benchmarks.measure import measured
from benchmarks.sides import VodRun, fresh


def replayed(run: VodRun, folder: Path) -> float:
    """Run the same tool calls in the same order and return their CPU seconds; outputs go where they went.

    Folders that the run has removed since are made beforehand and not counted. A call whose input is gone (a picture
    that Python made in between) ends at once; there are none but small ones.
    """
    fresh(folder)
    for path in _folders(run):
        path.mkdir(parents=True, exist_ok=True)
    calls = [f"(cd {shlex.quote(call['cwd'])} && exec {shlex.join(call['argv'])})" for call in run.tools]
    script = folder / "replay.sh"
    script.write_text("\n".join([*(f"{call} >/dev/null 2>&1 </dev/null" for call in calls), "exit 0", ""]))
    return measured(["bash", script], folder).cpu_seconds


def _folders(run: VodRun) -> set[Path]:
    words = [word.removeprefix("file:") for call in run.tools for word in call["argv"][1:]]
    parts = [part for word in words for part in word.replace("=", ",").split(",")]  # Packager: in=…,init_segment=…
    inside = {Path(part).parent for part in parts if part.startswith(str(run.home))}
    return inside | {Path(call["cwd"]) for call in run.tools}
