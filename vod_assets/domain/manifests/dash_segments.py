"""Say in an MPD where a representation's segments are (ISO/IEC 23009-1, 5.3.9)."""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from lxml import etree

from vod_assets.domain.manifests.dash_xml import add, attributes
from vod_assets.domain.manifests.hls_attributes import decimal
from vod_assets.domain.manifests.presentation import Media, dash_media
from vod_assets.domain.track import PlacedTrack, Segment

NUMBERED = re.compile(r"(?P<before>.*?)(?P<number>[0-9]+)(?P<after>\.[A-Za-z0-9]+)")


def add_segments(representation: etree._Element, placed: PlacedTrack) -> None:
    """Add the segments of a track: a template of addresses, or of one file the place of its index."""
    media = dash_media(placed.track)
    if is_one_file(placed):
        _base(representation, placed, media)
    else:
        _template(representation, placed, media)


def is_one_file(placed: PlacedTrack) -> bool:
    """Return whether DASH plays the track from one file with an index."""
    segments = dash_media(placed.track).segments
    return placed.track.index_range is not None and segments[0].offset_bytes is not None


def segment_template(paths: Sequence[str]) -> tuple[str, int]:
    """Return the ``$Number$`` template that expands to all paths, and the number of the first.

    Raises:
        ValueError: The paths are not numbered one after the other.
    """
    match = NUMBERED.fullmatch(paths[0])
    if match is None:
        raise ValueError(f"the segment {paths[0]} has no number in its name")
    before, digits, after = match["before"], match["number"], match["after"]
    start, width = int(digits), len(digits) if digits.startswith("0") else 1
    if list(paths) != [f"{before}{number:0{width}d}{after}" for number in range(start, start + len(paths))]:
        raise ValueError(f"the segments from {paths[0]} to {paths[-1]} are not numbered one after the other")
    return f"{before}{'$Number$' if width == 1 else f'$Number%0{width}d$'}{after}", start


def iso_duration(seconds: Fraction) -> str:
    """Return an XML duration to the microsecond: ``PT10.01S``."""
    return f"PT{decimal(seconds).rstrip('0').rstrip('.')}S"


def _base(representation: etree._Element, placed: PlacedTrack, media: Media) -> None:
    index, init = placed.track.index_range, placed.track.init_range
    add(representation, "BaseURL").text = f"{placed.base}/{media.segments[0].path}"
    said = [("timescale", media.timescale), ("indexRange", _range(index)), ("indexRangeExact", "true")]
    base = add(representation, "SegmentBase", attributes(said))
    add(base, "Initialization", attributes([("range", _range(init))]))


def _range(span: tuple[int, int] | None) -> str | None:
    return f"{span[0]}-{span[1]}" if span else None


def _template(representation: etree._Element, placed: PlacedTrack, media: Media) -> None:
    track = placed.track
    path, start = segment_template([segment.path for segment in media.segments])
    is_image = track.kind == "image"
    said: list[tuple[str, str | int | None]] = [
        ("timescale", 1 if is_image else media.timescale),
        ("initialization", f"{placed.base}/{media.init}" if media.init else None),
        ("media", f"{placed.base}/{path}"),
        ("startNumber", start),
    ]
    if is_image:  # thumbnail_tile allows @duration only (DASH-IF IOP 4.3, 6.2.6), and that holds 32 bits
        said.append(("duration", track.columns * track.rows * track.interval_seconds))
    template = add(representation, "SegmentTemplate", attributes(said))
    if not is_image:
        _timeline(template, media.segments)


def _timeline(template: etree._Element, segments: Sequence[Segment]) -> None:
    timeline = add(template, "SegmentTimeline")
    now = 0
    for duration, run in groupby(segment.duration for segment in segments):
        count = sum(1 for _ in run)
        repeat = {"r": str(count - 1)} if count > 1 else {}
        add(timeline, "S", {"t": str(now), "d": str(duration), **repeat})
        now += duration * count
