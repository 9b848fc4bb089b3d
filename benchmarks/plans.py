"""Plans of a catalogue: titles that were made, by stand-ins for the tools, and titles that never were.

``python benchmarks/plans.py WORK MADE NEVER`` makes a catalogue below WORK, unless it is there, and plans it: in this
process, first with no memory, then again; and those never made by the command, which has two processes for more than
500. A title that was made is 230 files and folders in the store.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import measured
from vod_assets.adapters.cms.static import StaticCms
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.plans import FILE
from vod_assets_tests.workshop import Workshop

URL = "http://127.0.0.1:8000"


def catalogue(folder: Path, made: int, never: int) -> tuple[Workshop, list[str]]:
    """Return a workshop with so many titles, and their ids; those that are there already stay."""
    os.fsync = lambda _: None  # type: ignore[assignment]
    workshop = Workshop(folder, LocalOrigin(folder / "origin", URL, [folder / "store"]), StaticCms(folder / "cms", URL))
    there, titles = set(workshop.store.titles()), []
    for number in range(made + never):
        title = f"made-{number:06}" if number < made else f"never-{number - made:06}"
        titles.append(title)
        if title not in there:
            workshop.deliver(title, cut=number)
            workshop.register(title)
            if number < made:
                workshop.run(title)
    return workshop, titles


def planned(workshop: Workshop, titles: Sequence[str]) -> float:
    """Return the CPU milliseconds that a title's plan takes in this process."""
    with workshop.sealed_planner() as planner:
        cpu = time.process_time()
        for title in titles:
            planner.plan(title)
        return (time.process_time() - cpu) * 1000 / len(titles)


def trial(folder: Path, made: int, never: int) -> dict[str, float]:
    """Return the figures of a catalogue with so many titles that were made, and that never were."""
    workshop, titles = catalogue(folder, made, never)
    (folder / "cache" / FILE).unlink(missing_ok=True)
    costs = {"looked into for the first time": planned(workshop, titles[:made])}
    costs["unchanged"] = planned(workshop, titles[:made])
    edited = workshop.profile()
    edited["video"][0]["rungs"][0]["crf"] += 1
    workshop.save_profile(edited)
    costs["of which one rung's preset has changed"] = planned(workshop, titles[:made])
    workshop.tools["packager"].build = "2"
    costs["of which the packager has changed, too"] = planned(workshop, titles[:made])
    costs["never made"] = planned(workshop, titles[made:])
    figures = {f"plan of a title {said}, CPU ms": cost for said, cost in costs.items()}
    figures["plans in one process, MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for said, cost in costs.items():
        figures[f"100,000 titles {said}, CPU minutes of each of two processes (≤ 5)"] = cost * 100 / 2 / 60
    return figures | commanded(workshop, never)


def commanded(workshop: Workshop, never: int) -> dict[str, float]:
    """Return what `vod plan` takes, its start included, of titles that were never made."""
    environment = {
        "VOD_HOME": str(workshop.folder / "home"),
        "VOD_STORE": (workshop.folder / "store").as_uri(),
        "VOD_PROFILES": str(workshop.folder / "profiles"),
        "DAGSTER_HOME": "",
    }
    command = [sys.executable, "-m", "vod_assets", "plan", "--json", "--titles", "never-*"]
    ended = measured(command, workshop.folder, environment, sample_memory=True).checked()
    if (told := len(ended.stdout.splitlines())) != never:
        raise SystemExit(f"{told} of {never} titles were planned")
    return {
        f"vod plan of {never} titles, CPU s": ended.cpu_seconds,
        f"vod plan of {never} titles, wall s": ended.wall_seconds,
        f"vod plan of {never} titles, MiB of all its processes (≤ 1024)": ended.peak_bytes / 2**20,
    }


def main() -> None:
    """Print the figures as one JSON object."""
    print(json.dumps(trial(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
