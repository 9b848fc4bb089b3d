"""What is published together was made from one source."""

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.lineage import TrackLineage, require_one_source, summed_up


def test_parts_of_one_source_may_be_published_with_what_lay_beside_it() -> None:
    require_one_source("a" * 64, [("h264_720p", "a" * 64), ("audio_aac", "a" * 64), ("captions", "")])


def test_parts_of_another_source_are_named() -> None:
    with pytest.raises(ConfigError, match="Materialise audio_aac, poster again") as caught:
        require_one_source("a" * 64, [("poster", "b" * 64), ("h264_720p", "a" * 64), ("audio_aac", "c" * 64)])
    assert caught.value.code == "artifacts_mixed"


def test_a_release_sums_up_the_recipes_of_its_tracks_and_the_builds_of_all_tools() -> None:
    """A dub that came later may have been made by another build."""
    video = TrackLineage(
        asset="video_tracks",
        recipe="r1",
        names=("clear/h264_720p",),
        source_asset="h264_720p",
        source_recipe="r2",
        tools={"ffmpeg": "old", "packager": "p"},
    )
    dub = TrackLineage(asset="audio_tracks", recipe="r3", names=("clear/aac_fr",), tools={"ffmpeg": "new"})
    whole = summed_up({"hls_package": "r0"}, [video, dub, TrackLineage(asset="poster", recipe="r4")])
    assert whole.recipes == {
        "hls_package": "r0",
        "video_tracks/clear/h264_720p": "r1",
        "h264_720p": "r2",
        "audio_tracks/clear/aac_fr": "r3",
        "poster": "r4",
    }
    assert whole.tools == {"ffmpeg": "new old", "packager": "p"}
