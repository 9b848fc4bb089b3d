"""Workers are killed while they share the pieces of one title.

Every piece has to be made, none twice but one that was in flight when its worker died, and the joined rendition has to
be that of one process.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from benchmarks.spread import ASSETS, PIECE_SECONDS, WAITING
from trials.farm import OVER, Restarted, last_runs, wait
from vod_assets.defs.registration import register
from vod_assets_tests.adapters.transcode.clips import moving_picture, tools
from vod_assets_tests.deployment import deployed, without_waiting
from vod_assets_tests.farm import Farm, farm, worker
from vod_assets_tests.studio import Studio

RUNG = "h264_360p"
TITLE = "film"
MINUTES = 10.0


@dataclass
class House:
    """A farm, and its workers of the queue `encode`, which may be killed."""

    farm: Farm
    chance: random.Random
    workers: dict[str, Restarted] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a worker that does not run."""
        self.pids[name] = self.workers[name].start().pid

    def kill_one(self) -> None:
        """Kill a worker and start it again."""
        name = self.chance.choice(sorted(self.workers))
        print(f"{time.strftime('%H:%M:%S')} worker {name} is killed", flush=True)
        os.killpg(self.pids[name], 9)
        self.workers[name].stop()
        self.start(name)


def main() -> int:
    """Run the trial; return 1 when something is not as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=40)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long an encode waits")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vod-shared-"))
    try:
        with house(folder, asked) as at:
            wrong = shared(at, asked)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(wrong) or "every piece was made once, or once more where its worker was killed")
    return 1 if wrong else 0


@contextmanager
def house(folder: Path, asked: argparse.Namespace) -> Iterator[House]:
    """Run a farm with the source of one title."""
    folder.chmod(0o755)
    source = moving_picture(folder / "film.mp4", "640x360", asked.pieces * PIECE_SECONDS)
    with farm(folder / "studio", source, {"rest": "package=1,default=1"}) as made, ExitStack() as stack:
        cut(made.studio)
        made.studio.ffmpeg.write_text(WAITING.format(ffmpeg=tools().ffmpeg, seconds=asked.seconds))
        at = House(made, random.Random(asked.seed))  # noqa: S311 - no secret
        for number in range(asked.workers):
            name = f"encode{number}"
            at.workers[name] = Restarted(lambda name=name: worker(made.studio, name, "encode=1"))  # type: ignore[misc]
            stack.callback(at.workers[name].stop)
            at.start(name)
        yield at


def cut(studio: Studio) -> None:
    """Have the title of a studio made in pieces."""
    studio.edit_profile(lambda profile: profile.update(pieces={"seconds": PIECE_SECONDS}))


def shared(at: House, asked: argparse.Namespace) -> list[str]:
    """Kill workers while they make a title; return what is wrong at the end."""
    studio = at.farm.studio
    with studio.session() as session:
        register(session.registrar(), str(studio.source))
    without_waiting(studio, runs_at_once=1)
    with studio.session() as session, deployed(studio, studio.folder / "daemon.log", with_ui=False):
        if studio.vod("backfill", "--select", ASSETS).code:
            return ["the title was not launched"]
        if not wait(studio.is_encoding, 120):
            return ["nobody encodes"]
        for _ in range(asked.kills):
            time.sleep(at.chance.uniform(1, 4))
            at.kill_one()
        if not wait(lambda: last_runs(session)[TITLE].status in OVER, MINUTES * 60):
            return ["the run does not end"]
        return judged(at, session, asked)


def judged(at: House, session: Any, asked: argparse.Namespace) -> list[str]:
    """Return what is not as it has to be."""
    (run,) = session.instance.get_runs()
    encodes = Counter(_begins(call) for call in at.farm.studio.calls() if "libx264" in call)
    print(f"{len(encodes)} pieces; encodes that ended: {encodes.total()}; kills: {asked.kills}", flush=True)
    left = list((at.farm.studio.home / "store" / "claims").rglob("*.json"))
    print(f"claims that are left for `vod gc`: {len(left)}", flush=True)
    if run.status != dg.DagsterRunStatus.SUCCESS:
        return [f"the run ended as {run.status.value}"]
    artifact = session.store.latest(TITLE, RUNG)
    wrong = [] if len(encodes) == asked.pieces else [f"{len(encodes)} of {asked.pieces} pieces were encoded"]
    again = {begin: count for begin, count in encodes.items() if count > 1}
    wrong += [f"pieces were encoded more often: {again}"] if sum(again.values()) - len(again) > asked.kills else []
    return wrong + ([] if _bytes(artifact) == _alone(at) else ["the rendition is not that of one process"])


def _begins(call: list[str]) -> str:
    """Return where an encode begins in the source; nothing: at the start."""
    return call[call.index("-ss") + 1] if "-ss" in call else ""


def _bytes(artifact: Any) -> list[str]:
    """Return the digests of an artifact's files; its own names the FFmpeg, which waits here."""
    return [file.sha256 for file in artifact.files]


def _alone(at: House) -> list[str]:
    """Return the digests of the files that one process makes of the same source."""
    alone = Studio.make(at.farm.studio.folder.with_name("alone"), at.farm.studio.source)
    cut(alone)
    ended = alone.run("--select", ASSETS)
    if ended.code:
        raise SystemExit(ended.stderr)
    with alone.session() as session:
        return _bytes(session.store.latest(TITLE, RUNG))


if __name__ == "__main__":
    sys.exit(main())
