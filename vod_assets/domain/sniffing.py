"""What a file's first bytes say it is, before any parser sees it."""

import re
from dataclasses import dataclass

HEAD_BYTES = 4096


@dataclass(frozen=True)
class Guess:
    """What a file looks like: a code that refuses it, and the words for it."""

    code: str
    looks_like: str


_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "source_is_image", "a PNG picture"),
    (b"\xff\xd8\xff", "source_is_image", "a JPEG picture"),
    (b"GIF8", "source_is_image", "a GIF picture"),
    (b"BM", "source_is_image", "a BMP picture"),
    (b"II*\x00", "source_is_image", "a TIFF picture"),
    (b"MM\x00*", "source_is_image", "a TIFF picture"),
    (b"8BPS", "source_is_image", "a Photoshop picture"),
    (b"PK\x03\x04", "source_not_media", "a ZIP archive"),
    (b"Rar!", "source_not_media", "a RAR archive"),
    (b"7z\xbc\xaf", "source_not_media", "a 7z archive"),
    (b"\x1f\x8b", "source_not_media", "a gzip archive"),
    (b"BZh", "source_not_media", "a bzip2 archive"),
    (b"\xfd7zXZ", "source_not_media", "an xz archive"),
    (b"%PDF", "source_not_media", "a PDF document"),
    (b"\x7fELF", "source_not_media", "a program"),
    (b"MZ", "source_not_media", "a program"),
    (b"#!", "format_not_allowed", "a script"),
    (b"#EXTM3U", "format_not_allowed", "an HLS playlist"),
    (b"ffconcat", "format_not_allowed", "an ffconcat script"),
    (b"v=0", "format_not_allowed", "an SDP session description"),
    (b"[playlist]", "format_not_allowed", "a PLS playlist"),
    (b"[Reference]", "format_not_allowed", "an ASX playlist"),
    (b";FFMETADATA", "format_not_allowed", "an FFmpeg metadata file"),
)
_MARKUP: tuple[tuple[bytes, str, str], ...] = (
    (rb"<mpd\b", "format_not_allowed", "a DASH manifest"),
    (rb"<asx\b", "format_not_allowed", "an ASX playlist"),
    (rb"<smil\b", "format_not_allowed", "a SMIL playlist"),
    (rb"<compositionplaylist\b", "format_not_allowed", "an IMF composition playlist"),
    (rb"<smoothstreamingmedia\b", "format_not_allowed", "a Smooth Streaming manifest"),
    (rb"<svg\b", "source_is_image", "an SVG picture"),
    (rb"<tt\b", "source_not_media", "a TTML caption file"),
    (rb"<(!doctype html|html|head|body)", "source_not_media", "a web page"),
    (rb"<(\?xml|[a-z])", "source_not_media", "an XML document"),
)


def guess(head: bytes) -> Guess | None:
    """Return what the first bytes show when that is no mezzanine; None when they may be one.

    >>> guess(b"<html><title>403 Forbidden</title>").looks_like
    'a web page titled “403 Forbidden”'
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[4:12] in (b"ftypavif", b"ftypheic", b"ftypmif1", b"ftypheix"):
        return Guess("source_is_image", "an AVIF or HEIF picture")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Guess("source_is_image", "a WebP picture")
    for magic, code, words in _MAGIC:
        if text.startswith(magic) or head.startswith(magic):
            return Guess(code, words)
    if text.startswith(b"<"):
        return _markup(text)
    return Guess("source_not_media", "text") if _is_text(head) else None


def _markup(text: bytes) -> Guess | None:
    lower = text.lower()
    for pattern, code, words in _MARKUP:
        if re.search(pattern, lower):
            return Guess(code, words + _titled(text))
    return None


def _titled(text: bytes) -> str:
    found = re.search(rb"<title>\s*([^<]{1,80})", text, re.IGNORECASE)
    return f" titled “{found[1].decode(errors='replace').strip()}”" if found else ""


def _is_text(head: bytes) -> bool:
    if not head or b"\x00" in head:
        return False
    try:
        words = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a character may be cut at the end of the head
            return False
        words = head[: error.start].decode()
    if words.startswith("YUV4MPEG2"):
        return False
    return sum(char.isprintable() or char in "\r\n\t" for char in words) >= 0.98 * len(words)
