"""Compose HLS (RFC 8216) from the descriptors of tracks."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, count

from vod_assets.domain.manifests.hls_attributes import Bare, decimal, quotable, tag, yes
from vod_assets.domain.manifests.hls_media import (
    VERSION,
    compose_iframe_playlist,
    compose_image_playlist,
    compose_media_playlist,
    target_duration,
)
from vod_assets.domain.track import PlacedTrack, Track

MULTIVARIANT = "master.m3u8"
TEXT_GROUP = "text"
HEARING_IMPAIRED = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
DESCRIPTION = "public.accessibility.describes-video"

__all__ = [
    "MULTIVARIANT",
    "compose_hls",
    "compose_iframe_playlist",
    "compose_image_playlist",
    "compose_media_playlist",
    "compose_multivariant",
]


def compose_hls(tracks: Sequence[PlacedTrack]) -> dict[str, str]:
    """Return every playlist of a package by file name: ``master.m3u8``, one a track, one more a video track."""
    playlists = {MULTIVARIANT: compose_multivariant(tracks)}
    target = max([target_duration(placed.track) for placed in tracks if placed.track.kind in ("video", "audio")] or [1])
    for placed in tracks:
        track = placed.track
        if track.kind == "image":
            playlists[playlist_name(track)] = compose_image_playlist(placed)
            continue
        # All variants and audio must have one target duration (RFC 8216, 6.2.4); text may have its own.
        playlists[playlist_name(track)] = compose_media_playlist(placed, None if track.kind == "text" else target)
        if track.iframes:
            playlists[iframe_playlist_name(track)] = compose_iframe_playlist(placed)
    return playlists


def playlist_name(track: Track) -> str:
    """Return the file name of a track's media playlist."""
    return f"{track.name}.m3u8"


def iframe_playlist_name(track: Track) -> str:
    """Return the file name of a video track's I-frame playlist."""
    return f"{track.name}_iframes.m3u8"


def compose_multivariant(tracks: Sequence[PlacedTrack]) -> str:
    """Return the multivariant playlist.

    There is a variant stream for each video track with each audio group (one a codec); of a title without video, one
    for each audio group.
    """
    kinds = {kind: [placed.track for placed in tracks if placed.track.kind == kind] for kind in _KINDS}
    groups = _audio_groups(kinds["audio"])
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        *_media_renditions(groups, kinds["text"]),
        *_variant_streams(kinds["video"], groups, kinds["text"]),
        *(_iframe_stream(track) for track in kinds["video"] if track.iframes),
        *(_image_stream(track) for track in kinds["image"]),
    ]
    return "\n".join(lines) + "\n"


_KINDS = ("video", "audio", "text", "image")


def _audio_groups(audio: Sequence[Track]) -> dict[str, list[Track]]:
    """Return audio tracks by group, one for each codec: a player picks a language within the group of its variant."""
    groups: dict[str, list[Track]] = {}
    for track in audio:
        groups.setdefault(f"audio_{track.codecs.split('.')[0]}", []).append(track)
    return groups


def _media_renditions(groups: dict[str, list[Track]], text: Sequence[Track]) -> Iterator[str]:
    for group, tracks in groups.items():
        default = next((track for track in tracks if track.is_default), tracks[0])
        for track, name in zip(tracks, _names(tracks), strict=True):
            yield _media_rendition("AUDIO", group, track, name, is_default=track is default)
    default_text = next((track for track in text if track.is_default), None)
    for track, name in zip(text, _names(text), strict=True):
        yield _media_rendition("SUBTITLES", TEXT_GROUP, track, name, is_default=track is default_text)


def _names(tracks: Sequence[Track]) -> list[str]:
    """Return a NAME for each track of a group, each one different (RFC 8216, 4.3.4.1.1)."""
    names: list[str] = []
    for track in tracks:
        wanted = quotable(track.label) or (track.language if track.language != "und" else track.name)
        numbered = (f"{wanted} ({number})" for number in count(2))
        names.append(next(name for name in chain([wanted], numbered) if name not in names))
    return names


def _media_rendition(kind: str, group: str, track: Track, name: str, *, is_default: bool) -> str:
    is_audio = kind == "AUDIO"
    return tag(
        "EXT-X-MEDIA",
        [
            ("TYPE", Bare(kind)),
            ("GROUP-ID", group),
            ("NAME", name),
            ("LANGUAGE", track.language if track.language != "und" else None),
            ("DEFAULT", yes(is_default)),
            ("AUTOSELECT", yes(True)),
            ("FORCED", None if is_audio else yes(track.is_forced)),
            ("CHARACTERISTICS", _characteristics(track)),
            ("CHANNELS", str(track.channels) if is_audio and track.channels else None),
            ("URI", playlist_name(track)),
        ],
    )


def _characteristics(track: Track) -> str | None:
    if track.kind == "text" and track.is_hearing_impaired:
        return HEARING_IMPAIRED
    return DESCRIPTION if track.kind == "audio" and track.role == "description" else None


def _variant_streams(video: Sequence[Track], groups: dict[str, list[Track]], text: Sequence[Track]) -> Iterator[str]:
    if not video:
        for group, tracks in groups.items():
            yield _variant_stream(tracks[0], (group, tracks), text)
            yield playlist_name(tracks[0])
        return
    for track in video:
        for named_group in groups.items() or [("", [])]:
            yield _variant_stream(track, named_group, text)
            yield playlist_name(track)


def _variant_stream(track: Track, named_group: tuple[str, list[Track]], text: Sequence[Track]) -> str:
    group, audio = named_group
    is_video = track.kind == "video"
    together = [[track]] if is_video else []
    together += [part for part in (audio, list(text)) if part]
    return tag(
        "EXT-X-STREAM-INF",
        [
            # The largest of each kind that can play together (RFC 8216, 4.3.4.2).
            ("BANDWIDTH", sum(max(one.peak_bits_per_second for one in part) for part in together)),
            ("AVERAGE-BANDWIDTH", sum(max(one.average_bits_per_second for one in part) for part in together)),
            (
                "CODECS",
                ",".join(dict.fromkeys([*([track.codecs] if is_video else []), *(one.codecs for one in audio)])),
            ),
            *(_picture(track) if is_video else []),
            ("AUDIO", group or None),
            ("SUBTITLES", TEXT_GROUP if text else None),
            ("CLOSED-CAPTIONS", Bare("NONE") if is_video else None),
        ],
    )


def _picture(track: Track) -> list[tuple[str, str | int | Bare | None]]:
    return [
        ("RESOLUTION", Bare(f"{track.width}x{track.height}")),
        ("FRAME-RATE", Bare(decimal(track.frame_rate, 3)) if track.frame_rate else None),
        ("VIDEO-RANGE", Bare(track.video_range)),
    ]


def _iframe_stream(track: Track) -> str:
    bits = [Fraction(8 * iframe.length_bytes * track.timescale, iframe.duration) for iframe in track.iframes]
    total = sum(iframe.length_bytes for iframe in track.iframes)
    ticks = sum(iframe.duration for iframe in track.iframes)
    return tag(
        "EXT-X-I-FRAME-STREAM-INF",
        [
            ("BANDWIDTH", -int(-max(bits) // 1)),
            ("AVERAGE-BANDWIDTH", -(-8 * total * track.timescale // ticks)),
            ("CODECS", track.codecs),
            ("RESOLUTION", Bare(f"{track.width}x{track.height}")),
            ("VIDEO-RANGE", Bare(track.video_range)),
            ("URI", iframe_playlist_name(track)),
        ],
    )


def _image_stream(track: Track) -> str:
    return tag(
        "EXT-X-IMAGE-STREAM-INF",
        [
            ("BANDWIDTH", track.peak_bits_per_second),
            ("RESOLUTION", Bare(f"{track.width}x{track.height}")),
            ("CODECS", "jpeg"),
            ("URI", playlist_name(track)),
        ],
    )
