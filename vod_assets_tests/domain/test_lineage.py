"""What is published together was made from one source."""

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.lineage import require_one_source


def test_parts_of_one_source_may_be_published_with_what_lay_beside_it() -> None:
    require_one_source("a" * 64, [("h264_720p", "a" * 64), ("audio_aac", "a" * 64), ("captions", "")])


def test_parts_of_another_source_are_named() -> None:
    with pytest.raises(ConfigError, match="Materialise audio_aac, poster again") as caught:
        require_one_source("a" * 64, [("poster", "b" * 64), ("h264_720p", "a" * 64), ("audio_aac", "c" * 64)])
    assert caught.value.code == "artifacts_mixed"
