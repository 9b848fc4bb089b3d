"""Ladders chosen for each title against the profiles' own: ``python benchmarks/per_title.py WORK --corpus FOLDER``.

A title's ladder is chosen by the product itself, in a home below WORK. Then every rung of every side is encoded by the
product's own transcoder, and measured whole: bits, VMAF and XPSNR at the size of the largest rung. The sides are the
profiles ``seed``, ``default`` and ``per_title``, and ``same_sizes``: what would be chosen, from the same probes, were
there no other sizes than those of ``seed``. What was predicted is compared with what came of it. An encode is
repeatable, so what was measured is kept in WORK/measured.json.

What the probes cost is measured on a long title: a minute of seven clips, eleven times, so that its ten samples fall on
ten places of the minute. So is, once more, how well they predict, for here samples stand for the rest. The encode that
both are compared with is that of the one minute; its CPU times ten is that of ten minutes.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bd_rate import bd_rate
from benchmarks.clips import clip, looped
from benchmarks.codecs import Bench
from benchmarks.scores import scored
from vod_assets.adapters.profiles import load_profiles
from vod_assets.cli.demo import prepare
from vod_assets.domain.ladder import Ladder, fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probing import Probe
from vod_assets.domain.profile import Profile
from vod_assets.domain.rung_choice import applied, choose
from vod_assets.ports import CodecJob, RungJob

CLIPS = (
    "svt_lake_1080p25_10bit422_96k_10s.mp4",
    "bbb_1080p30_h264_mp2_10s.ts",
    "bbb_1080p24_hevc_5.1_5s.ts",
    "phone_portrait_1080x1916p30_4s.ts",
    "smpte_bars_1080p25_10s.mp4",
    "sam2_soccer_juggle_720p24_10s.mp4",
    "sam2_dog_park_720p30_10s.mp4",
    "bbb_720p24_aac_10s.mp4",
    "bbb_720p24_vp8_30s.webm",
    "butterfly_macro_720p30_7s.mp4",
    "lecture_room_720p60_avchd_1s.mts",
)
SIDES = ("seed", "default", "per_title", "same_sizes")
PREPARING = "mezzanine,media_info,markers,rate_quality,encoding_ladder"
TARGET, TOLERANCE = 95, 0.5
MINUTE_SECONDS, REPEATED = 60, 11  # so that ten samples fall on ten places of the minute
TEN_MINUTES = 10
MOST_ANALYSIS = 0.08


@dataclass(frozen=True)
class Rendered:
    """One rung as it came out."""

    key: str
    bits_per_second: float
    vmaf: float
    xpsnr: float


@dataclass(frozen=True)
class Chosen:
    """What the product chose for a clip: ladders by side, predicted scores by side and rung, and what probes cost.

    Attributes:
        probing: CPU seconds of the encodes and measurements of samples.
        windows: Samples that the largest size was encoded from.
    """

    ladders: Mapping[str, Ladder]
    predicted: Mapping[tuple[str, str], float]
    probing: float
    windows: int


def chosen_ladders(work: Path, source: Path, profiles: Mapping[str, Profile]) -> Chosen:
    """Have the product choose, and choose from its probes once more among the sizes of ``seed``."""
    home, trace = work / "home", work / f"{source.stem}.jsonl"
    environment = {**os.environ, "VOD_HOME": str(home), "VOD_TRACE_TOOLS": str(trace), "DAGSTER_HOME": ""}
    trace.write_text("")  # what was probed before is found, and costs nothing now
    words = ["run-workflow", str(source), "--profile", "per_title", "--select", PREPARING, "--json"]
    said = subprocess.run(
        [sys.executable, "-m", "vod_assets", *words], env=environment, check=True, stdout=subprocess.PIPE, cwd=work
    )
    title = home / "store" / "titles" / json.loads(said.stdout)["title"]
    entries = _latest(title, "rate_quality")["entries"]
    probes = [Probe.model_validate(_kept(title, one["asset"], one["recipe"])["document"]) for one in entries]
    info = MediaInfo.model_validate(_latest(title, "media_info")["document"])
    ladders = {"per_title": Ladder.model_validate(_latest(title, "encoding_ladder")["document"])}
    predicted: dict[tuple[str, str], float] = {}
    for side in ("per_title", "same_sizes"):
        fitted = fit(profiles[side], info.video)
        preset = profiles["per_title"].per_title
        assert preset is not None
        found = choose(fitted, profiles[side].video, probes, preset)
        predicted |= {(side, one.rung.key): one.predicted.score for one in found if one.predicted}
        ladders.setdefault(side, applied(fitted, found))
    calls = [json.loads(line) for line in trace.read_text().splitlines()]
    probing = sum(call["cpu_seconds"] for call in calls if "-dec" in call["argv"])
    return Chosen(ladders, predicted, probing, max(len(probe.windows) for probe in probes))


def rendered(
    bench: Bench, source: Path, info: MediaInfo, profile: Profile, ladder: Ladder
) -> tuple[list[Rendered], float]:
    """Encode every rung of a ladder, and return what came of each, and the CPU seconds; or what is known of it."""
    kept = bench.scratch / "measured.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    asked = f"{source.name} {profile.video[0].model_dump_json()} {ladder.model_dump_json()}"
    key = hashlib.sha256(asked.encode()).hexdigest()
    if key not in known:
        several, cpu = _rendered(bench, source, info, profile, ladder)
        known[key] = {"rungs": [asdict(one) for one in several], "cpu": cpu}
        kept.write_text(json.dumps(known))
    return [Rendered(**one) for one in known[key]["rungs"]], known[key]["cpu"]


def _rendered(
    bench: Bench, source: Path, info: MediaInfo, profile: Profile, ladder: Ladder
) -> tuple[list[Rendered], float]:
    preset, jobs = profile.video[0], []
    for rung in ladder.made:
        spent = next(one for one in preset.rungs if one.name == rung.name)
        (bench.scratch / rung.name).mkdir(exist_ok=True)
        jobs.append(RungJob(rung, spent, bench.scratch / rung.name))
    report = bench.transcoder.encode_video(source, info, CodecJob(ladder, preset, jobs), lambda _: None)
    viewed = max((rung.size for rung in ladder.made), key=lambda size: size[0] * size[1])
    found = []
    for job in jobs:
        made = job.directory / "video.mp4"
        vmaf, xpsnr = scored(made, source, viewed, ladder.frame_rate, bench.scratch)
        rate = made.stat().st_size * 8 / float(info.duration_seconds)
        found.append(Rendered(job.rung.key, rate, vmaf, xpsnr))
    return found, report.cpu_seconds


def compare(bench: Bench, work: Path, source: Path, profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """Print one clip's rows, and return its figures."""
    chosen = chosen_ladders(work, source, profiles)
    info = bench.prober.inspect(source)
    found: dict[str, list[Rendered]] = {}
    cpu: dict[str, float] = {}
    for side in SIDES:
        used = chosen.ladders.get(side) or fit(profiles[side], info.video)
        found[side], cpu[side] = rendered(bench, source, info, profiles[side], used)
    for side, several in found.items():
        print(f"| {source.name} | {side} | {_shown(several, chosen, side)} | {cpu[side]:.0f} |", flush=True)
    tops = {side: max(several, key=lambda one: one.vmaf) for side, several in found.items()}
    errors = [one.vmaf - chosen.predicted["per_title", one.key] for one in found["per_title"]]
    lacks = min(tops["seed"].vmaf, TARGET) - TOLERANCE - tops["per_title"].vmaf
    delta = {
        f"{measure} against {side}": bd_rate(_pairs(found[side], measure), _pairs(found["per_title"], measure))
        for side in ("seed", "default")
        for measure in ("vmaf", "xpsnr")
    }
    print(f"  top rung {'ok' if lacks <= 0 else f'MISSED by {lacks:.2f}'}; BD-rate {_percent(delta)}; errors", end=" ")
    print(
        f"{[round(one, 2) for one in errors]}; probes {chosen.probing:.0f} CPU s of {chosen.windows} samples",
        flush=True,
    )
    bits = {side: sum(one.bits_per_second for one in several) for side, several in found.items()}
    top = {f"top {side}": one.bits_per_second for side, one in tops.items()}
    return {"bits": bits | top, "errors": errors, "delta": delta, "lacks": lacks}


def long_title(bench: Bench, work: Path, corpus: Path, profiles: Mapping[str, Profile]) -> tuple[float, list[float]]:
    """Print a long title's row; return the probes' share of its encode's CPU, and how far predictions were off."""
    minute = clip(work, corpus, MINUTE_SECONDS)
    long = looped(work, minute, REPEATED)
    chosen = chosen_ladders(work, long, profiles)
    ladder, info = chosen.ladders["per_title"], bench.prober.inspect(minute)
    several, cpu = rendered(bench, minute, info, profiles["per_title"], ladder)
    print(f"| {long.name} | per_title | {_shown(several, chosen, 'per_title')} | {cpu:.0f} of one minute |")
    share = chosen.probing / (cpu * TEN_MINUTES)
    errors = [one.vmaf - chosen.predicted["per_title", one.key] for one in several]
    print(
        f"  errors {[round(one, 2) for one in errors]}; probes {chosen.probing:.0f} CPU s of {chosen.windows} samples,"
    )
    print(f"  {share:.1%} of an encode of ten minutes", flush=True)
    return share, errors


def _shown(several: list[Rendered], chosen: Chosen, side: str) -> str:
    return "; ".join(
        f"{one.key.removeprefix('h264_')} {one.bits_per_second / 1000:.0f}, {one.vmaf:.1f}"
        + (f" ({chosen.predicted[side, one.key]:.1f})" if (side, one.key) in chosen.predicted else "")
        + f", {one.xpsnr:.2f}"
        for one in several
    )


def _latest(title: Path, asset: str) -> dict[str, Any]:
    return _kept(title, asset, json.loads((title / asset / "latest.json").read_text())["recipe"])


def _kept(title: Path, asset: str, recipe: str) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((title / asset / recipe / "artifact.json").read_text())
    found: dict[str, Any] = kept.get("artifact", kept)
    return found


def _pairs(several: list[Rendered], measure: str) -> list[tuple[float, float]]:
    return [(one.bits_per_second, getattr(one, measure)) for one in several]


def _percent(deltas: Mapping[str, float | None]) -> str:
    return ", ".join(f"{name} {'–' if value is None else f'{value:+.0%}'}" for name, value in deltas.items())


def sides() -> dict[str, Profile]:
    """Return the profiles that are compared."""
    found = dict(load_profiles())
    named = {rung.name for rung in found["seed"].video[0].rungs}
    video = found["per_title"].video[0]
    fewer = video.model_copy(update={"rungs": tuple(rung for rung in video.rungs if rung.name in named)})
    return found | {"same_sizes": found["per_title"].model_copy(update={"video": (fewer,)})}


def summary(several: list[dict[str, Any]], analysis: float, further: list[float]) -> bool:
    """Print what all clips came to, and return whether every goal is met.

    Args:
        several: The figures of each clip.
        analysis: The probes' share of a long title's CPU.
        further: How far predictions for that were off.
    """
    shares = {}
    for ours, theirs in (("per_title", "seed"), ("same_sizes", "seed"), ("top per_title", "top seed")):
        shares[ours] = sum(one["bits"][ours] for one in several) / sum(one["bits"][theirs] for one in several)
        print(f"bits of all clips, {ours} ÷ {theirs}: {shares[ours]:.2f}")
    means = {}
    for name in several[0]["delta"]:
        known = [one["delta"][name] for one in several if one["delta"][name] is not None]
        means[name] = sum(known) / len(known)
        print(f"mean BD-rate by {name}: {means[name]:+.1%} ({len(known)} clips)")
    errors = [abs(error) for one in several for error in one["errors"]] + [abs(error) for error in further]
    near = sum(error <= 1 for error in errors)
    print(f"rungs within 1.0 of what was predicted: {near} of {len(errors)}")
    return (
        all(one["lacks"] <= 0 for one in several)
        and shares["per_title"] <= 0.7
        and means["vmaf against default"] <= -0.1
        and means["xpsnr against default"] <= 0
        and near >= 0.9 * len(errors)
        and analysis <= MOST_ANALYSIS
    )


def main() -> None:
    """Compare clip by clip, then all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--clips", nargs="*", default=CLIPS, help="below CORPUS/natural; the demo's is always added")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    bench, profiles = Bench(arguments.work), sides()
    sources = [*(arguments.corpus / "natural" / name for name in arguments.clips), prepare(arguments.work / "demo")]
    print("| clip | side | rungs: kbit/s, VMAF (predicted), XPSNR | CPU s |\n|---|---|---|---|")
    several = [compare(bench, arguments.work, source, profiles) for source in sources]
    sys.exit(0 if summary(several, *long_title(bench, arguments.work, arguments.corpus, profiles)) else 1)


if __name__ == "__main__":
    main()
