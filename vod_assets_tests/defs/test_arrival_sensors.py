"""Through a running daemon, what arrives in each kind of storage becomes a title and a run of it that waits its turn.

That such runs make and publish their titles is shown by `standing`.
"""

from pathlib import Path

import dagster as dg
import pytest
import yaml

from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets_tests.deployment import deployed, without_waiting
from vod_assets_tests.servers.ftp import FtpServer
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.servers.sftp import SftpServer
from vod_assets_tests.servers.smb import SmbServer
from vod_assets_tests.studio import Studio, wait_until

pytestmark = [pytest.mark.media, pytest.mark.slow]
PATIENCE_SECONDS = 300.0


@pytest.fixture
def places(
    studio: Studio, film_source: Path, s3: S3Server, smb: SmbServer, ftp: FtpServer, sftp: SftpServer
) -> dict[str, str]:
    """One watched place in each kind of storage, with a film of its own in it; the settings say how to reach them."""
    film = film_source.read_bytes()
    s3_blobs(s3.bucket, "every_kind", s3.access).replace("on_s3.mp4", distinct(film, "on_s3"))
    for name, folder in (
        ("on_disk", studio.folder / "drop"),
        ("on_smb", smb.folder / "every_kind"),
        ("on_ftp", ftp.folder / "every_kind"),
        ("on_sftp", sftp.folder / "every_kind"),
    ):
        folder.mkdir()
        (folder / f"{name}.mp4").write_bytes(distinct(film, name))
    values = {
        "WATCH": "watch.yaml",
        "S3_ENDPOINT": s3.endpoint,
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY_ID": s3.access.access_key_id,
        "S3_SECRET_ACCESS_KEY": s3.access.secret_access_key,
        "SMB_USERNAME": smb.access.username,
        "SMB_PASSWORD": smb.access.password,
        "SMB_PORT": smb.access.port,
        "FTP_USERNAME": ftp.access.username,
        "FTP_PASSWORD": ftp.access.password,
        "FTP_PORT": ftp.access.port,
        "SFTP_USERNAME": sftp.access.username,
        "SFTP_PASSWORD": sftp.access.password,
        "SFTP_PORT": sftp.access.port,
        "SFTP_KNOWN_HOSTS": sftp.access.known_hosts,
    }
    (studio.folder / ".env").write_text("".join(f"VOD_{name}={value}\n" for name, value in values.items()))
    addresses = {
        "on_disk": str(studio.folder / "drop"),
        "on_s3": f"s3://{s3.bucket}/every_kind",
        "on_smb": f"smb://{smb.host}/{smb.share}/every_kind",
        "on_ftp": f"ftp://{ftp.host}/every_kind",
        "on_sftp": f"sftp://{sftp.host}/every_kind",
    }
    watched = [
        {
            "name": name,
            "address": address,
            "whole": {"by": "name"},
            "every_seconds": 2,
            "switched_on": True,
            "priority": 3,
        }
        for name, address in addresses.items()
    ]
    (studio.folder / "watch.yaml").write_text(yaml.safe_dump({"places": watched}))
    return addresses


def distinct(film: bytes, name: str) -> bytes:
    """Return a film with bytes of its own: a ``free`` box at its end."""
    return film + (8 + len(name)).to_bytes(4, "big") + b"free" + name.encode()


def test_a_sensor_of_every_kind_of_storage_takes_what_has_come(studio: Studio, places: dict[str, str]) -> None:
    titles = {name.replace("_", "-") for name in places}
    without_waiting(studio, runs_at_once=0)
    with studio.session() as session, deployed(studio, studio.folder / "daemon.log", with_ui=False):
        wait_until(lambda: queued(session.instance) >= titles, PATIENCE_SECONDS)
        runs = requested(session.instance)
        sources = {title: session.store.record(title) for title in titles}
    assert {run.tags["vod/place"] for run in runs.values()} == set(places)
    for title, run in runs.items():
        assert run.tags["dagster/run_key"].startswith(f"{title}@")
        assert run.tags["dagster/priority"] == "3"
        record = sources[title]
        assert record is not None
        assert record.source.endswith(f"/{title.replace('-', '_')}.mp4")


def requested(instance: dg.DagsterInstance) -> dict[str, dg.DagsterRun]:
    found = [run for run in instance.get_runs() if "vod/place" in run.tags]
    runs = {run.tags["dagster/partition"]: run for run in found}
    assert len(runs) == len(found)
    return runs


def queued(instance: dg.DagsterInstance) -> set[str]:
    """Return the titles whose run waits."""
    return {title for title, run in requested(instance).items() if run.status == dg.DagsterRunStatus.QUEUED}
