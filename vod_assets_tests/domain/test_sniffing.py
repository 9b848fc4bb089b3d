"""First bytes tell what is no mezzanine, and never refuse what is one."""

import pytest

from vod_assets.domain.sniffing import guess

MEZZANINES = [
    b"\x00\x00\x00\x20ftypisom",
    b"\x00\x00\x00\x14ftypqt  ",
    b"\x1a\x45\xdf\xa3\x01\x00\x00\x00",
    b"G\x40\x00\x10\x00" + bytes(183),
    b"\x00\x00\x01\xba\x44\x00",
    b"RIFF\x00\x00\x00\x00AVI LIST",
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01",
    b"FLV\x01\x05\x00\x00\x00\x09",
    b"YUV4MPEG2 W64 H64 F25:1\nFRAME\n",
    b"OggS\x00\x02",
    b"",
]


@pytest.mark.parametrize("head", MEZZANINES)
def test_media_are_let_through(head: bytes):
    assert guess(head) is None


@pytest.mark.parametrize(
    ("head", "code", "words"),
    [
        (b"\xef\xbb\xbf  <HTML><title> 403\n</title>", "source_not_media", "a web page titled “403”"),
        (b"<?xml version='1.0'?>\n<MPD/>", "format_not_allowed", "a DASH manifest"),
        (b"\n#EXTM3U\n", "format_not_allowed", "an HLS playlist"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "source_is_image", "a WebP picture"),
        (b"\x00\x00\x00\x1cftypavif", "source_is_image", "an AVIF or HEIF picture"),
        (b"PK\x03\x04\x14\x00", "source_not_media", "a ZIP archive"),
        ("Grüße vom Sender".encode(), "source_not_media", "text"),
        ("ü".encode() * 2048 + b"\xc3", "source_not_media", "text"),
    ],
)
def test_other_files_are_named(head: bytes, code: str, words: str):
    found = guess(head)
    assert found is not None
    assert (found.code, found.looks_like) == (code, words)
