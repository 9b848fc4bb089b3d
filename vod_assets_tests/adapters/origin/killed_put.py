"""Put a track and a release again and again, killed at one call later each time; print what viewers saw, as JSON.

A program of its own, for it forks: ``python -m vod_assets_tests.adapters.origin.killed_put FOLDER``.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from vod_assets.adapters.origin import local
from vod_assets_tests.contracts.origin import TRACK, sums


def put(origin: local.LocalOrigin, files: dict[str, Path], deadly: int) -> None:
    """Put everything, and die at the given call of the adapter's code."""
    calls = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        if event == "call" and frame.f_code.co_filename == local.__file__:
            calls += 1
            if calls == deadly:
                os.kill(os.getpid(), signal.SIGKILL)

    checked = sums(files)
    sys.setprofile(count)
    origin.put_track("film", TRACK, files, checked)
    origin.put_release("film", 1, files, checked)


def observations(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what lies at the origin after each death, and after the first put that lives."""
    files = {file.name: file for file in sorted((folder / "made").iterdir())}
    origin = local.LocalOrigin(folder / "origin", "http://127.0.0.1", grace_seconds=0)
    for deadly in range(1, 1000):
        child = os.fork()
        if child == 0:
            put(origin, files, deadly)
            os._exit(0)
        lives = os.waitpid(child, 0)[1] == 0
        yield {
            "track": sorted(file.name for file in (origin.root / "film").glob(f"tracks/{TRACK}/[0-9]*")),
            "release": sorted(file.name for file in (origin.root / "film").glob("releases/1/[0-9]*")),
            "has_track": origin.has_track("film", TRACK),
            "leftovers": origin.leftovers(0),
            "lives": lives,
        }
        if lives:
            return
        if deadly % 2:  # the next one meets what this one left
            origin.remove("film")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(list(observations(Path(sys.argv[1])))))
