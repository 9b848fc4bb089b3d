"""A house whose masters lie on a share and on an FTP server, from their arrival to the viewer, with no manual step."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vod_assets.adapters.ffmpeg.command import generated_input
from vod_assets_tests.adapters.transcode.clips import make
from vod_assets_tests.servers.ftp import FtpServer
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.servers.smb import SmbServer
from vod_assets_tests.standing.house import opened, stored_bytes
from vod_assets_tests.standing.stations import STATIONS
from vod_assets_tests.studio import ENCODE_OPTIONS, Studio

pytestmark = [pytest.mark.media, pytest.mark.slow]


@pytest.fixture
def other_master(tmp_path: Path) -> Path:
    """Four seconds of another test picture."""
    picture, tone = generated_input("testsrc=s=640x360:r=25:d=4"), generated_input("sine=880:d=4")
    return make(tmp_path / "other.mp4", picture, tone, **ENCODE_OPTIONS)


def test_titles_go_from_suppliers_to_viewers_with_no_manual_step(
    smb: SmbServer,
    ftp: FtpServer,
    s3: S3Server,
    film_source: Path,
    other_master: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    studio = Studio.make(tmp_path / "house")
    with opened(studio, (smb, ftp, s3), (film_source, other_master)) as house:
        figures = house.figures
        try:
            for station in STATIONS:
                house.passes(station)
            figures.stored_bytes = stored_bytes(house.session)
            figures.delivered_bytes = sum(house.viewer(title).fetched_bytes() for title in ("film", "reel"))
        finally:
            record_property("table", figures.table())
            figures.keep()
    assert figures.processes["h264 encoder"] == 3
