"""Describe sheets of thumbnails as an image track, for HLS image playlists and DASH thumbnail tiles."""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.thumbnails import SpriteSheets, ThumbnailPreset
from vod_assets.domain.track import Segment, Track
from vod_assets.domain.track_measures import average_bits_per_second, peak_bits_per_second

TIMESCALE = 1_000_000


def describe(
    sheets: Sequence[tuple[str, int]],
    preset: ThumbnailPreset,
    duration_seconds: Fraction,
    thumbnail_size: tuple[int, int],
    source_asset: str = "thumbnails",
) -> Track:
    """Return the image track of a title's sprite sheets.

    Args:
        sheets: Each sheet's path below the track's directory, and its size in bytes, in order.
        preset: How many thumbnails a full sheet holds, and how far apart they were taken.
        duration_seconds: Of the title; the last sheet ends with it.
        thumbnail_size: Width and height of one thumbnail.
        source_asset: Key of the asset that the sheets belong to.
    """
    per_sheet = preset.columns * preset.rows * preset.interval_seconds * TIMESCALE
    end = round(duration_seconds * TIMESCALE)
    starts = [number * per_sheet for number in range(len(sheets))]
    segments = tuple(
        Segment(path=path, size_bytes=size, duration=max(1, min(per_sheet, end - start)))
        for (path, size), start in zip(sheets, starts, strict=True)
    )
    width, height = thumbnail_size
    return Track(
        name=f"thumbnails_{height}p",
        kind="image",
        source_asset=source_asset,
        timescale=TIMESCALE,
        segments=segments,
        peak_bits_per_second=peak_bits_per_second(segments, TIMESCALE),
        average_bits_per_second=average_bits_per_second(segments, TIMESCALE),
        width=width,
        height=height,
        columns=preset.columns,
        rows=preset.rows,
        interval_seconds=preset.interval_seconds,
    )


def sheets_of(track: Track) -> SpriteSheets:
    """Return the sheets that an image track says it has; how many tiles they hold, only the index knows."""
    return SpriteSheets(
        sheets=tuple(segment.path for segment in track.segments),
        count=len(track.segments) * track.columns * track.rows,
        columns=track.columns,
        rows=track.rows,
        width=track.width,
        height=track.height,
        interval_seconds=track.interval_seconds,
    )
