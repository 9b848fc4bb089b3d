"""What a changed shot costs a title whose pieces are named by their shots.

Called as ``python -m trials.shots [--minutes 10] [--changed 2]``. A small title is published, in pieces; then its
source is delivered again with other pictures for two seconds. What is encoded of it is counted in the store, and every
check of both releases has passed, or the trial ends with an error.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from vod_assets.adapters.tools import Tools
from vod_assets.settings import load_settings

CHECKS = [f"hls_package.{name}" for name in ("durations", "aligned", "manifest", "decodes")]
PROFILE: dict[str, Any] = {
    "name": "shots",
    "segment_seconds": 4,
    "gop_seconds": 2,
    "pieces": {"fingerprint": "shots"},
    "video": [{"preset": "ultrafast", "threads": 1, "rungs": [{"name": "90p", "box": "160x90", "crf": 30}]}],
    "thumbnails": None,
    "variants": [{"name": "clear"}],
    "required_checks": [*CHECKS, "dash_package.manifest", "dash_package.same_media"],
}
MOST_SHARE = 0.05
Place = Path


@dataclass(frozen=True)
class House:
    """A folder with a film, a profile, and all that is made of it."""

    folder: Path
    seconds: int
    piece_seconds: int | None = None

    def deliver(self, changed: tuple[float, float] | None = None) -> None:
        """Write the film, with another picture between two times.

        The quantiser is constant and GOPs are closed, so that the other packets stay what they were: what a correction
        does to a master of independent frames, or one that is only encoded again where it was cut.
        """
        other = f",negate=enable='between(t,{changed[0]},{changed[1] - 0.01})'" if changed else ""
        picture = f"testsrc2=s=160x90:r=25:d={self.seconds}{other}"
        sound = f"sine=440:d={self.seconds}"
        coding = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "30", "-g", "50", "-sc_threshold", "0")
        inputs = [word for spec in (picture, sound) for word in ("-f", "lavfi", "-i", spec)]
        ffmpeg = str(Tools.from_settings(load_settings()).ffmpeg)
        quiet = [ffmpeg, "-v", "error", "-nostdin", "-y"]
        subprocess.run([*quiet, *inputs, *coding, "-pix_fmt", "yuv420p", str(self.folder / "film.mp4")], check=True)

    def start(self) -> "subprocess.Popen[str]":
        """Start a run of the whole graph."""
        (self.folder / "shots.yaml").write_text(yaml.safe_dump(self._profile()))
        return subprocess.Popen(
            [sys.executable, "-m", "vod_assets", "run-workflow", str(self.folder / "film.mp4"), "--json"],
            env={**os.environ, **self._environment()},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def publish(self) -> dict[Place, int]:
        """Run the whole graph, and return how many frames each piece has that is in the store afterwards."""
        run = self.start()
        _, said = run.communicate()
        if run.returncode:
            raise SystemExit(f"the run ended with {run.returncode}:\n{said[-2000:]}")
        return self.pieces()

    def pieces(self) -> dict[Place, int]:
        """Return how many frames each piece in the store has."""
        found = (self.folder / "home" / "store" / "titles" / "film" / "h264_90p.piece").glob("*/artifact.json")
        return {one: json.loads(one.read_text())["artifact"]["document"]["frames"] for one in found}

    def _profile(self) -> dict[str, Any]:
        length = {"seconds": self.piece_seconds} if self.piece_seconds else {}
        return PROFILE | {"pieces": PROFILE["pieces"] | length}

    def _environment(self) -> dict[str, str]:
        return {
            "VOD_HOME": str(self.folder / "home"),
            "VOD_PROFILES": str(self.folder),
            "VOD_PROFILE": "shots",
            "DAGSTER_HOME": "",
        }


def again(house: House, changed: tuple[float, float]) -> tuple[int, int, int]:
    """Return the frames of a title, how many of them a changed shot had encoded again, and in how many pieces."""
    house.deliver()
    before = house.publish()
    house.deliver(changed)
    fresh = {place: frames for place, frames in house.publish().items() if place not in before}
    return sum(before.values()), sum(fresh.values()), len(fresh)


def main() -> None:
    """Make both releases and say what the second one cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--changed", type=float, default=2, help="seconds that change, in the middle")
    arguments = parser.parse_args()
    seconds = round(arguments.minutes * 60)
    begins = seconds // 4 * 2
    with tempfile.TemporaryDirectory() as folder:
        changed = (begins, begins + arguments.changed)
        frames, fresh, pieces = again(House(Path(folder), seconds), changed)
    print(f"{fresh} of {frames} frames were encoded again, in {pieces} pieces ({fresh / frames:.1%})")
    if not 0 < fresh <= MOST_SHARE * frames:
        raise SystemExit(f"that is not within {MOST_SHARE:.0%}")


if __name__ == "__main__":
    main()
