"""Folders made elsewhere: which manifests players open, and what their release is."""

import pytest

from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.errors import SourceError
from vod_assets.domain.external import external_release, top_manifests

TEXTS = {"master.m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n240p.m3u8", "240p.m3u8": "#EXTM3U"}


def text_of(path: str) -> str:
    return TEXTS[path.removeprefix("two/")]


def test_the_multivariant_playlist_is_opened() -> None:
    assert top_manifests(["240p.m3u8", "master.m3u8", "a.mpd"], text_of, "hls").model_dump() == {
        "hls": "master.m3u8",
        "dash": "a.mpd",
    }


def test_a_lone_media_playlist_is_opened() -> None:
    assert top_manifests(["240p.m3u8", "1.ts"], text_of, "hls").hls == "240p.m3u8"


@pytest.mark.parametrize("paths", [[], ["1.ts"], ["master.m3u8", "two/master.m3u8"], ["a.mpd", "b.mpd"]])
def test_a_folder_without_one_manifest_to_open_is_refused(paths: list[str]) -> None:
    with pytest.raises(SourceError, match="external_refused"):
        top_manifests(paths, text_of, "hls")


def test_the_whole_folder_is_one_unit_opened_by_its_own_addresses() -> None:
    files = [ArtifactFile(path=path, size_bytes=1, sha256="a" * 64) for path in ("master.m3u8", "240p.m3u8", "1.ts")]
    release = external_release("film", files, text_of, "hls").with_number(1)
    assert release.external
    (unit,) = release.tracks
    assert release.below_title(release.variants["external"].hls) == f"tracks/{unit.digest}/master.m3u8"
    assert external_release("film", files[::-1], text_of, "hls").digest == release.digest
