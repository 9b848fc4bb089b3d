"""A title is scheduled, fenced, replaced, rolled back, re-keyed, expired and taken down, seen from everywhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vod_assets_tests.servers.directus import directus_server
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.standing.delivered import STATIONS, opened
from vod_assets_tests.studio import Studio

pytestmark = [pytest.mark.media, pytest.mark.slow]

WAIT_SECONDS = 15.0  # the title is made meanwhile


def test_a_title_goes_through_its_whole_life_in_front_of_viewers(
    s3: S3Server, film_source: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    (tmp_path / "cms").mkdir()
    studio = Studio.make(tmp_path / "house", film_source)
    with directus_server(tmp_path / "cms") as directus, opened(studio, s3, directus, WAIT_SECONDS) as house:
        try:
            for station in STATIONS:
                station(house)
        finally:
            record_property("table", house.said)
