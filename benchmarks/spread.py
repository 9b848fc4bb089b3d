"""Pieces of one title on one worker and on two: ``python -m benchmarks.spread [--real] [--seconds N] [--pieces N]``.

A farm of its own on loopback (RabbitMQ, PostgreSQL, Dagster's daemon, workers) makes the same title twice under two
names, first with one worker of the queue `encode`, then with two. Encode times are simulated: FFmpeg waits before each
encode of a tiny picture. With ``--real`` nothing waits: the encodes are those of a 720p picture, and each worker is
pinned to a processor of its own.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import dagster as dg
import psutil

from vod_assets.defs.registration import register
from vod_assets_tests.adapters.transcode.clips import moving_picture, tools
from vod_assets_tests.deployment import deployed, without_waiting
from vod_assets_tests.farm import Farm, FarmStudio, farm, worker

WAITING = """\
#!/bin/sh
case "$*" in *libx264*) sleep {seconds} ;; esac
exec {ffmpeg} "$@"
"""
ASSETS = "mezzanine,media_info,markers,encoding_ladder,h264_360p"
STEP = "h264_renditions"
PIECE_SECONDS = 4
LONGEST_SECONDS = 900
REAL = {"box": "1280x720", "crf": 23}


@dataclass(frozen=True)
class Bench:
    """A farm whose titles are cut into pieces.

    Attributes:
        pinned: Whether each worker has a processor of its own.
    """

    farm: Farm
    source: Path
    pinned: bool

    @property
    def studio(self) -> FarmStudio:
        """Where all is kept."""
        return self.farm.studio

    def made(self, title: str) -> float:
        """Return how long the codec's step takes, of a title that is made now."""
        copy = self.studio.folder / f"{title}.mp4"
        shutil.copy2(self.source, copy)
        with self.studio.session() as session:
            register(session.registrar(), str(copy))
        asked = self.studio.vod("backfill", "--select", ASSETS)
        if asked.code:
            raise SystemExit(asked.stderr)
        with self.studio.session() as session:
            return _step_seconds(session.instance, title)

    @contextmanager
    def working(self, name: str, processor: int) -> Iterator["Popen[bytes]"]:
        """Run a worker of one encode at a time."""
        with worker(self.studio, name, "encode=1") as process:
            if self.pinned:
                for one in (psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)):
                    one.cpu_affinity([processor])
            yield process


def _step_seconds(instance: dg.DagsterInstance, title: str) -> float:
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        for record in instance.get_run_records(dg.RunsFilter(tags={"dagster/partition": title})):
            if record.dagster_run.is_failure:
                raise SystemExit(f"the run of {title} failed")
            if record.dagster_run.is_success:
                (found,) = instance.get_run_step_stats(record.dagster_run.run_id, [STEP])
                return (found.end_time or 0.0) - (found.start_time or 0.0)
        time.sleep(0.5)
    raise SystemExit(f"{title} is not made after {LONGEST_SECONDS} s")


@contextmanager
def opened(folder: Path, arguments: argparse.Namespace) -> Iterator[Bench]:
    """Run a farm of one worker for everything but encodes."""
    size = "1280x720" if arguments.real else "320x180"
    source = moving_picture(folder / "film.mp4", size, arguments.pieces * PIECE_SECONDS)
    with farm(folder / "studio", None, {"rest": "package=1,default=1"}) as made:
        studio = made.studio
        if not arguments.real:
            studio.ffmpeg.write_text(WAITING.format(ffmpeg=tools().ffmpeg, seconds=arguments.seconds))

        def edit(profile: dict[str, object]) -> None:
            (video,) = profile["video"]  # type: ignore[misc]
            rung = {"name": "360p", "box": "320x180", "crf": 30}
            video["rungs"] = [rung | (REAL if arguments.real else {})]
            video["preset"] = "medium" if arguments.real else "ultrafast"
            profile |= {"pieces": {"seconds": PIECE_SECONDS}}

        studio.edit_profile(edit)
        without_waiting(studio, runs_at_once=1)
        with deployed(studio, studio.folder / "daemon.log", with_ui=False):
            yield Bench(made, source, arguments.real)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", action="store_true", help="real encodes, each worker on a processor of its own")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long a simulated encode waits")
    parser.add_argument("--pieces", type=int, default=12, help="how many pieces the title has")
    arguments = parser.parse_args()
    os.environ.pop("VOD_HOME", None)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as workers, opened(Path(folder), arguments) as bench:
        workers.enter_context(bench.working("one", 0))
        alone = bench.made("alone")
        bench.studio.calls()
        workers.enter_context(bench.working("two", 1))
        shared = bench.made("shared")
        encodes = sum("libx264" in call for call in bench.studio.calls())
        workers.close()
    columns = ("pieces", "one worker, s", "two workers, s", "times as fast", "encodes of the second title")
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    print(f"| {arguments.pieces} | {alone:.1f} | {shared:.1f} | {alone / shared:.2f} | {encodes} |")


if __name__ == "__main__":
    main()
