"""What measures pictures against those that they were made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from vod_assets.domain.filters import Filter
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probing import Excerpt, Metric, ProbedWindow, Window
from vod_assets.domain.quality_report import RenditionQuality
from vod_assets.ports.runs import OnProgress


@dataclass(frozen=True)
class Sampling:
    """One sample of a source, and what its encodes are compared with.

    Attributes:
        excerpt: What is encoded for it.
        shared: Filters that all encodes begin with, and the reference.
        reference: Filters of the reference after them.
        device: Kind of device that the encoder's filters send pictures to; empty: none.
    """

    window: Window
    excerpt: Excerpt
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
        coded: The size that is encoded.
    """

    filters: tuple[Filter, ...]
    options: Mapping[str, str]
    metric: Metric
    seen: tuple[Filter, ...]
    viewed: tuple[int, int]
    coded: tuple[int, int]


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
