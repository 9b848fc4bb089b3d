"""A transcoder that lacks a setting is named before anything runs."""

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings
from vod_assets.transcoder_settings import require_transcoders

RENTED = {
    "transcoders": "mediaconvert, ffmpeg",
    "mediaconvert_role": "arn:aws:iam::111122223333:role/m",
    "service_folder": "s3://work/vod",
}


def test_what_is_complete_is_taken() -> None:
    require_transcoders(Settings())
    settings = Settings.model_validate(RENTED)
    require_transcoders(settings)
    assert settings.transcoders == "mediaconvert,ffmpeg"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mediaconvert_role": ""}, "names mediaconvert, and VOD_MEDIACONVERT_ROLE is empty"),
        ({"service_folder": ""}, "VOD_SERVICE_FOLDER is empty"),
        ({"service_folder": "smb://nas/work"}, "s3:// only, and VOD_SERVICE_FOLDER is smb://nas/work"),
        ({"s3_endpoint": "http://127.0.0.1:8333"}, "reads AWS's buckets only"),
    ],
)
def test_what_lacks_is_named(changed: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        require_transcoders(Settings.model_validate(RENTED | changed))
    assert words in str(refused.value)


@pytest.mark.parametrize("text", ["", "ffmpeg,ffmpeg", "handbrake"])
def test_a_list_of_nobody_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write some of"):
        Settings.model_validate({"transcoders": text})
