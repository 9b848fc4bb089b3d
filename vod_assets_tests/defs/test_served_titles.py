"""A title whose pictures MediaConvert makes is published like any other."""

from pathlib import Path
from typing import Any

import pytest

from vod_assets_tests.servers.mediaconvert import ROLE, mediaconvert_server
from vod_assets_tests.servers.s3 import KEY, SECRET, S3Server
from vod_assets_tests.studio import Studio

pytestmark = [pytest.mark.media, pytest.mark.slow]


def capped(profile: dict[str, Any]) -> None:
    for rung in profile["video"][0]["rungs"]:
        rung |= {"maxrate": 1_000_000, "bufsize": 2_000_000}


def test_a_title_is_published_from_what_a_service_made(
    finished: Studio, s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished.edit_profile(capped)
    with mediaconvert_server(s3.access, tmp_path) as service:
        told = {
            "TRANSCODERS": "mediaconvert,ffmpeg",
            "SERVICE_FOLDER": f"s3://{s3.bucket}/served",
            "MEDIACONVERT_ROLE": ROLE,
            "MEDIACONVERT_ENDPOINT": service.url,
            "S3_ENDPOINT": s3.endpoint,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY_ID": KEY,
            "S3_SECRET_ACCESS_KEY": SECRET,
        }
        for name, value in told.items():
            monkeypatch.setenv(f"VOD_{name}", value)
        finished.calls()
        run = finished.run()
        again = finished.run()
    assert run.code == 0, run.stderr + run.stdout[-2000:]
    assert [len(job["settings"]["outputGroups"][0]["outputs"]) for job in service.requests] == [2]
    assert not any("libx264" in argv for argv in finished.calls())
    assert again.code == 0
    (job,) = service.jobs.values()
    assert job["userMetadata"]["vod_title"] == "film"
