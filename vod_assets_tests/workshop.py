"""A catalogue whose tools are quick stand-ins: the assets' own bodies and stores, but no process and no Dagster.

What a stand-in writes depends on exactly what a real tool's output does: its input's bytes and its parameters.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import yaml
from PIL import Image

from vod_assets.adapters.agenda.blobs import BlobAgenda
from vod_assets.adapters.keys.local import LocalKeys
from vod_assets.adapters.plans import open_plan_memory
from vod_assets.adapters.profiles import load_profiles
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.adapters.rtsp.nowhere import NoServer
from vod_assets.adapters.source.local import LocalSources
from vod_assets.adapters.store.artifacts import disk_store
from vod_assets.adapters.transcode.sheets import paint_sheets
from vod_assets.definitions import build_definitions
from vod_assets.defs.artifact_io import ArtifactIOManager
from vod_assets.defs.bodies import Body, inputs_of
from vod_assets.defs.crew import ALONE, Crew
from vod_assets.defs.deployment import deployment_of
from vod_assets.defs.guard import Wanted
from vod_assets.defs.making import Maker
from vod_assets.defs.planning import Planner, in_order
from vod_assets.defs.sealing import SealedPlanner
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.audio_levels import AudioLevels, Loudness, SoundLevels
from vod_assets.domain.audio_rendition import SoundPlan
from vod_assets.domain.documents import digest_of
from vod_assets.domain.errors import SourceError, ToolError
from vod_assets.domain.media_info import AudioStream, MediaInfo, SoundInfo, VideoStream
from vod_assets.domain.packet_marks import PacketMarks
from vod_assets.domain.pieces import Clock, Piece, PieceMade
from vod_assets.domain.plan import TitlePlan
from vod_assets.domain.probing import ProbedWindow
from vod_assets.domain.profile import Profile
from vod_assets.domain.quality_control import Pictures
from vod_assets.domain.quality_report import RenditionQuality, summed
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.signalling import KeyAddresses
from vod_assets.domain.thumbnails import SpriteSheets, ThumbnailPreset
from vod_assets.domain.title import Sidecar, TitleRecord
from vod_assets.domain.track import IFrame, Segment, Track
from vod_assets.domain.video_presets import VideoPreset
from vod_assets.ports import (
    Attempt,
    CodecJob,
    ComparedRendition,
    Comparing,
    EncodeReport,
    InspectedPackage,
    PieceReport,
    ProbeJob,
    Progress,
    Sampling,
    TrackJob,
    Unlocking,
)
from vod_assets.ports.control import Screening
from vod_assets.ports.services import Transcoders
from vod_assets.publishing import Publisher
from vod_assets.settings import Settings
from vod_assets_tests.fakes import MemoryBlobs, MemoryCms, MemoryOrigin

PROFILES = Path(__file__).parent / "profiles"
SECONDS = Fraction(4)
JPEG = ("P", (2, 2))


class Tool:
    """What all stand-ins have in common: a build that a test may change."""

    def __init__(self, name: str, build: str = "1") -> None:
        self.name, self.build = name, build

    @property
    def build_ids(self) -> Mapping[str, str]:
        return {self.name: self.build}

    def made(self, *parts: object) -> bytes:
        return digest_of([self.build, *map(repr, parts)]).encode()


class StandInProber(Tool):
    """Takes a source's own words for what it holds: JSON with ``size`` and ``audio``."""

    def inspect(self, path: Path, file: str = "") -> MediaInfo:
        said = json.loads(path.read_text())
        width, height = said["size"]
        seconds = Fraction(len(said["shots"])) if said.get("shots") else SECONDS
        video = VideoStream(
            index=0,
            codec="h264",
            width=width,
            height=height,
            frame_rate=Fraction(25),
            duration_seconds=seconds,
            promised_frames=round(25 * seconds),
            keyframe_gap_seconds=Fraction(1),
        )
        sound = (
            AudioStream(
                index=1 + number,
                codec="aac",
                channels=2,
                sample_rate=48_000,
                language=language,
                is_default=number == 0,
                duration_seconds=seconds,
            )
            for number, language in enumerate(said["audio"])
        )
        return MediaInfo(
            container="mov", size_bytes=path.stat().st_size, duration_seconds=seconds, video=video, audio=tuple(sound)
        )

    def inspect_sound(self, path: Path, file: str = "") -> SoundInfo:
        """Take a file of sound's own word for how long it is, in seconds."""
        try:
            seconds = Fraction(path.read_text())
        except ValueError as error:
            raise SourceError("source_not_media", "it is noise", file=file) from error
        stream = AudioStream(index=0, codec="aac", channels=2, sample_rate=48_000, duration_seconds=seconds)
        return SoundInfo(container="wav", stream=stream)


class StandInTranscoder(Tool):
    """Writes a line where a real one encodes; counts the rungs."""

    encoded: list[str]

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.encoded = []

    def require_encoder(self, preset: VideoPreset, profile: str) -> None:
        """Every encoder runs here."""

    def encode_video(
        self,
        source: Path,
        info: MediaInfo,
        job: CodecJob,
        on_progress: Callable[[Progress], None],
    ) -> EncodeReport:
        ladder = job.ladder
        for one in job.rungs:
            self.encoded.append(one.rung.key)
            said = [source.read_text(), one.rung, one.preset, job.preset.preset]
            said += [ladder.gop_frames, ladder.pinned_frames]
            (one.directory / "video.mp4").write_bytes(self.made(*said))
        return EncodeReport(decoded_frames=100, encoded_frames=100, cpu_seconds=8.0, wall_seconds=4.0)

    def encode_audio(self, source: Path, info: MediaInfo, plan: SoundPlan, target: Path) -> EncodeReport:
        target.write_bytes(self.made(source.read_text(), plan))
        return EncodeReport(decoded_frames=100, encoded_frames=100, cpu_seconds=0.2, wall_seconds=0.1)

    def measure_audio(self, source: Path, info: MediaInfo, plans: Mapping[str, Sequence[SoundPlan]]) -> AudioLevels:
        """Find every sound at -20 LUFS, with room above it."""
        return AudioLevels(
            sounds=tuple(
                SoundLevels(
                    name=name,
                    language=several[0].sound.stream.language,
                    loudness=tuple(
                        Loudness(layout=plan.layout, integrated_lufs=Fraction(-20), true_peak_dbtp=Fraction(-6))
                        for plan in several
                    ),
                )
                for name, several in plans.items()
            ),
            seconds=info.duration_seconds,
        )


class StandInMeter(Tool):
    """Knows what every sample comes to: the finer the factor, the more bits and the better."""

    def probe(
        self,
        source: Path,
        info: MediaInfo,
        sampling: Sampling,
        jobs: Sequence[ProbeJob],
        directory: Path,
        on_progress: Callable[[Progress], None],
    ) -> list[ProbedWindow]:
        frames = sampling.window.frames
        crfs = (int(job.options["crf"]) for job in jobs)
        return [
            ProbedWindow(window=sampling.window, frames=frames, size_bytes=100_000 // crf, score=Fraction(120 - crf))
            for crf in crfs
        ]

    def compare(
        self,
        source: Path,
        info: MediaInfo,
        comparing: Comparing,
        renditions: Sequence[ComparedRendition],
        scratch: Path,
        on_progress: Callable[[Progress], None],
    ) -> list[RenditionQuality]:
        """Find every frame at 95 VMAF and 40 dB."""
        found = []
        for one in renditions:
            (one.directory / "scores.json").write_text('{"vmaf":[[1,95.0]],"xpsnr":[40.0]}')
            fine, clean = (summed([Fraction(score)]) for score in (95, 40))
            found.append(RenditionQuality(key=one.key, width=one.size[0], height=one.size[1], vmaf=fine, xpsnr=clean))
        return found


class StandInPieces(Tool):
    """Encodes pieces of sources that say each second's picture as a letter.

    Attributes:
        encoded: The rung and the first frame of every piece.
        breaks_at: The first frame of a piece that FFmpeg is killed at.
        differs_at: The first frame of a piece that shows another picture than the one before promises.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.encoded: list[tuple[str, int]] = []
        self.breaks_at: int | None = None
        self.differs_at: int | None = None

    def clock(self, source: Path, info: MediaInfo) -> Clock:
        return Clock(zero_ticks=0, tick=Fraction(1, 25))

    def marks(self, source: Path, info: MediaInfo) -> PacketMarks:
        letters = [letter for letter in json.loads(source.read_text())["shots"] for _ in range(25)]
        return PacketMarks(times=[*range(len(letters))], marks=letters, keys=[*range(0, len(letters), 25)])

    def encode_piece(
        self,
        source: Path,
        info: MediaInfo,
        job: CodecJob,
        span: tuple[Clock, Piece],
        on_progress: Callable[[Progress], None],
    ) -> PieceReport:
        _, piece = span
        if piece.first == self.breaks_at:
            raise ToolError("tool_failed", "ffmpeg was killed")
        letters = json.loads(source.read_text())["shots"][piece.first // 25 : piece.end // 25]
        for one in job.rungs:
            self.encoded.append((one.rung.key, piece.first))
            said = [letters, one.rung, one.preset, job.preset.preset, piece.ladder(job.ladder).pinned_frames]
            (one.directory / "video.mp4").write_bytes(self.made(*said))
        made = PieceMade(
            frames=piece.frames,
            shown_frames=piece.frames,
            opens_with="another" if piece.first == self.differs_at else str(piece.first),
            goes_on_with="" if piece.is_last else str(piece.end),
        )
        return PieceReport(made, cpu_seconds=2.0, wall_seconds=1.0)

    def join(self, pieces: Sequence[tuple[Path, int]], frame_rate: Fraction, directory: Path) -> EncodeReport:
        (directory / "video.mp4").write_bytes(b"".join((folder / "video.mp4").read_bytes() for folder, _ in pieces))
        return EncodeReport(0, sum(frames for _, frames in pieces), cpu_seconds=0.1, wall_seconds=0.1)


class StandInPictures(Tool):
    """Takes grey pictures."""

    def poster(self, source: Path, info: MediaInfo, target: Path) -> Fraction:
        self._take(target, source.read_bytes())
        return Fraction(1)

    def thumbnails(self, source: Path, info: MediaInfo, preset: ThumbnailPreset, directory: Path) -> int:
        self._take(directory / "00001.jpg", source.read_bytes() + repr(preset).encode())
        return 1

    def _take(self, target: Path, of: bytes) -> None:
        grey = hashlib.sha256(of + self.build.encode()).digest()
        Image.frombytes("L", (4, 4), grey[:16]).save(target, "JPEG", quality=90)


class StandInSheets(Tool):
    """Paints sheets of the one picture."""

    def paint(
        self, pictures: Sequence[Path], preset: ThumbnailPreset, duration_seconds: Fraction, directory: Path
    ) -> SpriteSheets:
        count = max(1, ceil(duration_seconds / preset.interval_seconds))
        return paint_sheets([pictures[0]] * count, preset, duration_seconds, directory)


class StandInWatcher(Tool):
    """Sees a hundred frames with nothing wrong."""

    def watch(self, screening: Screening, directory: Path, on_progress: Callable[[Progress], None]) -> Pictures:
        return Pictures(rendition=screening.name, frames=100)


class StandInPackager(Tool):
    """Makes a track of two segments of two seconds."""

    def package(self, job: TrackJob) -> Track:
        lock = job.protection
        locked = [lock.scheme, lock.key.value, lock.iv, lock.pssh, lock.clear_lead_seconds] if lock else []
        data = self.made(job.source.read_bytes(), job.segment_seconds, job.name, job.layout, job.cues, *locked)
        names = ("init.mp4", "00001.m4s", "00002.m4s")
        for name in names:
            (job.directory / name).write_bytes(data)
        segments = tuple(Segment(path=name, duration=2000, size_bytes=len(data)) for name in names[1:])
        by_kind: dict[str, dict[str, Any]] = {
            "video": {
                "codecs": "avc1.64001e",
                "frame_rate": Fraction(25),
                "width": 64,
                "height": 36,
                "iframes": tuple(
                    IFrame(path=one.path, offset_bytes=0, length_bytes=8, duration=2000) for one in segments
                ),
            },
            "audio": {"codecs": "mp4a.40.2", "channels": 2, "sample_rate": 48_000},
            "text": {"dash_codecs": "wvtt", "dash_timescale": 1000, "dash_init": "init.mp4", "dash_segments": segments},
        }
        return Track(
            name=job.name,
            kind=job.kind,
            source_asset=job.source_asset,
            timescale=1000,
            init="" if job.kind == "text" else "init.mp4",
            segments=segments,
            peak_bits_per_second=1000,
            average_bits_per_second=1000,
            language=job.language,
            label=job.label,
            role=job.role,
            is_default=job.is_default,
            is_forced=job.is_forced,
            is_hearing_impaired=job.is_hearing_impaired,
            mezzanine=str(job.extra["mezzanine"]),
            layout=job.layout,
            **({"scheme": lock.scheme, "kid": lock.key.kid, "track_class": lock.track_class} if lock else {}),
            **({"iv": lock.iv.hex()} if lock and lock.scheme != "cenc" else {}),
            **by_kind[job.kind],
        )


class StandInInspector(Tool):
    """Opens packages that hold no variant, so that every check is content."""

    @contextmanager
    def open(
        self,
        tracks: Mapping[str, Path],
        manifests: Mapping[str, Sequence[Path]],
        sizes: Mapping[str, int],
        unlocking: Mapping[str, Unlocking],
    ) -> Iterator[InspectedPackage]:
        view: Any = SimpleNamespace(variants=())
        yield InspectedPackage(view, lambda _: {})

    def encoded_samples(self, encoded: Path) -> str:
        return ""


class Counting(Maker):
    """A real maker that says which assets and checks it made anything of."""

    def __init__(self, store: Any, force: Sequence[str]) -> None:
        super().__init__(store, force)
        self.made: set[str] = set()

    def commit(
        self, attempt: Attempt, document: Mapping[str, Any], entries: Mapping[str, Artifact] | None = None
    ) -> Artifact:
        self.made.add(attempt.recipe.asset)
        return super().commit(attempt, document, entries)

    def index(self, title: str, recipe: Recipe, leaves: Mapping[str, Artifact]) -> Artifact:
        before = set(self.made)
        found = super().index(title, recipe, leaves)
        self.made = before  # an index is made of leaves that are reused by no tool; its asset's leaves count
        return found


class Tags(dict[str, dict[str, str]]):
    """An instance that only keeps tags of runs."""

    def add_run_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        self.setdefault(run_id, {}).update(tags)


class Told:
    """A reporter that keeps what was made."""

    def __init__(self) -> None:
        self.executed: set[str] = set()

    def started(self, title: str, step: str) -> None:
        """Pass over it."""

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Pass over it."""

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        if not reused:
            self.executed.add(asset)


@dataclass
class Workshop:
    """A folder with sources, a store and profiles; origin and CMS are in memory unless others are given."""

    folder: Path
    origin: Any = field(default_factory=MemoryOrigin)
    cms: Any = field(default_factory=MemoryCms)
    crew: Crew = ALONE
    guard: Wanted = field(default_factory=Wanted)
    transcoders: Transcoders = field(default_factory=Transcoders)

    def __post_init__(self) -> None:
        for name in ("sources", "profiles"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.tools: dict[str, Tool] = {
            "prober": StandInProber("ffprobe"),
            "transcoder": StandInTranscoder("ffmpeg"),
            "meter": StandInMeter("ffmpeg"),
            "pieces": StandInPieces("ffmpeg"),
            "pictures": StandInPictures("ffmpeg-pictures"),
            "sheets": StandInSheets("pillow"),
            "watcher": StandInWatcher("watcher"),
            "movies": Tool("movies"),
            "streams": Tool("streams"),
            "text": Tool("ffmpeg-text"),
            "speech": Tool("speech"),
            "packager": StandInPackager("packager"),
            "inspector": StandInInspector("inspector"),
        }
        self.store = disk_store(self.folder / "store", self.guard)
        self.agenda = BlobAgenda(MemoryBlobs())
        self.sources = LocalSources(self.folder / "cache")
        said = yaml.safe_load((PROFILES / "tiny.yaml").read_text())
        self.save_profile(said | {"required_checks": []})

    @property
    def publisher(self) -> Publisher:
        """What brings what viewers see to what is wanted."""
        return Publisher(self.store, self.origin, self.cms, self.agenda)

    def save_profile(self, profile: Mapping[str, Any]) -> None:
        """Write a profile; the definitions are made anew."""
        path = self.folder / "profiles" / f"{profile['name']}.yaml"
        path.write_text(yaml.safe_dump(dict(profile)))
        self.profiles: dict[str, Profile] = load_profiles(path.parent)
        settings = Settings(profiles=path.parent, home=self.folder / "home")
        self.settings = settings
        self.assets: list[dg.AssetsDefinition] = in_order(build_definitions(settings))

    def profile(self, name: str = "tiny") -> dict[str, Any]:
        """Return a profile as it is written."""
        said: dict[str, Any] = yaml.safe_load((self.folder / "profiles" / f"{name}.yaml").read_text())
        return said

    def source(self, title: str) -> Path:
        return self.folder / "sources" / f"{title}.json"

    def deliver(
        self,
        title: str,
        size: tuple[int, int] = (640, 360),
        audio: Sequence[str] = ("en",),
        cut: int = 0,
        shots: str = "",
    ) -> None:
        """Write a title's source, or replace it; ``shots`` is a letter for the picture of each second, of four."""
        self.source(title).write_text(json.dumps({"size": size, "audio": audio, "cut": cut, "shots": shots}))

    def register(self, title: str, **said: Any) -> TitleRecord:
        """Write a title's record, as registering it does."""
        record = TitleRecord(
            title_id=title,
            source=self.sources.canonical(str(self.source(title))),
            names={"und": title},
            sidecars=tuple(self.sidecars(title)),
            **({"profile": "tiny"} | said),
        )
        self.store.register(record)
        return record

    def sidecars(self, title: str) -> Iterator[Sidecar]:
        for file in sorted(self.source(title).parent.glob(f"{title}.*.srt")):
            yield Sidecar(kind="captions", address=file.as_uri(), language=file.suffixes[0][1:])
        for file in sorted(self.source(title).parent.glob(f"{title}.*.wav")):
            language, *role = file.name.split(".")[1:-1]
            yield Sidecar(kind="audio", address=file.as_uri(), language=language, role="".join(role))
        for file in sorted(self.source(title).parent.glob(f"{title}.yaml")):
            yield Sidecar(kind="title_file", address=file.as_uri())

    def planner(self) -> Planner:
        return Planner(self.assets, self.store, self.profiles, self._resources())

    def plan(self, title: str, selected: frozenset[str] | None = None, force: Sequence[str] = ()) -> TitlePlan:
        """Return the plan of a title as the command line gives it: from memory where nothing has changed."""
        with self.sealed_planner(selected, force) as planner:
            return planner.plan(title)

    @contextmanager
    def sealed_planner(
        self, selected: frozenset[str] | None = None, force: Sequence[str] = ()
    ) -> Iterator[SealedPlanner]:
        """Return a planner that remembers."""
        planner = self.planner()
        with open_plan_memory(self.folder / "cache") as memory:
            yield SealedPlanner(planner, memory, deployment_of(planner, self.settings), selected, force)

    def run(self, title: str, selected: frozenset[str] | None = None, force: Sequence[str] = ()) -> set[str]:
        """Make a title and return which assets and checks were made."""
        told, maker = Told(), Counting(self.store, force)
        artifacts = ArtifactIOManager(self.store, self.profiles, maker)
        resources = {**self._resources(), "guard": self.guard, "reporter": told, "artifacts": artifacts}
        failed: set[str] = set()
        everything = {key for definition in self.assets for key in _keys(definition)}
        profile = artifacts.profile_of(title)
        asked = {key for key in everything if not artifacts.leaves_out(title, profile, key.partition(".")[0])}
        wanted = asked if selected is None else selected & asked or selected
        for definition in self.assets:
            keys = _keys(definition) & wanted
            needed = {*inputs_of(definition).values()}
            if not keys:
                continue
            if needed & failed:
                failed |= keys
                continue
            try:
                for result in _results(definition, title, keys, resources):
                    artifacts.handle_output(_NO_CONTEXT, result.value)
            except dg.Failure:
                failed |= keys
        return told.executed | {asset for asset in maker.made if "." in asset}

    def _resources(self) -> dict[str, Any]:
        keys = LocalKeys(self.folder / "keys" / "master", KeyAddresses(aes128_url="https://keys.example/{kid}"))
        outside = {"sources": self.sources, "origin": self.origin, "cms": self.cms, "publisher": self.publisher}
        outside |= {"transcoders": self.transcoders, "crew": self.crew}
        return {**self.tools, "keys": keys, **outside, "rtsp": NoServer(StreamFolder(self.folder / "rtsp"))}


_NO_CONTEXT: Any = None


def _keys(definition: dg.AssetsDefinition) -> set[str]:
    if isinstance(definition, dg.AssetChecksDefinition):
        return {key.to_user_string().replace(":", ".") for key in definition.check_keys}
    return {key.to_user_string() for key in definition.keys}


def _results(
    definition: dg.AssetsDefinition, title: str, keys: Iterable[str], resources: Mapping[str, Any]
) -> Iterator[dg.MaterializeResult[Artifact]]:
    """Run an asset's body as Dagster does."""
    body: Any = definition.op.compute_fn
    op = SimpleNamespace(op=SimpleNamespace(name=definition.op.name))
    context = SimpleNamespace(
        partition_key=title,
        op_execution_context=op,
        selected_asset_keys={dg.AssetKey(key) for key in keys},
        selected_asset_check_keys=frozenset(),
        instance=Tags(),
        run=SimpleNamespace(run_id="", tags={}),
        log=logging.getLogger("workshop"),
    )
    artifacts = resources["artifacts"]
    inputs = {name: artifacts.upstream(title, key) for name, key in Body.of(definition).inputs.items()}
    wanted = {key: resources[key] for key in definition.required_resource_keys if key in resources}
    told = body.decorated_fn(context, **inputs, **wanted)
    if isinstance(told, dg.MaterializeResult):
        yield told
    elif not isinstance(told, dg.AssetCheckResult):
        yield from told
