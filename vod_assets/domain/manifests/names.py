"""Names of a package's files."""

from vod_assets.domain.track import Track


def playlist_name(track: Track) -> str:
    """Return the file name of a track's media playlist."""
    return f"{track.name}.m3u8"


def iframe_playlist_name(track: Track) -> str:
    """Return the file name of a video track's I-frame playlist."""
    return f"{track.name}_iframes.m3u8"
