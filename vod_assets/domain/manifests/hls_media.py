"""Compose HLS media playlists: of segments, of I-frames, of thumbnail sheets."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from vod_assets.domain.manifests.hls_attributes import Bare, decimal, durations, tag
from vod_assets.domain.track import PlacedTrack, Track

VERSION = 6  # EXT-X-MAP in a playlist that is not of I-frames only, RFC 8216, section 7
IMAGES_VERSION = 7


def compose_media_playlist(placed: PlacedTrack, target_seconds: int | None = None) -> str:
    """Return the media playlist of a video, audio or text track.

    Args:
        placed: The track.
        target_seconds: ``EXT-X-TARGETDURATION``, when it has to equal other playlists'; never less than this one's own.
    """
    track = placed.track
    lengths = durations([segment.duration for segment in track.segments], track.timescale)
    target = max(target_seconds or 0, target_duration(track))
    head = [*_head(VERSION, target), *_map(placed)]
    body = (
        line
        for segment, length in zip(track.segments, lengths, strict=True)
        for line in (f"#EXTINF:{decimal(length)},", f"{placed.base}/{segment.path}")
    )
    return _text(head, body)


def compose_iframe_playlist(placed: PlacedTrack) -> str:
    """Return the I-frame playlist of a video track: a byte range for each I-frame."""
    track = placed.track
    lengths = durations([iframe.duration for iframe in track.iframes], track.timescale)
    head = [*_head(VERSION, _target(lengths)), "#EXT-X-I-FRAMES-ONLY", *_map(placed)]
    body = (
        line
        for iframe, length in zip(track.iframes, lengths, strict=True)
        for line in (
            f"#EXTINF:{decimal(length)},",
            f"#EXT-X-BYTERANGE:{iframe.length_bytes}@{iframe.offset_bytes}",
            f"{placed.base}/{iframe.path}",
        )
    )
    return _text(head, body)


def compose_image_playlist(placed: PlacedTrack) -> str:
    """Return the playlist of an image track: each segment is a sheet of thumbnails in a grid."""
    track = placed.track
    lengths = durations([segment.duration for segment in track.segments], track.timescale)
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
        for line in (f"#EXTINF:{decimal(length)},", tiles, f"{placed.base}/{segment.path}")
    )
    return _text([*_head(IMAGES_VERSION, _target(lengths)), "#EXT-X-IMAGES-ONLY"], body)


def target_duration(track: Track) -> int:
    """Return the longest segment's duration, rounded to the nearest second (RFC 8216, 4.3.3.1), at least 1."""
    return _target(durations([segment.duration for segment in track.segments], track.timescale))


def _target(lengths: Sequence[Fraction]) -> int:
    return max([1, *(int(length + Fraction(1, 2)) for length in lengths)])


def _head(version: int, target: int) -> list[str]:
    return ["#EXTM3U", f"#EXT-X-VERSION:{version}", f"#EXT-X-TARGETDURATION:{target}", "#EXT-X-PLAYLIST-TYPE:VOD"]


def _map(placed: PlacedTrack) -> list[str]:
    return [tag("EXT-X-MAP", [("URI", f"{placed.base}/{placed.track.init}")])] if placed.track.init else []


def _text(head: Iterable[str], body: Iterable[str]) -> str:
    return "\n".join([*head, *body, "#EXT-X-ENDLIST"]) + "\n"
