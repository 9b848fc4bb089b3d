"""Plans of a catalogue: titles that were made, by stand-ins for the tools, and titles that never were.

``python benchmarks/plans.py WORK MADE NEVER`` makes a catalogue below WORK, unless it is there, and plans it with one
process: first with no memory, then again. A title that was made is 230 files and folders in the store.
"""

import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vod_assets.adapters.cms.static import StaticCms
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets_tests.workshop import Workshop

URL = "http://127.0.0.1:8000"


def catalogue(folder: Path, made: int, never: int) -> tuple[Workshop, list[str]]:
    """Return a workshop with so many titles, and their ids; those that are there already stay."""
    os.fsync = lambda _: None  # type: ignore[assignment]
    workshop = Workshop(folder, LocalOrigin(folder / "origin", URL, [folder / "store"]), StaticCms(folder / "cms", URL))
    there, titles = set(workshop.store.titles()), []
    for number in range(made + never):
        title = f"{'made' if number < made else 'never'}-{number:06}"
        titles.append(title)
        if title not in there:
            workshop.deliver(title, cut=number)
            workshop.register(title)
            if number < made:
                workshop.run(title)
    return workshop, titles


def planned(workshop: Workshop, titles: Sequence[str]) -> tuple[float, float, int]:
    """Return CPU and wall seconds of planning titles, and how many need a run."""
    cpu, wall = time.process_time(), time.monotonic()
    with workshop.sealed_planner() as planner:
        needy = sum(planner.plan(title).needs_run for title in titles)
    return time.process_time() - cpu, time.monotonic() - wall, needy


def main() -> None:
    """Print the figures."""
    folder, made, never = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    workshop, titles = catalogue(folder, made, never)
    for said in ("first plan", "the same again"):
        cpu, wall, needy = planned(workshop, titles)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{said}: {len(titles)} titles, {needy} need a run; {cpu:.1f} CPU s, {wall:.1f} s, at most {most:.0f} MiB"
        )


if __name__ == "__main__":
    main()
