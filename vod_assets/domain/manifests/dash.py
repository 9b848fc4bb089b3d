"""Compose a static DASH MPD (ISO/IEC 23009-1) from the descriptors of tracks."""

import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from vod_assets.domain.manifests.hls_attributes import decimal, quotable
from vod_assets.domain.track import PlacedTrack, Segment, Track

MANIFEST = "manifest.mpd"
PROFILES = "urn:mpeg:dash:profile:isoff-live:2011"
ROLES = "urn:mpeg:dash:role:2011"
CHANNELS = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
THUMBNAIL_TILES = "http://dashif.org/guidelines/thumbnail_tile"
KINDS = ("video", "audio", "text", "image")
NUMBERED = re.compile(r"(?P<before>.*?)(?P<number>[0-9]+)(?P<after>\.[A-Za-z0-9]+)")


def compose_dash(tracks: Sequence[PlacedTrack]) -> dict[str, str]:
    """Return the files of a DASH package by name: ``manifest.mpd``."""
    return {MANIFEST: compose_mpd(tracks)}


def compose_mpd(tracks: Sequence[PlacedTrack]) -> str:
    """Return the MPD: one period, and adaptation sets that players switch within.

    Video is grouped by codec; audio and text by language, role and label, for a player offers a viewer these.
    """
    shown = [placed for placed in tracks if placed.track.segments]
    mpd = Element("MPD", _attributes(_presentation([placed.track for placed in shown])))
    period = SubElement(mpd, "Period", {"id": "0", "start": "PT0S"})
    for number, group in enumerate(_groups(shown)):
        _adaptation_set(period, number, group)
    indent(mpd)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(mpd, encoding="unicode")}\n'


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


Attributes = Iterable[tuple[str, str | int | None]]


def _attributes(pairs: Attributes) -> dict[str, str]:
    return {name: quotable(str(value)) for name, value in pairs if value is not None}


def _presentation(tracks: Sequence[Track]) -> Attributes:
    timed = [track for track in tracks if track.kind == "video"] or tracks
    longest_segment = max(
        (Fraction(segment.duration, track.timescale) for track in timed for segment in track.segments),
        default=Fraction(1),
    )
    return [
        ("xmlns", "urn:mpeg:dash:schema:mpd:2011"),
        ("profiles", PROFILES),
        ("type", "static"),
        (
            "mediaPresentationDuration",
            iso_duration(max((track.duration_seconds for track in timed), default=Fraction(0))),
        ),
        # ``bandwidth`` is a peak over whole segments, so one segment is what has to be buffered to be safe.
        ("minBufferTime", iso_duration(longest_segment)),
    ]


def _groups(tracks: Sequence[PlacedTrack]) -> list[list[PlacedTrack]]:
    """Return the tracks of each adaptation set, kinds in a fixed order, otherwise as given."""
    first_seen = {_group_key(placed.track): place for place, placed in reversed(list(enumerate(tracks)))}
    order: Callable[[PlacedTrack], tuple[int, int]] = lambda placed: (  # noqa: E731
        KINDS.index(placed.track.kind),
        first_seen[_group_key(placed.track)],
    )
    return [list(group) for _, group in groupby(sorted(tracks, key=order), key=order)]


def _group_key(track: Track) -> tuple[object, ...]:
    if track.kind == "video":
        return ("video", track.codecs.split(".")[0], track.video_range)
    if track.kind == "image":
        return ("image", track.name)
    codec = (track.codecs or track.dash_codecs).split(".")[0]
    said = (track.language, track.role, track.label, track.is_forced, track.is_hearing_impaired)
    return (track.kind, codec, track.channels, *said)


def _adaptation_set(period: Element, number: int, group: Sequence[PlacedTrack]) -> None:
    track = group[0].track
    attributes: list[tuple[str, str | int | None]] = [("id", number), ("contentType", track.kind)]
    attributes += [("mimeType", _mime_type(track))]
    if track.kind in ("audio", "text"):
        attributes += [("lang", track.language)]
    if track.kind == "video":
        attributes += _largest([placed.track for placed in group])
    if track.kind != "image":
        attributes += [("segmentAlignment", "true"), ("startWithSAP", 1)]
    element = SubElement(period, "AdaptationSet", _attributes(attributes))
    _descriptions(element, track)
    for placed in group:
        _representation(element, placed)


def _mime_type(track: Track) -> str:
    return {"video": "video/mp4", "audio": "audio/mp4", "text": "application/mp4", "image": "image/jpeg"}[track.kind]


def _largest(tracks: Sequence[Track]) -> list[tuple[str, str | int | None]]:
    widest = max(tracks, key=lambda track: (track.width, track.height))
    shape = Fraction(widest.width, widest.height) if widest.height else Fraction(1)
    rates = [track.frame_rate for track in tracks if track.frame_rate]
    return [
        ("maxWidth", widest.width),
        ("maxHeight", max(track.height for track in tracks)),
        ("maxFrameRate", str(max(rates)) if rates else None),
        ("par", f"{shape.numerator}:{shape.denominator}"),
    ]


def _descriptions(element: Element, track: Track) -> None:
    """Add what a viewer chooses by; the order of the elements is the schema's."""
    if track.kind in ("audio", "text"):
        accessible = _accessibility(track)
        if accessible:
            SubElement(element, "Accessibility", {"schemeIdUri": ROLES, "value": accessible})
        SubElement(element, "Role", {"schemeIdUri": ROLES, "value": _role(track)})
        if track.label:
            SubElement(element, "Label").text = quotable(track.label)


def _accessibility(track: Track) -> str:
    if track.kind == "text":
        return "caption" if track.is_hearing_impaired else ""
    return "description" if track.role == "description" else ""


def _role(track: Track) -> str:
    if track.kind == "audio":
        return "alternate" if track.role == "description" else track.role or "main"
    if track.is_forced:
        return "forced-subtitle"
    return "caption" if track.is_hearing_impaired else "subtitle"


def _representation(element: Element, placed: PlacedTrack) -> None:
    track = placed.track
    columns, rows = (track.columns, track.rows) if track.kind == "image" else (1, 1)
    attributes: list[tuple[str, str | int | None]] = [
        ("id", track.name),
        ("bandwidth", _bandwidth(track)),
        ("codecs", track.codecs or track.dash_codecs or None),
        ("width", track.width * columns or None),
        ("height", track.height * rows or None),
        ("frameRate", str(track.frame_rate) if track.frame_rate else None),
        ("sar", "1:1" if track.kind == "video" else None),
        ("audioSamplingRate", track.sample_rate or None),
    ]
    representation = SubElement(element, "Representation", _attributes(attributes))
    if track.kind == "audio":
        channels = {"schemeIdUri": CHANNELS, "value": str(track.channels)}
        SubElement(representation, "AudioChannelConfiguration", channels)
    if track.kind == "image":
        SubElement(representation, "EssentialProperty", {"schemeIdUri": THUMBNAIL_TILES, "value": f"{columns}x{rows}"})
    _template(representation, placed)


def _bandwidth(track: Track) -> int:
    if track.kind != "text":
        return track.peak_bits_per_second
    rates = (
        Fraction(8 * segment.size_bytes * track.dash_timescale, segment.duration) for segment in track.dash_segments
    )
    return -int(-max(rates) // 1)


def _template(representation: Element, placed: PlacedTrack) -> None:
    track = placed.track
    is_text = track.kind == "text"
    segments, timescale = (track.dash_segments, track.dash_timescale) if is_text else (track.segments, track.timescale)
    init = track.dash_init if is_text else track.init
    media, start = segment_template([segment.path for segment in segments])
    attributes: list[tuple[str, str | int | None]] = [
        ("timescale", timescale),
        ("initialization", f"{placed.base}/{init}" if init else None),
        ("media", f"{placed.base}/{media}"),
        ("startNumber", start),
    ]
    if track.kind == "image":  # thumbnail_tile allows @duration only (DASH-IF IOP 4.3, 6.2.6)
        attributes.append(("duration", track.columns * track.rows * track.interval_seconds * timescale))
    template = SubElement(representation, "SegmentTemplate", _attributes(attributes))
    if track.kind != "image":
        _timeline(template, segments)


def _timeline(template: Element, segments: Sequence[Segment]) -> None:
    timeline = SubElement(template, "SegmentTimeline")
    now = 0
    for duration, run in groupby(segment.duration for segment in segments):
        count = sum(1 for _ in run)
        repeat = {"r": str(count - 1)} if count > 1 else {}
        SubElement(timeline, "S", {"t": str(now), "d": str(duration), **repeat})
        now += duration * count
