"""The groups that stores are chosen by are those that the UI shows."""

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.groups import GROUPS, group_of


@pytest.mark.parametrize(
    ("asset", "group"),
    [
        ("mezzanine", "source"),
        ("encoding_ladder", "ladder"),
        ("hevc_1080p_hdr", "renditions"),
        ("audio_eac3", "audio"),
        ("captions", "text"),
        ("image_tracks", "tracks"),
        ("dash_package.same_media", "packages"),
        ("quality_control", "quality"),
        ("mp4", "movies"),
        ("cms_entry", "publish"),
        ("rtsp_stream", "publish"),
    ],
)
def test_an_asset_has_a_group(asset: str, group: str) -> None:
    assert group_of(asset) == group
    assert group in GROUPS


def test_an_unknown_asset_is_named() -> None:
    with pytest.raises(ConfigError, match="nonsense"):
        group_of("nonsense")
