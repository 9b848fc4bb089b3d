"""Media types that players insist on, and how long what lies at an origin may be kept by whoever fetched it."""

from pathlib import PurePosixPath

MEDIA_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".ts": "video/mp2t",
    ".aac": "audio/aac",
    ".vtt": "text/vtt; charset=utf-8",
    ".ttml": "application/ttml+xml",
    ".srt": "application/x-subrip",
    ".smil": "application/smil+xml",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".json": "application/json",
}
ANY = "application/octet-stream"  # so that nothing uploaded ever runs as a page
FOR_EVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=5"
TRACKS = "tracks/"


def media_type(name: str) -> str:
    """Return the media type of a file, by the ending of its name."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), ANY)


def headers_of(path: str) -> dict[str, str]:
    """Return what a server says of a file, by its path below a title.

    Tracks are named by their digest, so what is fetched once is right for ever; a release may be taken down.
    """
    return {"Content-Type": media_type(path), "Cache-Control": FOR_EVER if path.startswith(TRACKS) else SHORT}
