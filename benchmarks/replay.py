"""The tool calls of a run once more, from a shell script: what they cost without an orchestrator."""

import shlex
from pathlib import Path

from benchmarks.measure import measured
from benchmarks.sides import VodRun, fresh


def replayed(run: VodRun, folder: Path) -> tuple[float, int]:
    """Run the same tool calls in the same order; return their CPU seconds and how many could not be repeated.

    Outputs go where they went. A call whose input was temporary and is gone (a playlist written for one decode, links
    made for one packaging) ends at once; what it used in the run itself is counted for it.
    """
    fresh(folder)
    for path in _folders(run):
        path.mkdir(parents=True, exist_ok=True)
    codes = folder / "codes"
    calls = [f"(cd {shlex.quote(call['cwd'])} && exec {shlex.join(call['argv'])})" for call in run.tools]
    lines = [f"{call} >/dev/null 2>&1 </dev/null; echo $? >>{codes}" for call in calls]
    script = folder / "replay.sh"
    script.write_text("\n".join([*lines, "exit 0", ""]))
    spent = measured(["bash", script], folder).cpu_seconds
    failed = [call for call, code in zip(run.tools, codes.read_text().split(), strict=True) if code != "0"]
    return spent + sum(call["cpu_seconds"] for call in failed), len(failed)


def _folders(run: VodRun) -> set[Path]:
    words = [word.removeprefix("file:") for call in run.tools for word in call["argv"][1:]]
    parts = [part for word in words for part in word.replace("=", ",").split(",")]  # Packager: in=…,init_segment=…
    inside = {Path(part).parent for part in parts if part.startswith(str(run.home))}
    return inside | {Path(call["cwd"]) for call in run.tools}
