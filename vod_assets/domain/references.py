"""Find every address in a playlist, whatever tag it stands in, and refuse those that lead out of its folder."""

import re

from vod_assets.domain.package_view import resolved

KEY_TAGS = ("#EXT-X-KEY:", "#EXT-X-SESSION-KEY:")
_URI = re.compile(r'URI\s*=\s*("[^"]*"?|[^,\s]*)', re.IGNORECASE)


def playlist_references(text: str) -> list[str]:
    """Return the addresses of an HLS playlist in order: of every line that is no tag, and of every URI attribute."""
    found: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            found += [match[1].strip('"') for match in _URI.finditer(line)]
        elif line.strip():
            found.append(line.strip())
    return found


def file_references(text: str) -> list[str]:
    """Return the addresses of files that an HLS playlist leads to: no ``data:``, and no keys, which lie elsewhere."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(KEY_TAGS)]
    return [uri for uri in playlist_references("\n".join(lines)) if not uri.startswith("data:")]


def is_encrypted(text: str) -> bool:
    """Return whether anything that a media playlist names is encrypted."""
    keys = (line.strip() for line in text.splitlines() if line.lstrip().startswith(KEY_TAGS))
    return any("METHOD=NONE" not in line for line in keys)


def foreign_references(address: str, text: str) -> list[str]:
    """Return the addresses of a playlist that lead out of the root, as written."""
    return [uri for uri in playlist_references(text) if resolved(address, uri) is None]


def media_kind(head: bytes) -> str:
    """Return what a file is by its first bytes: ``mpegts``, ``mp4``, ``webvtt``, ``jpeg``, ``adts``, or nothing.

    A "segment" of any other kind could be a playlist in disguise, and lead a demuxer where its author likes.
    """
    if head[:1] == b"\x47" and head[188:189] in (b"\x47", b""):
        return "mpegts"
    if head[4:8] in (b"ftyp", b"styp", b"moof", b"sidx", b"emsg", b"prft", b"moov"):
        return "mp4"
    if head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        return "webvtt"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    return "adts" if head.startswith((b"ID3", b"\xff\xf1", b"\xff\xf9")) else ""
