"""What inspects, encodes and draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.audio_levels import AudioLevels
from vod_assets.domain.audio_rendition import SoundPlan
from vod_assets.domain.filters import Filter
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import AudioStream, MediaInfo, SoundInfo, TextStream
from vod_assets.domain.packet_marks import PacketMarks
from vod_assets.domain.pieces import Clock, Piece, PieceMade
from vod_assets.domain.probing import Metric, ProbedWindow, Window
from vod_assets.domain.profile import ThumbnailPreset
from vod_assets.domain.quality_report import RenditionQuality
from vod_assets.domain.text.closed_captions import ClosedCaptions
from vod_assets.domain.text.speech import Word
from vod_assets.domain.thumbnails import SpriteSheets
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports.runs import OnProgress


class Prober(Protocol):
    """Inspects media files."""

    build_ids: Mapping[str, str]

    def inspect(self, path: Path, file: str = "") -> MediaInfo:
        """Return what a source holds; ``file`` is its name in messages.

        Raises:
            SourceError: The cheap rules of the accept gate refuse it.
        """
        ...

    def inspect_sound(self, path: Path, file: str = "") -> SoundInfo:
        """Return what a file of sound beside a source holds.

        Raises:
            SourceError: It cannot be read, or holds no sound.
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

    def require_encoder(self, preset: VideoPreset, profile: str) -> None:
        """Return when the encoder that a profile names runs here; one that none is named for is taken to.

        Raises:
            ConfigError: ``encoder_missing`` or ``encoder_cannot_run``.
        """
        ...

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

    def encode_audio(self, source: Path, info: MediaInfo, plan: SoundPlan, target: Path) -> EncodeReport:
        """Encode one sound to an MP4 file as long as the video, starting at the video's time zero.

        Raises:
            ConfigError: ``encoder_missing``: this FFmpeg has no encoder for the codec.
        """
        ...

    def measure_audio(self, source: Path, info: MediaInfo, plans: Mapping[str, Sequence[SoundPlan]]) -> AudioLevels:
        """Measure how loud sounds are, by their names, in every layout that their plans deliver.

        Raises:
            SourceError: Nothing of one of them can be decoded.
        """
        ...


@dataclass(frozen=True)
class PieceReport:
    """What making a piece did; all but what ``made`` says is for metadata only."""

    made: PieceMade
    cpu_seconds: float
    wall_seconds: float


class PieceTranscoder(Protocol):
    """Makes renditions from a source piece by piece."""

    build_ids: Mapping[str, str]

    def clock(self, source: Path, info: MediaInfo) -> Clock:
        """Return the time line of a source's picture."""
        ...

    def marks(self, source: Path, info: MediaInfo) -> PacketMarks:
        """Return what every packet of a source's picture is, without decoding any."""
        ...

    def encode_piece(
        self,
        source: Path,
        info: MediaInfo,
        ladder: Ladder,
        preset: VideoPreset,
        jobs: Sequence[RungJob],
        span: tuple[Clock, Piece],
        on_progress: OnProgress,
    ) -> PieceReport:
        """Encode the same piece of all jobs' rungs of one codec in one process with one decode.

        Raises:
            SourceError: The source cannot be decoded.
            PieceError: What came out is not these frames of the whole.
        """
        ...

    def join(self, pieces: Sequence[tuple[Path, int]], frame_rate: Fraction, directory: Path) -> EncodeReport:
        """Write pieces one after another as they are into ``<directory>/video.mp4``.

        Args:
            pieces: Their folders, and how many frames each has.
            frame_rate: Of all.
            directory: Where the file goes.

        Raises:
            PieceError: They were not encoded alike.
        """
        ...


@dataclass(frozen=True)
class Sampling:
    """One sample of a source, and what its encodes are compared with.

    Attributes:
        shared: Filters that all encodes begin with, and the reference.
        reference: Filters of the reference after them.
        device: Kind of device that the encoder's filters send pictures to; empty: none.
    """

    window: Window
    frame_rate: Fraction
    shared: tuple[Filter, ...]
    reference: tuple[Filter, ...]
    device: str = ""


@dataclass(frozen=True)
class ProbeJob:
    """One encode of a sample.

    Attributes:
        filters: After the shared ones.
        options: The encoder's.
        metric: What is measured.
        seen: Filters that bring the encoded pictures to the reference's size and format.
        viewed: That size.
    """

    filters: tuple[Filter, ...]
    options: Mapping[str, str]
    metric: Metric
    seen: tuple[Filter, ...]
    viewed: tuple[int, int]


@dataclass(frozen=True)
class Comparing:
    """How renditions of one codec and dynamic range are compared with their source.

    Attributes:
        shared: Filters that all renditions were made with.
        metric: ``vmaf`` is computed besides XPSNR; ``xpsnr``: nothing else is.
        every: VMAF is computed for one frame in so many.
    """

    frame_rate: Fraction
    shared: tuple[Filter, ...]
    metric: Metric
    every: int


@dataclass(frozen=True)
class ComparedRendition:
    """One rendition to compare.

    Attributes:
        reference: Filters that make of the source, after the shared ones, what it was encoded from.
        directory: Where its scores and its contact sheet go.
    """

    key: str
    path: Path
    size: tuple[int, int]
    reference: tuple[Filter, ...]
    directory: Path


class QualityMeter(Protocol):
    """Measures pictures against those that they were made from."""

    build_ids: Mapping[str, str]

    def probe(
        self,
        source: Path,
        info: MediaInfo,
        sampling: Sampling,
        jobs: Sequence[ProbeJob],
        directory: Path,
        on_progress: OnProgress,
    ) -> list[ProbedWindow]:
        """Encode one sample in several ways and return what each came to; work below a directory.

        Raises:
            SourceError: ``sample_unreadable``.
        """
        ...

    def compare(
        self,
        source: Path,
        info: MediaInfo,
        comparing: Comparing,
        renditions: Sequence[ComparedRendition],
        scratch: Path,
        on_progress: OnProgress,
    ) -> list[RenditionQuality]:
        """Measure whole renditions, the largest first, in one process.

        ``scores.json`` and ``worst.webp`` of each are left in its directory.
        """
        ...


class TextExtractor(Protocol):
    """Takes embedded text out of a source."""

    build_ids: Mapping[str, str]

    def extract_text(self, source: Path, stream: TextStream, directory: Path) -> Path:
        """Write one embedded text stream as a caption file of its own kind below a directory; return its path."""
        ...

    def closed_captions(self, source: Path, stream: TextStream, directory: Path) -> ClosedCaptions:
        """Return what the pictures of a video stream say, by the time since the first one."""
        ...


class SpeechRecogniser(Protocol):
    """Hears speech, offline."""

    @property
    def build_ids(self) -> Mapping[str, str]:
        """Builds of all that shapes what is heard."""
        ...

    def require(self) -> None:
        """Return when everything is installed that it takes.

        Raises:
            ConfigError: ``speech_not_installed``, with what to do.
        """
        ...

    def hears(self, language: str) -> bool:
        """Whether speech of a language is understood."""
        ...

    def recognise(self, source: Path, info: MediaInfo, stream: AudioStream, directory: Path) -> list[Word]:
        """Return the words of an audio track; work below a directory.

        Their time is that since the stream's own beginning, or since that of a programme with a timeline.
        """
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


class SheetPainter(Protocol):
    """Puts many small pictures into few files."""

    build_ids: Mapping[str, str]

    def paint(
        self, pictures: Sequence[Path], preset: ThumbnailPreset, duration_seconds: Fraction, directory: Path
    ) -> SpriteSheets:
        """Write sprite sheets and their WebVTT index into a directory; return where each picture is."""
        ...
