"""Ten hours of black and silence, and other sources with next to nothing in them.

Called as ``python -m trials.black [--hours 10]``. Each source is run through the whole graph; it must be published with
quality control naming what is wrong with it, or be refused in a sentence, and the trial prints how long that took.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.tools import Tools
from vod_assets.settings import load_settings

PROFILE: dict[str, Any] = {
    "name": "black",
    "video": [{"codec": "h264", "preset": "veryfast", "rungs": [{"name": "240p", "box": "426x240", "crf": 24}]}],
    "loudness": {"standard": "ebu_r128"},
    "required_checks": ["hls_package.decodes", "hls_package.durations"],
}
SMALL = {"c:v": "libx264", "preset": "veryfast", "g": 250, "pix_fmt": "yuv420p", "threads": 2}
SILENCE = "anullsrc=r=48000:cl=stereo"


@dataclass(frozen=True)
class Case:
    """A source, and what has to be said of it.

    Attributes:
        code: Of the refusal; empty: it is published.
        failed: Checks of quality control that fail.
    """

    path: Path
    code: str = ""
    failed: frozenset[str] = frozenset()


def main() -> int:
    """Run the trial; return 0 when every answer is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=10)
    hours = parser.parse_args().hours
    with tempfile.TemporaryDirectory(prefix="trial-black-") as folder:
        (Path(folder) / "profiles").mkdir()
        (Path(folder) / "profiles" / "black.yaml").write_text(yaml.safe_dump(PROFILE))
        right = [_is_right(Path(folder), case) for case in cases(Path(folder), hours)]
        return 0 if all(right) else 1


def cases(folder: Path, hours: float) -> Sequence[Case]:
    """Write the sources."""
    silent, still = frozenset({"missing_audio"}), frozenset({"black"})
    picture = "testsrc2=s=128x72:r=25:d=4"
    return [
        Case(_black(folder, hours), failed=silent | still),
        Case(_made(folder / "silent.mp4", picture, SILENCE), failed=silent),
        Case(_made(folder / "mute.mp4", picture), failed=silent),
        Case(_made(folder / "one-frame.mp4", "testsrc2=s=128x72:r=25:d=0.04"), code="too_short"),
        Case(_made(folder / "no-time.mp4", "testsrc2=s=128x72:r=25:d=0"), code="no_streams"),
    ]


def _black(folder: Path, hours: float) -> Path:
    """Write hours of black from a minute of it, whose packets are repeated."""
    minute = _made(folder / "minute.mp4", "color=black:s=64x36:r=25:d=60", f"{SILENCE}:d=60")
    target = folder / "black.mp4"
    loop = artifact_input(minute, stream_loop=round(hours * 60) - 1)
    _run(loop.output(str(target), c="copy"))
    minute.unlink()
    return target


def _made(target: Path, picture: str, sound: str = "") -> Path:
    inputs = [generated_input(spec) for spec in (picture, sound) if spec]
    _run(inputs[0].output(*inputs[1:], str(target), **SMALL, **({"c:a": "aac", "shortest": None} if sound else {})))
    return target


def _run(output: Any) -> None:
    SupervisedRunner().run(compile_ffmpeg(Tools.from_settings(load_settings()).ffmpeg, [output]))


def _is_right(folder: Path, case: Case) -> bool:
    began = time.monotonic()
    outcome = _vod(folder, "run-workflow", case.path, "--json")
    took = time.monotonic() - began
    code = (outcome.get("error") or {}).get("code", "")
    failed = _failed(folder, outcome["title"]) if not code else frozenset()
    is_right = code == case.code and case.failed <= failed
    size = case.path.stat().st_size / 1e6
    said = code or f"published; quality control: {', '.join(sorted(failed)) or 'nothing'}"
    print(f"{case.path.name:<14} {size:6.1f} MB  {took:7.1f} s  {said}  {'' if is_right else 'WRONG'}", flush=True)
    if not is_right:
        print((outcome.get("error") or {}).get("message", ""), file=sys.stderr)
    return is_right


def _failed(folder: Path, title: str) -> frozenset[str]:
    shown = _vod(folder, "titles", "show", title, "--json")
    return frozenset(name.partition(".")[2] for name in shown["quality"])


def _vod(folder: Path, *arguments: str | Path) -> Mapping[str, Any]:
    settings = {"VOD_HOME": str(folder / "home"), "VOD_PROFILES": str(folder / "profiles"), "VOD_PROFILE": "black"}
    argv = [sys.executable, "-m", "vod_assets", *map(str, arguments)]
    ended = subprocess.run(
        argv, env={**os.environ, **settings}, cwd=folder, capture_output=True, text=True, check=False
    )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


if __name__ == "__main__":
    sys.exit(main())
