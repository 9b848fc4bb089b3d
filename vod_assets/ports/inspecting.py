"""What inspects sources."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from vod_assets.domain.media_info import MediaInfo, SoundInfo


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
