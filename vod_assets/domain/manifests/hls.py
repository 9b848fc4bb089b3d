"""Compose HLS (RFC 8216) from the descriptors of tracks."""

from vod_assets.domain.manifests.hls_markers import chapter_files
from vod_assets.domain.manifests.hls_media import (
    compose_iframe_playlist,
    compose_image_playlist,
    compose_media_playlist,
    has_iframe_playlist,
    target_duration,
)
from vod_assets.domain.manifests.hls_multivariant import compose_multivariant
from vod_assets.domain.manifests.names import iframe_playlist_name, playlist_name
from vod_assets.domain.manifests.presentation import Presentation

MULTIVARIANT = "master.m3u8"


def compose_hls(presentation: Presentation) -> dict[str, str]:
    """Return every file of a package by name: ``master.m3u8``, a playlist a track, one more a video track, chapters."""
    tracks = presentation.hls_tracks()
    playlists = {MULTIVARIANT: compose_multivariant(presentation)}
    timed = [placed.track for placed in tracks if placed.track.kind in ("video", "audio")]
    target = max([target_duration(track) for track in timed] or [1])
    for placed in tracks:
        track = placed.track
        if track.kind == "image":
            playlists[playlist_name(track)] = compose_image_playlist(placed)
            continue
        # All variants and audio must have one target duration (RFC 8216, 6.2.4); text may have its own.
        own = None if track.kind == "text" else target
        playlists[playlist_name(track)] = compose_media_playlist(presentation, placed, own)
        if has_iframe_playlist(track):
            playlists[iframe_playlist_name(track)] = compose_iframe_playlist(presentation, placed)
    total = max((track.duration_seconds for track in timed), default=None)
    return playlists | (chapter_files(presentation.markers, total) if total is not None else {})
