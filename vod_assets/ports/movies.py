"""What makes movies in one file from renditions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from vod_assets.domain.movies import BurntIn
from vod_assets.ports.runs import OnProgress


class MovieMaker(Protocol):
    """Makes MP4 files from what was encoded; the sound is copied."""

    @property
    def build_ids(self) -> Mapping[str, str]:
        """Builds of all that shapes a preview, its letters included."""
        ...

    def preview(self, picture: Path, sound: Path | None, text: BurntIn, target: Path, on_progress: OnProgress) -> None:
        """Encode a small movie with text in every picture."""
        ...

    def progressive(self, source: Path, kind: str, target: Path) -> None:
        """Write one track, ``video`` or ``audio``, as it is, with the index before its packets."""
        ...

    def join(self, picture: Path, sound: Path | None, target: Path) -> None:
        """Put picture and sound into one file, as they are, its index first."""
        ...
