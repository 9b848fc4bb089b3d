"""Codecs against one another, and one decode against many: ``python benchmarks/codecs.py WORK --corpus FOLDER``.

Every clip is encoded by the product's own transcoder in each codec at several qualities; bits, VMAF, XPSNR and CPU
seconds come of that, and delta rates of them. Then one ladder is made by one process, by a process a rung, and by a
cascade.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bd_rate import bd_rate, rate_at
from benchmarks.clips import FFMPEG
from benchmarks.measure import measured
from benchmarks.scores import scored
from vod_assets.adapters.probe.ffprobe import FfprobeProber
from vod_assets.adapters.process import SupervisedRunner, Unguarded
from vod_assets.adapters.tools import Tools
from vod_assets.adapters.transcode.ffmpeg import FfmpegTranscoder
from vod_assets.domain.ladder import fit, ladder_rate
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.variants import Variant
from vod_assets.ports import CodecJob, EncodeReport, RungJob
from vod_assets.settings import Settings

CLIPS = (
    "svt_lake_1080p25_10bit422_96k_10s.mp4",
    "bbb_1080p24_hevc_5.1_5s.ts",
    "sam2_soccer_juggle_720p24_10s.mp4",
    "butterfly_macro_720p30_7s.mp4",
)
SIDES: dict[str, tuple[str, int | str, tuple[int, ...]]] = {
    "x264 fast": ("h264", "fast", (19, 23, 27, 31)),
    "x265 fast": ("hevc", "fast", (21, 25, 29, 33)),
    "SVT-AV1 8": ("av1", "8", (24, 32, 40, 48)),
    "SVT-AV1 10": ("av1", "10", (24, 32, 40, 48)),
}
LADDER = (("1080p", "1920x1080", 24), ("720p", "1280x720", 24), ("480p", "854x480", 24), ("240p", "426x240", 24))


@dataclass(frozen=True)
class Point:
    """One encode of a clip."""

    crf: int
    bits_per_second: float
    vmaf: float
    xpsnr: float
    cpu_seconds: float


class Bench:
    """The tools, and a folder to work in."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.tools, runner = Tools.from_settings(Settings()), SupervisedRunner(Unguarded())
        self.prober, self.transcoder = FfprobeProber(self.tools, runner), FfmpegTranscoder(self.tools, runner)

    def encoded(self, clip: Path, info: MediaInfo, profile: Profile, names: Sequence[str]) -> EncodeReport:
        """Make some rungs of a profile's only codec in one process; each lies in a folder of its name."""
        ladder, preset = fit(profile, info.video), profile.video[0]
        jobs = []
        for rung, spent in zip(ladder.rungs, preset.rungs, strict=True):
            if rung.name in names and not rung.empty:
                (self.scratch / rung.name).mkdir(exist_ok=True)
                jobs.append(RungJob(rung, spent, self.scratch / rung.name))
        return self.transcoder.encode_video(clip, info, CodecJob(ladder, preset, jobs), lambda _: None)


def points(bench: Bench, clip: Path, side: str) -> Iterator[Point]:
    """Yield the encodes of a clip in one codec, at the clip's own size."""
    codec, preset, crfs = SIDES[side]
    info = bench.prober.inspect(clip)
    for crf in crfs:
        rung = {"name": "1080p", "box": "1920x1080", "crf": crf}
        profile = _profile(codec, preset, [rung])
        report = bench.encoded(clip, info, profile, ["1080p"])
        made = bench.scratch / "1080p" / "video.mp4"
        vmaf, xpsnr = scored(made, clip, info.video.display_size, ladder_rate(info.video), bench.scratch)
        rate = made.stat().st_size * 8 / float(info.duration_seconds)
        yield Point(crf, rate, vmaf, xpsnr, report.cpu_seconds)


def _profile(codec: str, preset: int | str, rungs: list[dict[str, object]]) -> Profile:
    video = [{"codec": codec, "preset": preset, "threads": 2, "rungs": rungs}]
    return Profile.model_validate(
        {"name": "bench", "video": video, "variants": [Variant(name="clear", codecs=(codec,))]}
    )


def compare(bench: Bench, clips: Sequence[Path]) -> None:
    """Print what each codec takes for the same quality."""
    print(
        "| clip | side | crf: kbit/s, VMAF, XPSNR, CPU s | BD-rate VMAF | by XPSNR | kbit/s at VMAF 93 | CPU ÷ x264 |"
    )
    print("|---|---|---|---|---|---|---|")
    for clip in clips:
        known = {side: list(points(bench, clip, side)) for side in SIDES}
        anchor = known["x264 fast"]
        for side, found in known.items():
            shown = "; ".join(
                f"{p.crf}: {p.bits_per_second / 1000:.0f}, {p.vmaf:.1f}, {p.xpsnr:.2f}, {p.cpu_seconds:.1f}"
                for p in found
            )
            by_vmaf = bd_rate(_pairs(anchor, "vmaf"), _pairs(found, "vmaf"))
            by_xpsnr = bd_rate(_pairs(anchor, "xpsnr"), _pairs(found, "xpsnr"))
            at = rate_at(_pairs(found, "vmaf"), 93)
            cpu = median(one.cpu_seconds for one in found) / median(one.cpu_seconds for one in anchor)
            print(
                f"| {clip.name} | {side} | {shown} | {_percent(by_vmaf)} | {_percent(by_xpsnr)} "
                f"| {f'{at / 1000:.0f}' if at else '–'} | {cpu:.2f} |",
                flush=True,
            )


def _pairs(found: Sequence[Point], quality: str) -> list[tuple[float, float]]:
    return [(one.bits_per_second, getattr(one, quality)) for one in found]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:+.0f} %"


def decodes(bench: Bench, clip: Path, rounds: int) -> None:
    """Print one process for a ladder against a process a rung and against a cascade, in CPU seconds and quality."""
    info = bench.prober.inspect(clip)
    profile = _profile("h264", "fast", [{"name": name, "box": box, "crf": crf} for name, box, crf in LADDER])
    names = [rung.name for rung in fit(profile, info.video).made]
    together, apart, cascaded = [], [], []
    for _ in range(rounds):
        together.append(bench.encoded(clip, info, profile, names).cpu_seconds)
        ours = {name: _facts(bench, clip, info, bench.scratch / name / "video.mp4") for name in names}
        apart.append(sum(bench.encoded(clip, info, profile, [name]).cpu_seconds for name in names))
        cascaded.append(_cascade(bench, clip, info, profile))
        theirs = {name: _facts(bench, clip, info, bench.scratch / f"cascade_{name}.mp4") for name in names}
    print(
        f"\n{clip.name}: one process {median(together):.1f} CPU s, a process a rung {median(apart):.1f} "
        f"(÷ {median(a / b for a, b in zip(together, apart, strict=True)):.2f}), "
        f"cascade {median(cascaded):.1f} (÷ {median(a / b for a, b in zip(together, cascaded, strict=True)):.2f})"
    )
    for name in names:
        print(f"  {name}: from the source {ours[name]}, cascaded {theirs[name]}")


def _facts(bench: Bench, clip: Path, info: MediaInfo, made: Path) -> str:
    vmaf, xpsnr = scored(made, clip, info.video.display_size, ladder_rate(info.video), bench.scratch)
    rate = made.stat().st_size * 8 / float(info.duration_seconds) / 1000
    return f"VMAF {vmaf:.2f}, XPSNR {xpsnr:.2f}, {rate:.0f} kbit/s"


def _cascade(bench: Bench, clip: Path, info: MediaInfo, profile: Profile) -> float:
    """Make the same ladder with every rung scaled from the one above it; return CPU seconds."""
    rungs = [(rung, spent) for rung, spent in zip(fit(profile, info.video).rungs, profile.video[0].rungs, strict=True)]
    made = [(rung, spent) for rung, spent in rungs if not rung.empty]
    graph, outputs, above = [], [], "0:v"
    for number, (rung, spent) in enumerate(made):
        scaled = f"[{above}]scale={rung.width}:{rung.height}:flags=bicubic,setsar=1,format=yuv420p"
        graph.append(f"{scaled},split[o{number}][n{number}]" if number < len(made) - 1 else f"{scaled}[o{number}]")
        above = f"n{number}"
        gop = str(round(info.video.frame_rate * profile.gop_seconds))
        outputs += [
            "-map",
            f"[o{number}]",
            "-c:v",
            "libx264",
            "-preset",
            "fast",
            "-crf",
            str(spent.crf),
            "-threads:v",
            "2",
        ]
        outputs += ["-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-profile:v", "high"]
        outputs += [str(bench.scratch / f"cascade_{rung.name}.mp4")]
    argv = [str(FFMPEG), "-v", "error", "-y", "-i", str(clip), "-filter_complex", ";".join(graph), *outputs]
    return measured(argv, bench.scratch / "cascade").checked().cpu_seconds


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--clips", nargs="*", default=CLIPS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("parts", nargs="*", default=["codecs", "decodes"])
    arguments = parser.parse_args()
    clips = [arguments.corpus / "natural" / name for name in arguments.clips]
    with TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        if "codecs" in arguments.parts:
            compare(bench, clips)
        if "decodes" in arguments.parts:
            decodes(bench, clips[0], arguments.rounds)


if __name__ == "__main__":
    main()
