"""A title of a few seconds, encoded from FFmpeg's test sources and packaged as the real ones are."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from PIL import Image

from vod_assets.adapters.ffmpeg.command import compile_ffmpeg, generated_input
from vod_assets.adapters.package.inspector import FolderInspector
from vod_assets.adapters.package.shaka import ShakaPackager
from vod_assets.adapters.process import SupervisedRunner, Unguarded
from vod_assets.adapters.tools import Tools
from vod_assets.domain.documents import digest_of
from vod_assets.domain.image_track import describe
from vod_assets.domain.manifests.dash import compose_dash
from vod_assets.domain.manifests.dash_checks import check_mpd, check_same_media
from vod_assets.domain.manifests.hls import compose_hls
from vod_assets.domain.manifests.hls_checks import check_manifest
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets.domain.package_checks import check_aligned, check_decodes, check_durations
from vod_assets.domain.report import Report
from vod_assets.domain.thumbnails import ThumbnailPreset
from vod_assets.domain.track import PlacedTrack, Track
from vod_assets.ports import InspectedPackage, TrackJob
from vod_assets.settings import Settings

TOOLS = Tools.from_settings(Settings())
RUNNER = SupervisedRunner(Unguarded())
WEBVTT = "WEBVTT\n\n00:00:00.200 --> 00:00:01.800 line:0\nOne & <i>two</i>\n\n00:00:02.000 --> 00:00:02.500\nThree\n"
MP4 = {"f": "mp4", "fflags": "+bitexact", "flags:v": "+bitexact", "flags:a": "+bitexact"}


@dataclass(frozen=True)
class Clip:
    """What is encoded: 48 frames a GOP at 24 fps, two GOPs a segment, three and a half segments."""

    rate: Fraction
    gop_seconds: Fraction = Fraction(1, 2)
    segments: Fraction = Fraction(7, 2)

    @property
    def gop_frames(self) -> int:
        return round(self.rate * self.gop_seconds)

    @property
    def segment_seconds(self) -> Fraction:
        return 2 * self.gop_frames / self.rate

    @property
    def frames(self) -> int:
        return int(2 * self.gop_frames * self.segments)

    @property
    def seconds(self) -> Fraction:
        return self.frames / self.rate


def encode(clip: Clip, folder: Path, sizes: Sequence[tuple[int, int]] = ((128, 72), (64, 36))) -> dict[str, Path]:
    """Encode rungs with B-frames and closed GOPs, and a tone of the same length, in one process."""
    made = {f"h264_{height}p": folder / f"h264_{height}p.mp4" for _, height in sizes}
    made["aac_eng"] = folder / "aac_eng.mp4"
    gop = str(clip.gop_frames)
    h264 = {"c:v": "libx264", "preset": "veryfast", "bf": "2", "g": gop, "keyint_min": gop, "sc_threshold": "0"}
    outputs = [
        generated_input(f"testsrc2=s={width}x{height}:r={clip.rate}")["v"].output(
            str(made[f"h264_{height}p"]), **h264, pix_fmt="yuv420p", threads="1", **{"frames:v": clip.frames}, **MP4
        )
        for width, height in sizes
    ]
    length = f"{float(clip.seconds):.6f}"
    tone = generated_input("sine=r=48000:f=880", t=length)
    outputs.append(tone["a"].output(str(made["aac_eng"]), ac=2, **{"c:a": "aac", "b:a": "64k"}, **MP4))
    RUNNER.run(compile_ffmpeg(TOOLS.ffmpeg, outputs))
    return made


@dataclass
class TinyTitle:
    """A packaged title; `with_` methods change what lies on disk, never the original."""

    folder: Path
    clip: Clip
    tracks: dict[str, Track] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, clip: Clip) -> "TinyTitle":
        title = cls(folder, clip)
        (folder / "encoded").mkdir(parents=True)
        for name, source in encode(clip, folder / "encoded").items():
            title.package(name, "video" if name.startswith("h264") else "audio", source)
        captions = folder / "encoded" / "captions.vtt"
        captions.write_text(WEBVTT)
        title.package("text_eng", "text", captions)
        title.draw_thumbnails()
        title.compose()
        return title

    def package(self, name: str, kind: str, source: Path) -> None:
        directory = self.folder / "leaves" / name
        directory.mkdir(parents=True)
        self.keep(name, ShakaPackager(TOOLS, RUNNER).package(job(self.clip, name, kind, source, directory)))

    def keep(self, name: str, track: Track) -> None:
        self.tracks[name], self.digests[name] = track, digest_of(track)

    def draw_thumbnails(self) -> None:
        directory = self.folder / "leaves" / "thumbnails_18p"
        directory.mkdir()
        preset = ThumbnailPreset(interval_seconds=1, width=32, columns=2, rows=1)
        count = -(-self.clip.seconds // 2)
        for number in range(1, int(count) + 1):
            Image.new("RGB", (64, 18), (number, 0, 0)).save(directory / f"sheet_{number:03d}.jpg")
        sheets = [(path.name, path.stat().st_size) for path in sorted(directory.iterdir())]
        self.keep("thumbnails_18p", describe(sheets, preset, self.clip.seconds, (32, 18)))

    def compose(self) -> None:
        self.manifests.mkdir(exist_ok=True)
        placed = [
            PlacedTrack(track=one, base=f"../../../tracks/{self.digests[name]}") for name, one in self.tracks.items()
        ]
        presentation = Presentation(placed)
        for name, text in {**compose_hls(presentation), **compose_dash(presentation)}.items():
            (self.manifests / name).write_text(text)

    @property
    def manifests(self) -> Path:
        return self.folder / "manifests"

    def leaf(self, name: str) -> Path:
        return self.folder / "leaves" / name

    def copy(self, folder: Path) -> "TinyTitle":
        shutil.copytree(self.folder, folder)
        return TinyTitle(folder, self.clip, dict(self.tracks), dict(self.digests))

    @cached_property
    def sizes(self) -> dict[str, int]:
        return {
            f"tracks/{self.digests[name]}/{segment.path}": segment.size_bytes
            for name, track in self.tracks.items()
            for segment in (*track.segments, *track.dash_segments)
        }

    @contextmanager
    def opened(self) -> Iterator[InspectedPackage]:
        inspector = FolderInspector(TOOLS, RUNNER, self.folder / "scratch")
        leaves = {self.digests[name]: self.leaf(name) for name in self.tracks}
        with inspector.open(leaves, {"clear": [self.manifests]}, self.sizes) as package:
            yield package

    def check(self, name: str) -> Report:
        with self.opened() as package:
            checks = {
                "durations": lambda: check_durations(package.view, self.clip.seconds),
                "aligned": lambda: check_aligned(package.view),
                "manifest": lambda: check_manifest(package.view),
                "decodes": lambda: check_decodes(package.view, package.decode_all),
                "mpd": lambda: check_mpd(package.view),
                "same_media": lambda: check_same_media(package.view),
            }
            return checks[name]()


def job(clip: Clip, name: str, kind: str, source: Path, directory: Path) -> TrackJob:
    return TrackJob(
        name=name,
        kind=kind,
        source=source,
        source_asset=name,
        segment_seconds=clip.segment_seconds,
        directory=directory,
        language="und" if kind == "video" else "en",
        label="" if kind == "video" else "English",
        duration_seconds=clip.seconds,
    )
