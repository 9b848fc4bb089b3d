"""Playlists that anybody may have written: what cannot be understood is said, never raised."""

from pathlib import Path

import pytest

from vod_assets.adapters.package.view import FolderView
from vod_assets.domain.manifests.hls_reading import read_hls

TOP = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nm.m3u8\n"
MEDIA = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nx.ts\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("m.m3u8", "#EXTINF:4,", "#EXT-X-BYTERANGE:abc\n#EXTINF:4,"),
        ("m.m3u8", "#EXTINF:4,", "#EXT-X-BYTERANGE:1@²\n#EXTINF:4,"),
        ("m.m3u8", "#EXTINF:4,", "#EXTINF:inf,"),
        ("m.m3u8", "#EXTINF:4,", "#EXTINF:nan,"),
        ("m.m3u8", "#EXTINF:4,", "#EXT-X-PROGRAM-DATE-TIME:2000-01-01T00:00:00Z\n#EXTINF:inf,"),
        ("top.m3u8", "BANDWIDTH=1", "BANDWIDTH=1,FRAME-RATE=nan"),
        ("top.m3u8", "BANDWIDTH=1", "BANDWIDTH=1,FRAME-RATE=inf"),
    ],
)
def test_a_value_that_is_none_is_a_finding(tmp_path: Path, name: str, old: str, new: str) -> None:
    for file, text in (("top.m3u8", TOP), ("m.m3u8", MEDIA)):
        (tmp_path / file).write_text(text.replace(old, new) if file == name else text)
    *_, last = read_hls(FolderView(tmp_path, {"p": "."}), "p")
    (reason,) = last.broken
    assert reason.startswith(f"{name} cannot be ")
