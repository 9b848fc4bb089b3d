"""One file that is seen over SMB, FTP and a mount is one title, and one run of it is asked for, by whatever sensor."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
import yaml

from vod_assets.cli.session import Session
from vod_assets.defs.arrivals import arrival_sensors
from vod_assets.defs.resources import resource_definitions, watched_places
from vod_assets_tests.servers.ftp import FtpServer, ftp_server
from vod_assets_tests.servers.smb import SmbServer
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media
PROTOCOLS = ("smb", "ftp", "mount")


@pytest.fixture
def isilon(
    studio: Studio, film_source: Path, smb: SmbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FtpServer]:
    """A film on a share, which an FTP login and a mount show, too; a place is watched in each of the three ways."""
    folder = smb.folder / "arrivals"
    folder.mkdir()
    for name in ("film.mp4", "film.en.srt"):
        (folder / name).write_bytes(film_source.with_name(name).read_bytes())
    views = {
        "over_smb": f"smb://{smb.host}/{smb.share}/arrivals",
        "over_ftp": f"ftp://{smb.host}/{smb.folder.name}/arrivals",
        "mounted": str(folder),
    }
    places = [{"name": name, "address": address, "whole": {"by": "name"}} for name, address in views.items()]
    (studio.folder / "watch.yaml").write_text(yaml.safe_dump({"places": places}))
    with ftp_server(tmp_path_factory.mktemp("ftp"), root=smb.folder.parent) as server:
        yield server


@contextmanager
def session(studio: Studio, smb: SmbServer, ftp: FtpServer, protocol: str) -> Iterator[Session]:
    """Open a machine that reads the share by a protocol."""
    values = {
        "WATCH": "watch.yaml",
        "STORE": studio.folder / "store",
        "SMB_USERNAME": smb.access.username,
        "SMB_PASSWORD": smb.access.password,
        "SMB_PORT": smb.access.port,
        "FTP_USERNAME": ftp.access.username,
        "FTP_PASSWORD": ftp.access.password,
        "FTP_PORT": ftp.access.port,
        "ISILON__HOST": smb.host,
        "ISILON__SHARE": smb.share,
        "ISILON__PROTOCOL": protocol,
        "ISILON__MOUNT": smb.folder,
        "ISILON__FTP_ROOT": f"/{smb.folder.name}",
    }
    (studio.folder / ".env").write_text("".join(f"VOD_{name}={value}\n" for name, value in values.items()))
    with studio.session() as opened:
        yield opened


def asked_for(session: Session) -> list[dg.RunRequest]:
    """Have every sensor look twice, and return the runs that they ask for."""
    resources = {"desk": resource_definitions(session.settings)["desk"]}
    found: list[dg.RunRequest] = []
    cursors: dict[str, str | None] = {}
    for _ in range(2):
        for sensor in arrival_sensors(watched_places(session.settings)):
            cursor = cursors.get(sensor.name)
            with dg.build_sensor_context(session.instance, cursor, resources=resources) as context:
                result = sensor(context)
            assert isinstance(result, dg.SensorResult)
            found += result.run_requests or []
            cursors[sensor.name] = result.cursor
    return found


def test_three_views_of_one_file_are_one_title_and_one_run(studio: Studio, isilon: FtpServer, smb: SmbServer) -> None:
    requests: dict[str, list[str | None]] = {}
    sources = set()
    for protocol in PROTOCOLS:
        with session(studio, smb, isilon, protocol) as machine:
            requests[protocol] = [request.run_key for request in asked_for(machine)]
            sources |= {record.source for title in machine.store.titles() if (record := machine.store.record(title))}
    assert sources == {f"smb://{smb.host}/{smb.share}/arrivals/film.mp4"}
    assert [len(keys) for keys in requests.values()] == [1, 0, 0]
