"""`vod doctor` says which of the encoders that profiles name run on this machine."""

from pathlib import Path

import pytest
import yaml

from vod_assets.doctor import State
from vod_assets.doctor_encoders import check_encoders
from vod_assets.settings import Settings

RUNG = {"name": "180p", "box": "320x180", "crf": 30}


@pytest.mark.media
def test_each_encoder_that_a_profile_names_is_tried(tmp_path: Path) -> None:
    video = [
        {"codec": "h264", "encoder": "libx264", "rungs": [RUNG]},
        {"codec": "hevc", "encoder": "hevc_nvenc", "rungs": [RUNG]},
    ]
    (tmp_path / "fast.yaml").write_text(yaml.safe_dump({"name": "fast", "video": video}))
    found = list(check_encoders(Settings(home=tmp_path, profiles=tmp_path)))
    assert [(one.subject, one.state) for one in found] == [
        ("libx264 of fast", State.OK),
        ("hevc_nvenc of fast", State.WARNING),
    ]
    assert "Run on a machine that has its device" in found[1].remedy
