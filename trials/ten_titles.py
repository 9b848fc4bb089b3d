"""The same titles by five ways: embedded, by a farm, and by three transcoding services; one table compares them.

RabbitMQ, PostgreSQL, S3 and FFmpeg are real; the services are stand-ins that refuse what the real ones do, and encode.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets.defs.registration import register
from vod_assets_tests.adapters.transcode.clips import make, tools
from vod_assets_tests.deployment import deployed, without_waiting
from vod_assets_tests.farm import FarmStudio, farm
from vod_assets_tests.servers import elemental as elementals
from vod_assets_tests.servers import s3 as s3_servers
from vod_assets_tests.servers import vantage as vantages
from vod_assets_tests.servers.mediaconvert import ROLE, mediaconvert_server
from vod_assets_tests.servers.transcoding import Share
from vod_assets_tests.studio import Studio

SOURCES = {  # name: size, rate, and how it is encoded
    "film25": ("640x360", "25", {}),
    "ntsc": ("640x360", "30000/1001", {}),
    "film24": ("640x360", "24000/1001", {}),
    "fifty": ("640x360", "50", {}),
    "large": ("1280x720", "25", {}),
    "portrait": ("360x640", "25", {}),
    "square": ("480x480", "30", {}),
    "hevc": ("640x360", "25", {"c:v": "libx265", "x265-params": "log-level=error"}),
    "tenbit": ("640x360", "25", {"pix_fmt": "yuv420p10le", "profile:v": "high10"}),
    "long_gops": ("640x360", "25", {"g": 500}),
}
SECONDS = 4
FARM = {"one": "encode=1", "two": "package=1,default=2"}
MOST_SECONDS = 900


@dataclass(frozen=True)
class Placed(Studio):
    """A studio with more settings than usual."""

    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Its settings, as the environment says them."""
        return {**super().environment, **self.more}


@dataclass
class Way:
    """What came of a way.

    Attributes:
        frames: Frames of each rendition, by title and rung.
        jobs: That were handed in to a service.
    """

    name: str
    published: int = 0
    is_verified: bool = False
    encodes_here: int = 0
    jobs: int = 0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    frames: dict[str, int] = field(default_factory=dict)


def main() -> int:
    """Try every way; return 1 when one of them came to something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=len(SOURCES))
    parser.add_argument("--ways", default="embedded,farm,mediaconvert,elemental,vantage")
    asked = parser.parse_args()
    os.environ.pop("VOD_HOME", None)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        folder.chmod(0o755)
        sources = made_sources(folder / "sources", asked.titles)
        ways = [tried(name, folder / name, sources) for name in asked.ways.split(",")]
    print(table(ways, len(sources)))
    wrong = [way.name for way in ways if way.published < len(sources) or not way.is_verified]
    wrong += [way.name for way in ways if way.frames != ways[0].frames]
    print("all ways came to the same" if not wrong else f"not as it has to be: {', '.join(dict.fromkeys(wrong))}")
    return 1 if wrong else 0


def made_sources(folder: Path, count: int) -> list[Path]:
    """Write the sources, each with a tone."""
    folder.mkdir()
    found = []
    for name, (size, rate, more) in list(SOURCES.items())[:count]:
        tags = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709", "color_range": "tv"}
        usual = {"c:v": "libx264", "preset": "ultrafast", "pix_fmt": "yuv420p", "c:a": "aac", "threads": 1, **tags}
        picture = generated_input(f"testsrc2=s={size}:r={rate}:d={SECONDS}")
        sound = generated_input(f"sine=f=440:r=48000:d={SECONDS}")
        found.append(make(folder / f"{name}.mov", picture, sound, **{**usual, **more}))
    return [folder / f"{name}.mov" for name in list(SOURCES)[: len(found)]]


def tried(name: str, folder: Path, sources: list[Path]) -> Way:
    """Return what came of a way."""
    way, began = Way(name), time.monotonic()
    with ExitStack() as stack:
        if name == "farm":
            studio: Studio
            studio, began = by_farm(stack, folder, sources)
        else:
            studio, service = at_service(stack, name, folder)
            began, cpu = time.monotonic(), cpu_of_children()
            for source in sources:
                made = studio.vod("run-workflow", source, "--json")
                if made.code:
                    print(f"{name}: {source.name}: {made.stdout[-300:]} {made.stderr[-300:]}")
            way.cpu_seconds = cpu_of_children() - cpu
            way.jobs = len(service.jobs) if service else 0
        way.wall_seconds = time.monotonic() - began
        judge(way, studio)
    print(f"{name}: {way.published} published in {way.wall_seconds:.0f} s", flush=True)
    return way


def by_farm(stack: ExitStack, folder: Path, sources: list[Path]) -> tuple[FarmStudio, float]:
    """Have the titles made by workers; return their studio when all runs are over, and when that was begun."""
    made = stack.enter_context(farm(folder, None, FARM))
    capped(made.studio)
    with made.studio.session() as session:
        for source in sources:
            register(session.registrar(), str(source))
    without_waiting(made.studio, runs_at_once=2)
    with deployed(made.studio, made.studio.folder / "daemon.log", with_ui=False), made.studio.session() as session:
        began = time.monotonic()
        launched = made.studio.vod("backfill")
        if launched.code:
            raise SystemExit(launched.stderr)
        deadline = time.monotonic() + MOST_SECONDS
        while time.monotonic() < deadline:
            runs = session.instance.get_runs()
            if len(runs) >= len(sources) and all(run.is_finished for run in runs):
                break
            time.sleep(0.5)
        print({run.status.value for run in session.instance.get_runs(dg.RunsFilter())})
    return made.studio, began


def at_service(stack: ExitStack, name: str, folder: Path) -> tuple[Studio, Any]:
    """Return a studio whose renditions a service makes, and the service; embedded: none."""
    studio = Studio.make(folder)
    capped(studio)
    more: dict[str, str] = {}
    service: Any = None
    if name == "mediaconvert":
        s3 = stack.enter_context(s3_servers.s3_server(folder / "s3"))
        service = stack.enter_context(mediaconvert_server(s3.access, folder / "mediaconvert"))
        more = {
            "VOD_SERVICE_FOLDER": f"s3://{s3.bucket}/work",
            "VOD_MEDIACONVERT_ROLE": ROLE,
            "VOD_MEDIACONVERT_ENDPOINT": service.url,
            "VOD_S3_ENDPOINT": s3.endpoint,
            "VOD_S3_REGION": "us-east-1",
            "VOD_S3_ACCESS_KEY_ID": s3_servers.KEY,
            "VOD_S3_SECRET_ACCESS_KEY": s3_servers.SECRET,
        }
    elif name == "elemental":
        service = stack.enter_context(elementals.elemental_server(shared(folder, "/data/mnt/nas")))
        more = {"VOD_ELEMENTAL": service.url, "VOD_ELEMENTAL_USER": elementals.USER}
        more |= {"VOD_ELEMENTAL_KEY": elementals.API_KEY, **paths(folder, "/data/mnt/nas")}
    elif name == "vantage":
        service = stack.enter_context(vantages.vantage_server(shared(folder, r"\\nas\media")))
        more = {"VOD_VANTAGE": service.url, "VOD_VANTAGE_WORKFLOW": vantages.WORKFLOW}
        more |= paths(folder, r"\\nas\media")
    if service is not None:
        more["VOD_TRANSCODERS"] = name
    return Placed(studio.folder, more), service


def shared(folder: Path, named: str) -> Share:
    """Return the work folder of a service on the house's network."""
    (folder / "work").mkdir(exist_ok=True)
    return Share(folder / "work", named)


def paths(folder: Path, named: str) -> dict[str, str]:
    """Return the settings that name it on both sides."""
    return {"VOD_SERVICE_FOLDER": str(folder / "work"), "VOD_SERVICE_PATHS": f"{folder / 'work'}={named}"}


def capped(studio: Studio) -> None:
    """Give every rung a cap, which services spend bits by."""

    def edit(profile: dict[str, Any]) -> None:
        for preset in profile["video"]:
            preset["rungs"] = [rung | {"maxrate": "2M", "bufsize": "4M"} for rung in preset["rungs"]]

    studio.edit_profile(edit)


def judge(way: Way, studio: Studio) -> None:
    """Look at what lies in the store and at the origin."""
    way.is_verified = studio.vod("verify", "--all").code == 0
    titles = studio.home / "store" / "titles"
    for title in sorted(path.name for path in titles.iterdir()):
        way.published += (studio.home / "origin" / title / "releases").exists()
        for file in sorted((titles / title).glob("h264_*/*/*/video.mp4")):
            way.frames[f"{title} {file.parts[-4]}"] = frames_of(file)
    way.encodes_here = sum("libx264" in call for call in studio.calls())


def frames_of(file: Path) -> int:
    """Return how many frames a file has, by its packets."""
    words = ["-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "json"]
    said = subprocess.run([str(tools().ffprobe), *words, str(file)], capture_output=True, check=True).stdout
    return int(json.loads(said)["streams"][0]["nb_read_packets"])


def cpu_of_children() -> float:
    """Return the CPU seconds of this process and of those of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def table(ways: list[Way], titles: int) -> str:
    """Return what came of all ways, side by side."""
    head = ("way", "published", "verified", "encodes here", "jobs handed in", "s a title", "renditions", "frames")
    rows = [
        (
            way.name,
            f"{way.published} of {titles}",
            "yes" if way.is_verified else "no",
            str(way.encodes_here),
            str(way.jobs),
            f"{way.wall_seconds / titles:.1f}",
            str(len(way.frames)),
            "as embedded" if way.frames == ways[0].frames else "differ",
        )
        for way in ways
    ]
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
