"""What looks at pictures as a person would who controls quality."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from vod_assets.domain.control_limits import ControlLimits
from vod_assets.domain.quality_control import Pictures
from vod_assets.ports.runs import OnProgress


@dataclass(frozen=True)
class Screening:
    """A rendition to look at.

    Attributes:
        path: Its file.
        name: Its asset key.
        frame_rate: Exact frames per second.
        duration_seconds: Of the title, for the display of progress.
        limits: What the profile lets pass.
    """

    path: Path
    name: str
    frame_rate: Fraction
    duration_seconds: Fraction
    limits: ControlLimits


class PictureWatcher(Protocol):
    """Looks at every picture of a rendition, once."""

    build_ids: Mapping[str, str]

    def watch(self, screening: Screening, directory: Path, on_progress: OnProgress) -> Pictures:
        """Return what there is to be seen, by times of the programme; work below a directory."""
        ...
