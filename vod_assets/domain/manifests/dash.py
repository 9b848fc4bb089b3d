"""Compose a static DASH MPD (ISO/IEC 23009-1) from the descriptors of tracks."""

from collections.abc import Sequence
from fractions import Fraction

from lxml import etree

from vod_assets.domain.manifests.dash_events import add_event_streams
from vod_assets.domain.manifests.dash_profiles import profile, profiles
from vod_assets.domain.manifests.dash_segments import iso_duration
from vod_assets.domain.manifests.dash_sets import add_adaptation_set
from vod_assets.domain.manifests.dash_switching import adaptation_sets
from vod_assets.domain.manifests.dash_xml import DASH, NAMESPACES, add, attributes
from vod_assets.domain.manifests.presentation import Presentation, dash_media
from vod_assets.domain.track import Track

MANIFEST = "manifest.mpd"


def compose_dash(presentation: Presentation) -> dict[str, str]:
    """Return the files of a DASH package by name: ``manifest.mpd``; none of MPEG-TS, which HLS alone plays."""
    layouts = {placed.track.layout for placed in presentation.tracks if placed.track.kind in ("video", "audio")}
    return {} if layouts == {"ts"} else {MANIFEST: compose_mpd(presentation)}


def compose_mpd(presentation: Presentation) -> str:
    """Return the MPD: one period, and adaptation sets that players switch within."""
    shown = [placed for placed in presentation.dash_tracks() if dash_media(placed.track).segments]
    mpd = etree.Element(f"{DASH}MPD", nsmap=NAMESPACES)  # type: ignore[arg-type]  # None is not in the stubs
    sets = adaptation_sets(shown)
    kept = profiles(sets)
    for name, value in _attributes([placed.track for placed in shown], kept).items():
        mpd.set(name, value)
    period = add(mpd, "Period", {"id": "0", "start": "PT0S"})
    add_event_streams(period, presentation.markers)
    for one in sets:
        element = add_adaptation_set(period, one, presentation)
        if len(kept) > 1:
            element.set("profiles", profile(one))
    etree.cleanup_namespaces(mpd)
    etree.indent(mpd)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(mpd, encoding="unicode")}\n'


def _attributes(tracks: Sequence[Track], kept: Sequence[str]) -> dict[str, str]:
    timed = [track for track in tracks if track.kind == "video"] or tracks
    return attributes(
        [
            ("profiles", ",".join(kept)),
            ("type", "static"),
            (
                "mediaPresentationDuration",
                iso_duration(max((_seconds(track) for track in timed), default=Fraction(0))),
            ),
            # ``bandwidth`` is a peak over whole segments, so one segment is what has to be buffered to be safe.
            ("minBufferTime", iso_duration(_longest_segment(tracks))),
        ]
    )


def _longest_segment(tracks: Sequence[Track]) -> Fraction:
    media = [dash_media(track) for track in tracks if track.kind in ("video", "audio")]
    lengths = (Fraction(segment.duration, one.timescale) for one in media for segment in one.segments)
    return max(lengths, default=Fraction(1))


def _seconds(track: Track) -> Fraction:
    media = dash_media(track)
    return Fraction(sum(segment.duration for segment in media.segments), media.timescale)
