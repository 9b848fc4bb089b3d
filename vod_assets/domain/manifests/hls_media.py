"""Compose HLS media playlists: of segments, of I-frames, of thumbnail sheets."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from vod_assets.domain.manifests.hls_attributes import Bare, extinf, microseconds, tag
from vod_assets.domain.manifests.hls_keys import NO_KEY, key_lines
from vod_assets.domain.manifests.hls_markers import ad_break_lines
from vod_assets.domain.manifests.presentation import Media, Presentation, hls_media
from vod_assets.domain.track import PlacedTrack, Segment, Track

VERSION = 6  # EXT-X-MAP in a playlist that is not of I-frames only, RFC 8216, section 7
TS_VERSION = 5  # KEYFORMAT; byte ranges need 4
IMAGES_VERSION = 7


def compose_media_playlist(presentation: Presentation, placed: PlacedTrack, target_seconds: int | None = None) -> str:
    """Return the media playlist of a video, audio or text track.

    Args:
        presentation: What it belongs to.
        placed: The track.
        target_seconds: ``EXT-X-TARGETDURATION``, when it has to equal other playlists'; never less than this one's own.
    """
    track = placed.track
    media = hls_media(track)
    keys = key_lines(presentation, track)
    target = max(target_seconds or 0, target_duration(track))
    head = [*_head(_version(track), target), *_map(placed, media), *_opening(track, keys)]
    body = _segments(placed, media, keys, track.clear_segments)
    return _text([*head, *ad_break_lines(presentation.markers)], body)


def compose_iframe_playlist(presentation: Presentation, placed: PlacedTrack) -> str:
    """Return the I-frame playlist of a video track: a byte range for each I-frame."""
    track = placed.track
    lengths = microseconds([iframe.duration for iframe in track.iframes], track.timescale)
    keys = key_lines(presentation, track)
    clear = _clear_iframes(track)
    head = [*_head(_version(track), _target(lengths)), "#EXT-X-I-FRAMES-ONLY", *_map(placed, hls_media(track))]
    body = (
        line
        for number, (iframe, length) in enumerate(zip(track.iframes, lengths, strict=True))
        for line in (
            *(keys if number and number == clear else []),
            extinf(length),
            f"#EXT-X-BYTERANGE:{iframe.length_bytes}@{iframe.offset_bytes}",
            f"{placed.base}/{iframe.path}",
        )
    )
    return _text([*head, *_opening(track, keys), *ad_break_lines(presentation.markers)], body)


def has_iframe_playlist(track: Track) -> bool:
    """Return whether I-frames can be fetched alone; those of segments that are encrypted as a whole cannot."""
    return bool(track.iframes) and track.scheme != "aes128"


def compose_image_playlist(placed: PlacedTrack) -> str:
    """Return the playlist of an image track: each segment is a sheet of thumbnails in a grid."""
    track = placed.track
    lengths = microseconds([segment.duration for segment in track.segments], track.timescale)
    tiles = tag(
        "EXT-X-TILES",
        [
            ("RESOLUTION", Bare(f"{track.width}x{track.height}")),
            ("LAYOUT", Bare(f"{track.columns}x{track.rows}")),
            ("DURATION", Bare(str(track.interval_seconds))),
        ],
    )
    body = (
        line
        for segment, length in zip(track.segments, lengths, strict=True)
        for line in (extinf(length), tiles, f"{placed.base}/{segment.path}")
    )
    return _text([*_head(IMAGES_VERSION, _target(lengths)), "#EXT-X-IMAGES-ONLY"], body)


def target_duration(track: Track) -> int:
    """Return the longest segment's duration, rounded to the nearest second (RFC 8216, 4.3.3.1), at least 1."""
    media = hls_media(track)
    return _target(microseconds([segment.duration for segment in media.segments], media.timescale))


def _segments(placed: PlacedTrack, media: Media, keys: Sequence[str], clear_segments: int) -> Iterator[str]:
    lengths = microseconds([segment.duration for segment in media.segments], media.timescale)
    for number, (segment, length) in enumerate(zip(media.segments, lengths, strict=True)):
        if number and number == clear_segments:
            yield from keys
        yield extinf(length)
        yield from _range(segment)
        yield f"{placed.base}/{segment.path}"


def _range(segment: Segment) -> list[str]:
    if segment.offset_bytes is None:
        return []
    return [f"#EXT-X-BYTERANGE:{segment.size_bytes}@{segment.offset_bytes}"]


def _opening(track: Track, keys: Sequence[str]) -> Sequence[str]:
    """Return what is said of encryption before the first segment."""
    return [NO_KEY] if keys and track.clear_segments else keys


def _clear_iframes(track: Track) -> int:
    """Return how many I-frames begin in segments that are not encrypted."""
    clear_ticks = sum(segment.duration for segment in track.segments[: track.clear_segments])
    begins = accumulate((iframe.duration for iframe in track.iframes), initial=0)
    return sum(begin < clear_ticks for begin, _ in zip(begins, track.iframes, strict=False))


def _target(lengths: Sequence[int]) -> int:
    return max(1, (max(lengths, default=0) + 500_000) // 1_000_000)


def _version(track: Track) -> int:
    return TS_VERSION if track.layout == "ts" else VERSION


def _head(version: int, target: int) -> list[str]:
    return ["#EXTM3U", f"#EXT-X-VERSION:{version}", f"#EXT-X-TARGETDURATION:{target}", "#EXT-X-PLAYLIST-TYPE:VOD"]


def _map(placed: PlacedTrack, media: Media) -> list[str]:
    if not media.init:
        return []
    first, last = placed.track.init_range or (0, 0)
    is_range = placed.track.init_range is not None and media.segments[0].offset_bytes is not None
    length = f"{last - first + 1}@{first}" if is_range else None
    return [tag("EXT-X-MAP", [("URI", f"{placed.base}/{media.init}"), ("BYTERANGE", length)])]


def _text(head: Iterable[str], body: Iterable[str]) -> str:
    return "\n".join([*head, *body, "#EXT-X-ENDLIST"]) + "\n"
