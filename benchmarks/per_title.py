"""Ladders chosen for each title against the profiles' own: ``python benchmarks/per_title.py WORK --corpus FOLDER``.

A title's ladder is chosen by the product itself, in a home below WORK. Then every rung of ``seed``, ``default`` and
``per_title`` is encoded by the product's own transcoder, and measured whole: bits, VMAF and XPSNR at the size of the
largest rung. What was predicted is compared with what came of it, and the CPU of the probes with that of the encode.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bd_rate import bd_rate
from benchmarks.clips import FFMPEG, run
from benchmarks.codecs import Bench
from vod_assets.adapters.profiles import load_profiles
from vod_assets.domain.ladder import Ladder, fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probing import Probe
from vod_assets.domain.profile import Profile
from vod_assets.domain.rung_choice import choose
from vod_assets.ports import CodecJob, RungJob

CLIPS = (
    "svt_lake_1080p25_10bit422_96k_10s.mp4",
    "bbb_1080p30_h264_mp2_10s.ts",
    "sam2_soccer_juggle_720p24_10s.mp4",
    "sam2_dog_park_720p30_10s.mp4",
    "bbb_720p24_aac_10s.mp4",
    "butterfly_macro_720p30_7s.mp4",
)
SIDES = ("seed", "default", "per_title")
PREPARING = "mezzanine,media_info,markers,rate_quality,encoding_ladder"


@dataclass(frozen=True)
class Rendered:
    """One rung as it came out."""

    key: str
    bits_per_second: float
    vmaf: float
    xpsnr: float


def chosen_ladder(work: Path, clip: Path, profile: Profile) -> tuple[Ladder, Mapping[str, float], float]:
    """Return the ladder that the product chooses, the scores that it predicts, and what its probes cost in CPU s."""
    home, trace = work / "home", work / f"{clip.stem}.jsonl"
    trace.unlink(missing_ok=True)
    environment = {**os.environ, "VOD_HOME": str(home), "VOD_TRACE_TOOLS": str(trace), "DAGSTER_HOME": ""}
    words = ["run-workflow", str(clip), "--profile", profile.name, "--select", PREPARING, "--json"]
    said = subprocess.run(
        [sys.executable, "-m", "vod_assets", *words], env=environment, check=True, stdout=subprocess.PIPE, cwd=work
    )
    title = home / "store" / "titles" / json.loads(said.stdout)["title"]
    ladder = Ladder.model_validate(_latest(title, "encoding_ladder")["document"])
    entries = _latest(title, "rate_quality")["entries"]
    probes = [Probe.model_validate(_kept(title, one["asset"], one["recipe"])["document"]) for one in entries]
    assert profile.per_title is not None
    unmade = ladder.model_copy(update={"rungs": fit(profile, _info(title).video).rungs})
    predicted = {
        one.rung.key: one.predicted.score
        for one in choose(unmade, profile.video, probes, profile.per_title)
        if one.predicted
    }
    calls = [json.loads(line) for line in trace.read_text().splitlines()]
    return ladder, predicted, sum(call["cpu_seconds"] for call in calls if "-dec" in call["argv"])


def rendered(
    bench: Bench, clip: Path, info: MediaInfo, profile: Profile, ladder: Ladder
) -> tuple[list[Rendered], float]:
    """Encode every rung of a ladder, and return what came of each, and the CPU seconds."""
    preset, jobs = profile.video[0], []
    for rung in ladder.made:
        spent = next(one for one in preset.rungs if one.name == rung.name)
        (bench.scratch / rung.name).mkdir(exist_ok=True)
        jobs.append(RungJob(rung, spent, bench.scratch / rung.name))
    report = bench.transcoder.encode_video(clip, info, CodecJob(ladder, preset, jobs), lambda _: None)
    viewed = max((rung.width, rung.height) for rung in ladder.made)
    found = []
    for job in jobs:
        made = job.directory / "video.mp4"
        vmaf, xpsnr = scored(bench, made, clip, viewed)
        rate = made.stat().st_size * 8 / float(info.duration_seconds)
        found.append(Rendered(job.rung.key, rate, vmaf, xpsnr))
    return found, report.cpu_seconds


def scored(bench: Bench, made: Path, source: Path, size: tuple[int, int]) -> tuple[float, float]:
    """Return VMAF (one frame in five, without the first) and XPSNR at a size."""
    log, detail = bench.scratch / "vmaf.json", bench.scratch / "xpsnr.txt"
    shaped = f"settb=AVTB,setpts=PTS-STARTPTS,scale={size[0]}:{size[1]}:flags=bicubic,format=yuv420p"
    graph = (
        f"[0:v]{shaped},split[e1][e2];[1:v]{shaped},split[r1][r2];"
        f"[e1][r1]libvmaf=n_subsample=5:n_threads=2:log_fmt=json:log_path={log};[e2][r2]xpsnr=stats_file={detail}"
    )
    run([FFMPEG, "-i", made, "-i", source, "-lavfi", graph, "-f", "null", "-"])
    frames = json.loads(log.read_text())["frames"][1:]
    words = next(line for line in detail.read_text().splitlines() if line.startswith("XPSNR average"))
    planes = words.replace(":", " ").split()
    y, u, v = (float(planes[planes.index(plane) + 1]) for plane in ("y", "u", "v"))
    return sum(frame["metrics"]["vmaf"] for frame in frames) / len(frames), (6 * y + u + v) / 8


def compare(bench: Bench, work: Path, clip: Path, profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """Print one clip's rows, and return its figures."""
    ladder, predicted, probing = chosen_ladder(work, clip, profiles["per_title"])
    info = bench.prober.inspect(clip)
    found: dict[str, list[Rendered]] = {}
    cpu: dict[str, float] = {}
    for side in SIDES:
        used = ladder if side == "per_title" else fit(profiles[side], info.video)
        found[side], cpu[side] = rendered(bench, clip, info, profiles[side], used)
    for side, several in found.items():
        shown = "; ".join(
            f"{one.key} {one.bits_per_second / 1000:.0f} kbit/s, VMAF {one.vmaf:.1f}"
            + (f" (predicted {predicted[one.key]:.1f})" if side == "per_title" else "")
            + f", XPSNR {one.xpsnr:.2f}"
            for one in several
        )
        print(f"| {clip.name} | {side} | {shown} | {cpu[side]:.0f} |", flush=True)
    errors = [abs(one.vmaf - predicted[one.key]) for one in found["per_title"]]
    delta = {
        f"{measure} against {side}": bd_rate(_pairs(found[side], measure), _pairs(found["per_title"], measure))
        for side in ("seed", "default")
        for measure in ("vmaf", "xpsnr")
    }
    bits = {side: sum(one.bits_per_second for one in several) for side, several in found.items()}
    print(f"  bits {_whole(bits)}; BD-rate {_percent(delta)}; errors {[round(one, 2) for one in errors]};", end=" ")
    print(f"probes {probing:.0f} CPU s", flush=True)
    return {"bits": bits, "errors": errors}


def _latest(title: Path, asset: str) -> dict[str, Any]:
    return _kept(title, asset, json.loads((title / asset / "latest.json").read_text())["recipe"])


def _kept(title: Path, asset: str, recipe: str) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((title / asset / recipe / "artifact.json").read_text())
    found: dict[str, Any] = kept.get("artifact", kept)
    return found


def _info(title: Path) -> MediaInfo:
    return MediaInfo.model_validate(_latest(title, "media_info")["document"])


def _pairs(several: list[Rendered], measure: str) -> list[tuple[float, float]]:
    return [(one.bits_per_second, getattr(one, measure)) for one in several]


def _whole(bits: Mapping[str, float]) -> str:
    return ", ".join(f"{side} {rate / 1000:.0f}" for side, rate in bits.items())


def _percent(deltas: Mapping[str, float | None]) -> str:
    return ", ".join(f"{name} {'–' if value is None else f'{value:+.0%}'}" for name, value in deltas.items())


def main() -> None:
    """Compare clip by clip, then all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--clips", nargs="*", default=CLIPS)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.work)
    profiles = load_profiles()
    print("| clip | side | rungs | CPU s |\n|---|---|---|---|")
    several = [
        compare(bench, arguments.work, arguments.corpus / "natural" / name, profiles) for name in arguments.clips
    ]
    for side in ("seed", "default"):
        share = sum(one["bits"]["per_title"] for one in several) / sum(one["bits"][side] for one in several)
        print(f"bits of all ladders ÷ {side}: {share:.2f}")
    errors = [error for one in several for error in one["errors"]]
    print(f"rungs within 1.0 of what was predicted: {sum(error <= 1 for error in errors)} of {len(errors)}")


if __name__ == "__main__":
    main()
