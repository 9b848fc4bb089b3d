"""Playlists against the files that they name."""

from pathlib import Path

from vod_assets.adapters.package.view import FolderView
from vod_assets.domain.manifests.hls_checks import check_manifest
from vod_assets.domain.text.stpp import init_segment, media_segment

TOP = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nm.m3u8\n"
MEDIA = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="i.mp4"\n#EXTINF:4,\n1.m4s\n#EXT-X-ENDLIST\n'


def test_samples_of_no_length_are_found(tmp_path: Path) -> None:
    (tmp_path / "top.m3u8").write_text(TOP)
    (tmp_path / "m.m3u8").write_text(MEDIA)
    (tmp_path / "i.mp4").write_bytes(init_segment(4000))
    (tmp_path / "1.m4s").write_bytes(media_segment(1, 0, 0, []))
    findings = check_manifest(FolderView(tmp_path, {"p": "."})).findings
    assert any("1.m4s: EXTINF is 4.000000 s, its samples last 0" in one for one in findings), findings
