"""One protocol per thing the system needs from outside.

Adapters implement them, fakes stand in for them in tests, assets ask for nothing else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import AudioStream, MediaInfo, TextStream
from vod_assets.domain.package_view import Decoded, PackageView
from vod_assets.domain.profile import AudioPreset, RungPreset, ThumbnailPreset, VideoPreset
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.thumbnails import SpriteSheets
from vod_assets.domain.title import Fingerprint, TitleRecord
from vod_assets.domain.track import Track


class RunGuard(Protocol):
    """Knows whether the run is still wanted."""

    def check(self) -> None:
        """Return while the run is wanted; raise `Cancelled` once it is not. Cheap enough to call every 100 ms."""
        ...


@dataclass(frozen=True)
class Progress:
    """How far an encode is: seconds of media done and in all, frames per second, speed (1.0 is real time)."""

    done_seconds: Fraction
    total_seconds: Fraction
    frames_per_second: Fraction
    speed: Fraction

    @property
    def percent(self) -> int:
        """Whole percent done, 0 to 100."""
        return min(100, int(100 * self.done_seconds / self.total_seconds)) if self.total_seconds else 0

    @property
    def left_seconds(self) -> int | None:
        """Seconds until the end at this speed; None while the speed is unknown."""
        left = self.total_seconds - self.done_seconds
        return max(0, int(left / self.speed)) if self.speed else None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Limits:
    """What one run of a tool may use; the kernel and the supervisor end it beyond that."""

    address_space_bytes: int = 4 << 30
    cpu_seconds: int = 24 * 3600
    wall_seconds: int = 12 * 3600
    stall_seconds: int = 120  # without output of any kind, or without advance where the tool reports it
    file_bytes: int = 1 << 40


@dataclass(frozen=True)
class Advance:
    """How far a tool says it is; one that is as far as before does nothing, whatever else it prints."""

    done_seconds: Fraction = Fraction(0)
    frames: int = 0
    written_bytes: int = 0


@dataclass(frozen=True)
class ToolResult:
    """How a tool ended well: its captured output, what it used."""

    stdout: bytes
    stderr: str
    cpu_seconds: float
    wall_seconds: float


class ToolRunner(Protocol):
    """The one place that runs an outside tool."""

    def run(
        self,
        argv: Sequence[str],
        *,
        limits: Limits = Limits(),
        on_line: Callable[[str], None] | None = None,
        on_error_line: Callable[[str], None] | None = None,
        pulse: Callable[[], Advance] | None = None,
        cwd: Path | None = None,
    ) -> ToolResult:
        """Run a tool to its end and return what it said.

        Args:
            argv: The command; never a shell string.
            limits: What it may use.
            on_line: Called with each line of standard output as it comes (FFmpeg's ``-progress pipe:1``); the lines are
                then not kept.
            on_error_line: Called with each line of standard error, also those that `ToolResult.stderr` (the last 200)
                no longer holds.
            pulse: Asked how far the tool is. Where it is given, only a change of its answer counts as a sign of life:
                FFmpeg reports its progress twice a second even while it waits for ever for its input.
            cwd: Working directory.

        Raises:
            ToolError: It ended badly, was killed by a limit, or stalled.
            Cancelled: The run is no longer wanted; the tool and its children are gone.
        """
        ...


@dataclass(frozen=True)
class Attempt:
    """A private directory that one writer fills; nobody sees it before it is committed."""

    recipe: Recipe
    title: str
    name: str
    directory: Path


class ArtifactStore(Protocol):
    """Keeps artifacts: an attempt is committed whole, or nobody ever sees it."""

    address: str

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return the artifact of a recipe if it was committed and its files are there with the right sizes."""
        ...

    def attempt(self, title: str, recipe: Recipe) -> AbstractContextManager[Attempt]:
        """Open a private directory below ``<asset>/<recipe>/``; on leaving, whatever was not committed is removed."""
        ...

    def commit(
        self,
        attempt: Attempt,
        document: Mapping[str, Any],
        entries: Mapping[str, Artifact] | None = None,
    ) -> Artifact:
        """Make an attempt's files and document the artifact of its recipe, exactly once.

        The artifact holds every file in the attempt's directory; ``entries`` make it an index, in their order. When
        another writer was first, this attempt is removed and the winner's artifact is returned.

        Raises:
            Cancelled: The run is no longer wanted; nothing was committed.
            StoreError: ``store_full`` and others.
        """
        ...

    def load(self, title: str, asset: str, recipe_id: str) -> Artifact:
        """Return a committed artifact, as an index names it.

        Raises:
            StoreError: ``artifact_missing``.
        """
        ...

    def latest(self, title: str, asset: str) -> Artifact | None:
        """Return what the asset's pointer names, or None when the asset was never made or its artifact is gone."""
        ...

    def point(self, artifact: Artifact) -> None:
        """Move the asset's pointer ``latest.json`` to an artifact."""
        ...

    def local_path(self, artifact: Artifact, path: str = "") -> Path:
        """Return a local path of one file of an artifact, or of the directory that holds them all."""
        ...

    def record(self, title: str) -> TitleRecord | None:
        """Return ``title.json``."""
        ...

    def register(self, record: TitleRecord) -> None:
        """Write ``title.json`` and the map from source address to title id."""
        ...

    def title_of(self, address: str) -> str | None:
        """Return the title id that a source address was registered under."""
        ...

    def titles(self) -> list[str]:
        """Return every title id that has a ``title.json``, sorted."""
        ...

    def refuse(self, title: str, refusal: Mapping[str, Any]) -> None:
        """Write ``refused/<title>.json``; an accepted source later removes it."""
        ...

    def refusals(self) -> dict[str, dict[str, Any]]:
        """Return every refusal by title id."""
        ...

    def forgive(self, title: str) -> None:
        """Remove a title's refusal, if any."""
        ...

    def artifacts(self, title: str) -> Iterator[Artifact]:
        """Yield every committed artifact of a title, superseded ones included."""
        ...

    def remove(self, title: str) -> None:
        """Remove a title: record, pointers and artifacts."""
        ...

    def unreferenced(self, older_than_seconds: int) -> list[str]:
        """Return addresses of attempts that no ``artifact.json`` names and that are older than a grace time."""
        ...


class SourceStore(Protocol):
    """Reads source files where they lie."""

    def canonical(self, address: str) -> str:
        """Return the one address of a source: ``file:///…`` with links resolved.

        Raises:
            SourceError: ``source_missing``, ``not_a_file``, ``permission_denied`` and the like.
        """
        ...

    def fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256, remembered for an unchanged file (path, inode, size, mtime)."""
        ...

    def local_path(self, address: str) -> Path:
        """Return a local path that the tools can read."""
        ...

    def siblings(self, address: str) -> list[str]:
        """Return the addresses of the files beside a source, sorted."""
        ...

    def read(self, address: str, most_bytes: int) -> bytes:
        """Return the bytes of a small file beside a source.

        Raises:
            SourceError: ``limit_exceeded``, and those of `canonical`.
        """
        ...


class Prober(Protocol):
    """Inspects media files."""

    build_ids: Mapping[str, str]

    def inspect(self, path: Path, file: str = "") -> MediaInfo:
        """Return what a source holds; ``file`` is its name in messages.

        Raises:
            SourceError: The cheap rules of the accept gate refuse it.
        """
        ...


@dataclass(frozen=True)
class RungJob:
    """One rung to encode, and where its file goes (``<directory>/video.mp4``)."""

    rung: Rung
    preset: RungPreset
    directory: Path


@dataclass(frozen=True)
class EncodeReport:
    """What an encode did, for metadata and the gate; nothing of it enters a digest.

    Attributes:
        decoded_frames: Frames that the decoder put out in this very pass.
        findings: What the accept gate says of the counts, warnings only; a refusal is raised.
        argv: The command line.
    """

    decoded_frames: int
    encoded_frames: int
    cpu_seconds: float
    wall_seconds: float
    findings: tuple[Any, ...] = ()
    argv: tuple[str, ...] = ()


class Transcoder(Protocol):
    """Makes renditions and audio from a source."""

    build_ids: Mapping[str, str]

    def encode_video(
        self,
        source: Path,
        info: MediaInfo,
        ladder: Ladder,
        preset: VideoPreset,
        jobs: Sequence[RungJob],
        on_progress: OnProgress,
    ) -> EncodeReport:
        """Encode all jobs' rungs of one codec in one process with one decode.

        Raises:
            SourceError: The accept gate's counts do not add up.
        """
        ...

    def encode_audio(
        self, source: Path, info: MediaInfo, stream: AudioStream, preset: AudioPreset, target: Path
    ) -> EncodeReport:
        """Encode one audio stream to an MP4 file as long as the video, starting at the video's time zero."""
        ...


class TextExtractor(Protocol):
    """Takes embedded text out of a source."""

    build_ids: Mapping[str, str]

    def extract_text(self, source: Path, stream: TextStream, directory: Path) -> Path:
        """Write one embedded text stream as a caption file of its own kind below a directory; return its path."""
        ...


class PictureMaker(Protocol):
    """Takes still pictures from a source."""

    build_ids: Mapping[str, str]

    def poster(self, source: Path, info: MediaInfo, target: Path) -> Fraction:
        """Write a representative frame as JPEG in display shape; return its time in seconds."""
        ...

    def thumbnails(self, source: Path, info: MediaInfo, preset: ThumbnailPreset, directory: Path) -> int:
        """Write one small JPEG per interval, ``00001.jpg`` on; return how many."""
        ...


@dataclass(frozen=True)
class TrackJob:
    """One track to package: the encoded file, what to call it, where its files go."""

    name: str
    kind: str
    source: Path
    source_asset: str
    segment_seconds: Fraction
    directory: Path
    language: str = "und"
    label: str = ""
    role: str = "main"
    is_default: bool = False
    is_forced: bool = False
    is_hearing_impaired: bool = False
    duration_seconds: Fraction | None = None  # of the whole title; text tracks are as long as it
    extra: Mapping[str, Any] = field(default_factory=dict)


class SheetPainter(Protocol):
    """Puts many small pictures into few files."""

    build_ids: Mapping[str, str]

    def paint(
        self, pictures: Sequence[Path], preset: ThumbnailPreset, duration_seconds: Fraction, directory: Path
    ) -> SpriteSheets:
        """Write sprite sheets and their WebVTT index into a directory; return where each picture is."""
        ...


@dataclass(frozen=True)
class InspectedPackage:
    """A package as it will lie at an origin, and a way to play its media playlists by their addresses."""

    view: PackageView
    decode_all: Callable[[Sequence[str]], Mapping[str, Decoded]]


class PackageInspector(Protocol):
    """Opens packages for the checks that look at their bytes."""

    build_ids: Mapping[str, str]

    def open(
        self, tracks: Mapping[str, Path], manifests: Mapping[str, Sequence[Path]], sizes: Mapping[str, int]
    ) -> AbstractContextManager[InspectedPackage]:
        """Open a package that is not published yet.

        Args:
            tracks: Folder of each track leaf, by its digest.
            manifests: Folders of each variant's manifests.
            sizes: Bytes of every file of a track by its address, ``tracks/<digest>/<path>``.
        """
        ...


class Packager(Protocol):
    """Makes one CMAF track from one encoded file."""

    build_ids: Mapping[str, str]

    def package(self, job: TrackJob) -> Track:
        """Write init and media segments below the job's directory and describe them.

        Raises:
            ToolError: ``packaging_failed``.
        """
        ...


class Origin(Protocol):
    """Holds releases where players fetch them."""

    address: str

    def has_track(self, title: str, track_digest: str) -> bool:
        """Whether a track is there, complete and verified."""
        ...

    def put_track(self, title: str, track_digest: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Copy a track's files to ``<title>/tracks/<digest>/``, verify them, and make it visible at once."""
        ...

    def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Copy manifests to ``<title>/releases/<n>/``; complete or absent, never changed afterwards."""
        ...

    def releases(self, title: str) -> list[int]:
        """Return the numbers of a title's complete releases, ascending."""
        ...

    def read(self, title: str, path: str) -> bytes | None:
        """Return a file below the title, or None."""
        ...

    def titles(self) -> list[str]:
        """Return the ids of all titles that have anything here, sorted."""
        ...

    def fingerprint(self, title: str, path: str) -> Fingerprint | None:
        """Return size and SHA-256 of a file below the title as it lies there now, or None."""
        ...

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return what killed writers left behind and nobody has touched for a time; no viewer can see any of it."""
        ...

    def tracks(self, title: str, older_than_seconds: int = 0) -> list[str]:
        """Return the digests of a title's tracks that were placed longer ago than that, sorted."""
        ...

    def url(self, title: str, path: str) -> str:
        """Return the address a player opens."""
        ...

    def remove(self, title: str) -> None:
        """Remove everything of a title."""
        ...


class Cms(Protocol):
    """Shows titles to viewers."""

    address: str

    def publish(self, entry: Mapping[str, Any]) -> str:
        """Create or update the one entry of ``entry["title"]`` and return its address; twice is as once."""
        ...

    def entry(self, title: str) -> Mapping[str, Any] | None:
        """Return the published entry of a title."""
        ...

    def remove(self, title: str) -> None:
        """Remove a title's entry; nothing happens when there is none."""
        ...

    def entries(self) -> list[str]:
        """Return the title ids of all entries, sorted."""
        ...

    def faults(self, title: str) -> list[str]:
        """Return what is wrong with how a published entry is shown: a page that is missing, a list without it."""
        ...

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return what killed writers left behind and nobody has touched for a time."""
        ...
