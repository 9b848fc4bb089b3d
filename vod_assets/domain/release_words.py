"""The files of a release that say what the title is."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from vod_assets.domain.chapter_files import compose_chapters
from vod_assets.domain.markers import Chapter
from vod_assets.domain.metadata import METADATA_FILE, Metadata
from vod_assets.domain.release import ReleasedTrack


def release_words(metadata: Metadata, chapters: Sequence[Chapter], tracks: Iterable[ReleasedTrack]) -> dict[str, bytes]:
    """Return metadata and chapters as they lie in a release, by their names."""
    longest = max((track.duration_seconds or Fraction(0) for track in tracks), default=Fraction(0))
    return {METADATA_FILE: metadata.as_json(), **compose_chapters(chapters, longest)}
