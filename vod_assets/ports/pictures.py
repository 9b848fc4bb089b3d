"""What takes still pictures from sources, and puts many into few files."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.thumbnails import SpriteSheets, ThumbnailPreset


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
