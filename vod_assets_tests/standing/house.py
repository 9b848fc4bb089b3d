"""A broadcaster's deployment: masters come on a share and by FTP, renditions lie on the share, packages in a bucket."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import yaml

from vod_assets.adapters.blobs.opening import open_blobs
from vod_assets.aws import access_of
from vod_assets.cli.session import Session
from vod_assets.settings import load_settings
from vod_assets_tests.deployment import deployed, environment_of, without_waiting
from vod_assets_tests.servers.ftp import FtpServer
from vod_assets_tests.servers.processes import free_ports, listens, running
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.servers.smb import SmbServer
from vod_assets_tests.standing.figures import Figures, Station, kind
from vod_assets_tests.standing.viewing import Viewer
from vod_assets_tests.studio import Studio, wait_until

SERVE = ("-m", "vod_assets", "serve")
PATIENCE_SECONDS = 240.0
RUNS_AT_ONCE = 2


@dataclass
class House:
    """A running deployment, the people who deliver to it, and a viewer.

    Attributes:
        share: Folder that masters are delivered to over SMB.
        login: Folder that masters are delivered to over FTP.
        master, other_master: Two films.
    """

    studio: Studio
    session: Session
    web: httpx.Client
    share: Path
    login: Path
    master: Path
    other_master: Path
    figures: Figures
    _processes: Counter[str] = field(default_factory=Counter)

    def deliver(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """Deliver files as a careful supplier does: under temporary names, renamed when whole, the last one last."""
        for name, data in files.items():
            (folder / f"{name}.part").write_bytes(data)
        for name in files:
            (folder / f"{name}.part").rename(folder / name)

    def viewer(self, title: str) -> Viewer:
        return Viewer(self.web, self.studio.folder / "seen" / title, title)

    def runs(self) -> list[dg.DagsterRun]:
        """Return every run; none was asked for by hand, and none failed."""
        runs = list(self.session.instance.get_runs())
        assert all("vod/place" in run.tags for run in runs)
        for run in runs:
            assert run.status != dg.DagsterRunStatus.FAILURE, self._why(run)
        return runs

    def wait_for_release(self, title: str, number: int) -> None:
        """Return as soon as viewers are shown a release, and the run that made it has ended."""
        viewer = self.viewer(title)
        self.wait_until(lambda: viewer.release() == number and all(run.is_finished for run in self.runs()))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as something holds; a run that fails is told at once."""

        def holds() -> bool:
            time.sleep(0.3)
            return bool(self.runs() or True) and condition()

        try:
            wait_until(holds, PATIENCE_SECONDS)
        except TimeoutError as error:
            error.add_note((self.studio.folder / "daemon.log").read_text()[-3000:])
            raise

    def arrival(self, name: str) -> dict[str, str]:
        """Return what `vod inspect-arrivals` says of a file."""
        lines = json.loads(self.studio.vod("inspect-arrivals", "--json").stdout)
        found: dict[str, str] = next(line for line in lines if line["name"] == name)
        return found

    def vod(self, *arguments: str) -> tuple[int, Any]:
        """Return the exit code and the one JSON object of a command."""
        ended = self.studio.vod(*arguments, "--json")
        return ended.code, json.loads(ended.stdout)

    def processes(self) -> Counter[str]:
        """Return the tools that have run since the current station began, by kind."""
        self._processes += Counter(kind(argv) for argv in self.studio.calls())
        return self._processes

    def passes(self, station: Callable[["House"], None]) -> None:
        """Go through a station, and note what it took."""
        began_at, runs, self._processes = time.monotonic(), len(self.runs()), Counter()
        try:
            station(self)
        finally:
            name, seconds = station.__name__.replace("_", " "), time.monotonic() - began_at
            made = len(list(self.session.instance.get_runs())) - runs
            self.figures.stations.append(Station(name, round(seconds, 1), made, dict(self.processes())))

    def _why(self, run: dg.DagsterRun) -> str:
        kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
        logs = self.session.instance.all_logs(run.run_id, of_type=kinds)
        return "\n".join(str(entry.dagster_event.event_specific_data) for entry in logs if entry.dagster_event)


@contextmanager
def opened(
    studio: Studio, servers: tuple[SmbServer, FtpServer, S3Server], masters: tuple[Path, Path]
) -> Iterator[House]:
    """Run a deployment while the context lasts; what it needs to know are settings, as an operator writes them."""
    smb, ftp, _ = servers
    share, login = smb.folder / "in", ftp.folder / "in"
    for folder in (share, login):
        folder.mkdir()
    (port,) = free_ports(1)
    settings = {**settings_of(*servers), "VOD_SERVE_PORT": port, "VOD_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    (studio.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    (studio.folder / "watch.yaml").write_text(yaml.safe_dump({"places": places_of(smb, ftp)}))
    without_waiting(studio, RUNS_AT_ONCE)
    with studio.entered():
        session = Session(load_settings())
        _ = session.instance  # opened here, where the settings are
    argv = [sys.executable, *SERVE]
    with (
        running(argv, lambda: listens(port), studio.folder / "serve.log", environment_of(studio), studio.folder),
        deployed(studio, studio.folder / "daemon.log", with_ui=False),
        httpx.Client(base_url=settings["VOD_PUBLIC_URL"], timeout=30) as web,
    ):
        yield House(studio, session, web, share, login, *masters, Figures("SMB and FTP to S3"))
    session.instance.dispose()


def settings_of(smb: SmbServer, ftp: FtpServer, s3: S3Server) -> dict[str, Any]:
    """Return the settings of where everything is kept, and how it is reached."""
    return {
        "VOD_WATCH": "watch.yaml",
        "VOD_STORE": f"s3://{s3.bucket}/house/store",
        "VOD_STORE__RENDITIONS": f"smb://{smb.host}/{smb.share}/renditions",
        "VOD_STORE__PACKAGES": f"s3://{s3.bucket}/house/packages",
        "VOD_ORIGIN": f"s3://{s3.bucket}/house/origin",
        "VOD_S3_ENDPOINT": s3.endpoint,
        "VOD_S3_REGION": "us-east-1",
        "VOD_S3_ACCESS_KEY_ID": s3.access.access_key_id,
        "VOD_S3_SECRET_ACCESS_KEY": s3.access.secret_access_key,
        "VOD_SMB_USERNAME": smb.access.username,
        "VOD_SMB_PASSWORD": smb.access.password,
        "VOD_SMB_PORT": smb.access.port,
        "VOD_FTP_USERNAME": ftp.access.username,
        "VOD_FTP_PASSWORD": ftp.access.password,
        "VOD_FTP_PORT": ftp.access.port,
    }


def places_of(smb: SmbServer, ftp: FtpServer) -> list[dict[str, Any]]:
    """Return the watched places; suppliers rename what is whole."""
    addresses = {"isilon": f"smb://{smb.host}/{smb.share}/in", "post_house": f"ftp://{ftp.host}/in"}
    return [
        {"name": name, "address": address, "whole": {"by": "name"}, "every_seconds": 2, "switched_on": True}
        for name, address in addresses.items()
    ]


def stored_bytes(session: Session) -> dict[str, int]:
    """Return how much lies in every store and at the origin."""
    settings = session.settings
    access = access_of(settings)
    addresses = dict.fromkeys([settings.store_address, *settings.stores.values(), settings.origin_address])
    return {
        address: sum(blob.size_bytes for blob in open_blobs(address, access).walk(with_drafts=True))
        for address in addresses
    }
