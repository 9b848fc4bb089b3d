"""What encodes pictures and sound, whole or in pieces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.audio_levels import AudioLevels
from vod_assets.domain.audio_rendition import SoundPlan
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.packet_marks import PacketMarks
from vod_assets.domain.pieces import Clock, Piece, PieceMade
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports.runs import OnProgress


@dataclass(frozen=True)
class RungJob:
    """One rung to encode, and where its file goes (``<directory>/video.mp4``)."""

    rung: Rung
    preset: RungPreset
    directory: Path


@dataclass(frozen=True)
class CodecJob:
    """The rungs of one codec that one process encodes with one decode."""

    ladder: Ladder
    preset: VideoPreset
    rungs: Sequence[RungJob]


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
        job: CodecJob,
        on_progress: OnProgress,
    ) -> EncodeReport:
        """Encode all rungs of one codec in one process with one decode.

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
        job: CodecJob,
        span: tuple[Clock, Piece],
        on_progress: OnProgress,
    ) -> PieceReport:
        """Encode the same piece of all rungs of one codec in one process with one decode.

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
