"""One protocol per thing the system needs from outside.

Adapters implement them, fakes stand in for them in tests, assets ask for nothing else.
"""

from vod_assets.ports.agenda import Agenda, Due
from vod_assets.ports.artifacts import ArtifactStore, Attempt, Kept
from vod_assets.ports.cdn import Cdn
from vod_assets.ports.inspecting import Prober
from vod_assets.ports.keys import KeyProvider, SecretKey
from vod_assets.ports.leases import Leases
from vod_assets.ports.notices import Outbox, Post
from vod_assets.ports.packaging import InspectedPackage, PackageInspector, Packager, Protection, TrackJob, Unlocking
from vod_assets.ports.pictures import PictureMaker, SheetPainter
from vod_assets.ports.publishing import Cms, Origin
from vod_assets.ports.quality import ComparedRendition, Comparing, ProbeJob, QualityMeter, Sampling
from vod_assets.ports.runs import OnProgress, Progress, RunGuard
from vod_assets.ports.sources import SourceStore
from vod_assets.ports.texts import SpeechRecogniser, TextExtractor
from vod_assets.ports.tools import Advance, Limits, ToolResult, ToolRunner
from vod_assets.ports.transcoding import CodecJob, EncodeReport, PieceReport, PieceTranscoder, RungJob, Transcoder
from vod_assets.ports.transfers import Transfer

__all__ = [
    "Advance",
    "Agenda",
    "ArtifactStore",
    "Attempt",
    "Cdn",
    "Cms",
    "CodecJob",
    "ComparedRendition",
    "Comparing",
    "Due",
    "EncodeReport",
    "InspectedPackage",
    "Kept",
    "KeyProvider",
    "Leases",
    "Limits",
    "OnProgress",
    "Origin",
    "Outbox",
    "PackageInspector",
    "Packager",
    "PictureMaker",
    "PieceReport",
    "PieceTranscoder",
    "Post",
    "ProbeJob",
    "Prober",
    "Progress",
    "Protection",
    "QualityMeter",
    "RunGuard",
    "RungJob",
    "Sampling",
    "SecretKey",
    "SheetPainter",
    "SourceStore",
    "SpeechRecogniser",
    "TextExtractor",
    "ToolResult",
    "ToolRunner",
    "TrackJob",
    "Transcoder",
    "Transfer",
    "Unlocking",
]
