"""Say in HLS where chapters begin and where advertisements may be put."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from vod_assets.domain.manifests.hls_attributes import Bare, decimal, quotable, tag
from vod_assets.domain.markers import AdBreak, Chapter, Markers

# Date ranges are dates, and a title on demand has none: time zero is the same in all playlists and for ever. It is
# not 1970, for players take a timestamp of 0 for none.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
AD_BREAK_CLASS = "urn:vod-assets:ad-break:1"
CHAPTERS_JSON = "chapters.json"


def ad_break_lines(markers: Markers) -> list[str]:
    """Return what a media playlist says of ad breaks, before its first segment; nothing when there are none.

    All media playlists of a package say the same (RFC 8216, 6.2.4).
    """
    if not markers.ad_breaks:
        return []
    return [f"#EXT-X-PROGRAM-DATE-TIME:{_date(Fraction(0))}", *(_date_range(one) for one in markers.ad_breaks)]


def session_data(markers: Markers) -> list[str]:
    """Return the tag that leads to the chapters; nothing when there are none."""
    attributes = [("DATA-ID", "com.apple.hls.chapters"), ("URI", CHAPTERS_JSON)]
    return [tag("EXT-X-SESSION-DATA", attributes)] if markers.chapters else []


def chapter_files(markers: Markers, total_seconds: Fraction) -> dict[str, str]:
    """Return the file of chapters that `session_data` names, by its name; a release has them as WebVTT besides."""
    return {CHAPTERS_JSON: _chapters_json(markers, total_seconds)} if markers.chapters else {}


def _date(seconds: Fraction) -> str:
    moment = EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _date_range(ad_break: AdBreak) -> str:
    duration = ad_break.duration_seconds
    return tag(
        "EXT-X-DATERANGE",
        [
            ("ID", ad_break.id),
            ("CLASS", None if ad_break.scte35 else AD_BREAK_CLASS),
            ("START-DATE", _date(ad_break.start_seconds)),
            ("PLANNED-DURATION", Bare(decimal(duration, 3)) if duration is not None else None),
            ("CUE", "PRE" if ad_break.start_seconds == 0 else None),
            ("SCTE35-OUT", Bare(f"0x{ad_break.scte35.upper()}") if ad_break.scte35 else None),
        ],
    )


def _spans(markers: Markers, total: Fraction) -> Iterator[tuple[Chapter, Fraction]]:
    """Yield each chapter with the time when it ends."""
    ends = [chapter.start_seconds for chapter in markers.chapters[1:]] + [total]
    yield from zip(markers.chapters, ends, strict=True)


def _chapters_json(markers: Markers, total: Fraction) -> str:
    """Return the chapters as Apple's players read them; numbers of seconds have milliseconds."""
    entries = [
        {
            "chapter": number,
            "start-time": float(round(chapter.start_seconds, 3)),
            "duration": float(round(max(Fraction(0), end - chapter.start_seconds), 3)),
            "titles": [
                {"language": language, "title": quotable(title)} for language, title in sorted(chapter.titles.items())
            ],
        }
        for number, (chapter, end) in enumerate(_spans(markers, total), 1)
    ]
    return json.dumps(entries, indent=1, ensure_ascii=False) + "\n"
