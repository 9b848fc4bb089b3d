"""Every variant, under a hundred random sets of keys: other tools decrypt each to the frames of the clear track.

Called as ``python -m trials.drm [--keys 100] [--seconds 60]``. FFmpeg decrypts ``cenc`` and ``cbcs``, OpenSSL whole
segments; what is compared are FFmpeg's digests of every frame. Then the CPU time of packaging and of seeing through a
longer picture is taken.
"""

import argparse
import hashlib
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from shutil import rmtree
from typing import Any

from vod_assets.adapters.package.files import init_of
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.adapters.package.unlock import clear_segment
from vod_assets.adapters.package.whole_segments import decrypted_segment
from vod_assets.domain.initial_vectors import BYTES
from vod_assets.domain.pssh import pssh_box
from vod_assets.domain.track import Track
from vod_assets.ports import Protection, SecretKey, ToolResult
from vod_assets_tests.adapters.package.tiny_title import RUNNER, TOOLS, Clip, encode, job

TRACKS = {"h264_72p": "video", "aac_eng": "audio"}
LAYOUTS = {"cenc": ("cmaf", "ondemand"), "cbcs": ("cmaf", "ondemand"), "aes128": ("ts",)}
CLEAR = ("cmaf", "ondemand", "ts")
RUNS = 3  # of which the quickest counts


@dataclass(frozen=True)
class Packaged:
    """A track, and where it lies."""

    track: Track
    folder: Path


class Counted:
    """Runs tools and adds up their CPU time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def run(self, argv: Sequence[str], **options: Any) -> ToolResult:
        """Run a tool."""
        result = RUNNER.run(argv, **options)
        self.seconds += result.cpu_seconds
        return result


def protection(scheme: str, lead: Fraction) -> Protection:
    key = SecretKey(secrets.token_hex(16), secrets.token_bytes(16))
    boxes = () if scheme == "aes128" else (pssh_box("widevine", scheme, key.kid), pssh_box("clearkey", scheme, key.kid))
    return Protection(scheme, key, secrets.token_bytes(BYTES[scheme]), "SD", boxes, lead)


def package(clip: Clip, source: Path, folder: Path, runner: Any = RUNNER, **said: Any) -> Packaged:
    folder.mkdir()
    work = replace(job(clip, source.stem, TRACKS[source.stem], source, folder), **said)
    return Packaged(ShakaPackager(TOOLS, runner).package(work), folder)


def frames(one: Packaged, lock: Protection | None = None) -> str:
    """Return a digest of FFmpeg's digests of all frames."""
    track, names = one.track, dict.fromkeys([one.track.init, *(segment.path for segment in one.track.segments)])
    parts = [(one.folder / name).read_bytes() for name in names if name]
    options: list[str] = []
    if lock and track.scheme == "aes128":
        clear = track.clear_segments
        parts = [*parts[:clear], *(opened(part, lock) for part in parts[clear:])]
    elif lock:
        options = ["-decryption_key", lock.key.value.hex()]
    whole = one.folder / "whole"
    whole.write_bytes(b"".join(parts))
    argv = [str(TOOLS.ffmpeg), "-v", "error", *options, "-i", str(whole), "-f", "framemd5", "-"]
    shown = subprocess.run(argv, check=True, capture_output=True, text=True)
    lines = [line.rpartition(",")[2] for line in shown.stdout.splitlines() if not line.startswith("#")]
    return hashlib.sha256("".join(lines).encode()).hexdigest() if lines and not shown.stderr else shown.stderr


def opened(data: bytes, lock: Protection) -> bytes:
    argv = ["openssl", "enc", "-d", "-aes-128-cbc", "-K", lock.key.value.hex(), "-iv", lock.iv.hex()]
    return subprocess.run(argv, input=data, check=True, capture_output=True).stdout


def faults(folder: Path, sets: int) -> Iterator[str]:
    """Yield what went wrong under each set of keys."""
    clip = Clip(Fraction(25), segments=Fraction(3))
    sources = [source for name, source in encode(clip, folder).items() if name in TRACKS]
    clear = {
        (source.stem, layout): frames(package(clip, source, folder / f"{source.stem}-{layout}", layout=layout))
        for source in sources
        for layout in CLEAR
    }
    for number in range(sets):
        lead = Fraction(number % 3, 2)
        for scheme, layouts in LAYOUTS.items():
            for source, layout in ((source, layout) for source in sources for layout in layouts):
                lock, where = protection(scheme, lead), folder / f"{number}-{scheme}-{layout}-{source.stem}"
                one = package(clip, source, where, layout=layout, protection=lock)
                if frames(one, lock) != clear[source.stem, layout]:
                    yield f"set {number}: {scheme} {layout} {source.stem} does not decrypt to the clear frames"
                rmtree(where)


def costs(folder: Path, seconds: int) -> Iterator[tuple[str, float, float, int]]:
    """Yield CPU seconds of packaging a picture and a tone in each variant and of decrypting them again, and bytes."""
    clip = Clip(Fraction(25), gop_seconds=Fraction(2), segments=Fraction(seconds, 4))
    sources = [source for name, source in encode(clip, folder, ((1280, 72), (1280, 720))).items()]
    picture, tone = (next(one for one in sources if name in one.stem) for name in ("720p", "aac"))
    TRACKS["h264_720p"] = "video"
    variants = [("none", layout) for layout in CLEAR] + [(s, layout) for s, some in LAYOUTS.items() for layout in some]
    for scheme, layout in variants:
        taken = []
        for attempt in range(RUNS):
            runner, began = Counted(), time.process_time()
            lock = None if scheme == "none" else protection(scheme, Fraction(0))
            made = [
                package(
                    clip,
                    one,
                    folder / f"{scheme}-{layout}-{one.stem}-{attempt}",
                    runner,
                    layout=layout,
                    protection=lock,
                )
                for one in (picture, tone)
            ]
            taken.append(time.process_time() - began + runner.seconds)
        size = sum(path.stat().st_size for one in made for path in one.folder.iterdir())
        yield f"{scheme} {layout}", min(taken), seen_through(made, lock) if lock else 0.0, size


def seen_through(made: Sequence[Packaged], lock: Protection) -> float:
    """Return the CPU seconds that the check ``decodes`` takes to decrypt tracks by its own route."""
    began = time.process_time()
    for one in made:
        for segment in one.track.segments:
            at = segment.offset_bytes or 0
            data = (one.folder / segment.path).read_bytes()[at : at + segment.size_bytes]
            if one.track.init:
                clear_segment(data, init_of(one.folder / one.track.init), lock.key)
            else:
                decrypted_segment(data, lock.key, lock.iv)
    return time.process_time() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="drm-") as folder:
        tried, timed = Path(folder) / "tried", Path(folder) / "timed"
        tried.mkdir()
        timed.mkdir()
        found = list(faults(tried, asked.keys))
        each = 2 * sum(len(layouts) for layouts in LAYOUTS.values())
        print(f"{asked.keys} sets of keys, {asked.keys * each} tracks, {len(found)} faults")
        print("\n".join(found[:20]))
        for name, packaging, checking, size in costs(timed, asked.seconds):
            print(f"{name:16} {packaging:6.2f} CPU s  {checking:6.2f} CPU s decrypted again  {size / 1e6:7.2f} MB")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
