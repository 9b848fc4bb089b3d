"""One protocol per thing the system needs from outside.

Adapters implement them, fakes stand in for them in tests, assets ask for nothing else.
"""

from vod_assets.ports.artifacts import ArtifactStore, Attempt, Kept
from vod_assets.ports.keys import KeyProvider, SecretKey
from vod_assets.ports.leases import Leases
from vod_assets.ports.media import (
    ComparedRendition,
    Comparing,
    EncodeReport,
    PictureMaker,
    PieceReport,
    PieceTranscoder,
    ProbeJob,
    Prober,
    QualityMeter,
    RungJob,
    Sampling,
    SheetPainter,
    SpeechRecogniser,
    TextExtractor,
    Transcoder,
)
from vod_assets.ports.packaging import InspectedPackage, PackageInspector, Packager, Protection, TrackJob, Unlocking
from vod_assets.ports.publishing import Cms, Origin
from vod_assets.ports.runs import OnProgress, Progress, RunGuard
from vod_assets.ports.sources import SourceStore
from vod_assets.ports.tools import Advance, Limits, ToolResult, ToolRunner
from vod_assets.ports.transfers import Transfer

__all__ = [
    "Advance",
    "ArtifactStore",
    "Attempt",
    "Cms",
    "ComparedRendition",
    "Comparing",
    "EncodeReport",
    "InspectedPackage",
    "Kept",
    "KeyProvider",
    "Leases",
    "Limits",
    "OnProgress",
    "Origin",
    "PackageInspector",
    "Packager",
    "PictureMaker",
    "PieceReport",
    "PieceTranscoder",
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
