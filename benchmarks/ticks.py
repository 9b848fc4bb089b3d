"""Looks at a watched place of 100,000 files: how many ticks, how much CPU and memory, on S3, SMB and FTP.

``python benchmarks/ticks.py WORK [--files N] [--folders N]``. S3 is the sink of the storage benchmark; the others are
Samba and pyftpdlib. A tick looks for the 5 s of its 8 that are not kept for decisions. Each kind has its own process.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.s3_clients import KEY, SECRET
from benchmarks.storage import SMALL, Load, _sink
from vod_assets_tests.servers.ftp import ftp_server
from vod_assets_tests.servers.smb import smb_server

LOOKING_SECONDS = 5.0


@contextmanager
def place(kind: str, work: Path, files: int, folders: int) -> Iterator[dict[str, str]]:
    """Yield the settings of a place that a server shows."""
    if kind == "s3":
        with _sink(work, Load(SMALL.segments, SMALL.segment_bytes, 0, files)) as endpoint:
            keys = {"s3_endpoint": endpoint, "s3_access_key_id": KEY, "s3_secret_access_key": SECRET}
            yield {"address": "s3://media/keys", **keys, "s3_region": "us-east-1"}
        return
    share = work / "files"
    for number in range(files):
        folder = share / "in" / f"{number % folders:04d}"
        if number < folders:
            folder.mkdir(parents=True)
        (folder / f"{number:08d}.mov").write_bytes(b"x")
    if kind == "smb":
        with smb_server(work / "server", share) as smb:
            port = str(smb.access.port)
            who = {"smb_username": smb.access.username, "smb_password": smb.access.password, "smb_port": port}
            yield {"address": f"smb://{smb.host}/{smb.share}/in", **who}
    else:
        with ftp_server(work / "server", root=share) as ftp:
            who = {"ftp_username": ftp.access.username, "ftp_password": ftp.access.password}
            yield {"address": f"ftp://{ftp.host}:{ftp.access.port}/in", **who}


def look(home: Path, told: dict[str, str]) -> dict[str, float]:
    """Look until all was seen, tick by tick, and return what it cost; then once more, when nothing is new."""
    from vod_assets.adapters.watch.opening import OpenedPlaces, open_watcher
    from vod_assets.aws import access_of
    from vod_assets.domain.looks import Stand
    from vod_assets.domain.watching import WatchedPlace
    from vod_assets.settings import load_settings

    address = told.pop("address")
    settings = load_settings(home=home, **told)
    figures: dict[str, float] = {}
    opened = OpenedPlaces(settings, access_of(settings))
    opened.access.to_s3  # noqa: B018 - finds boto3, once a process
    for name in ("first look", "look again"):
        stand, ticks, before, began = Stand(), 0, resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        is_complete = False
        while not is_complete:
            ticks, ends_at = ticks + 1, time.monotonic() + LOOKING_SECONDS
            with open_watcher(opened, WatchedPlace(name="bench", address=address)) as watcher:
                looked = watcher.look(stand, lambda end=ends_at: time.monotonic() >= end)
            stand, is_complete = looked.stand, looked.is_complete
        after = resource.getrusage(resource.RUSAGE_SELF)
        figures[f"{name}, ticks"] = ticks
        figures[f"{name}, CPU s"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        figures[f"{name}, wall s"] = time.monotonic() - began
    figures["files"] = stand.files
    figures["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return figures


def main() -> None:
    """Measure each kind, or look at one that is served already."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for files and servers; not in the checkout")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--folders", type=int, default=100)
    parser.add_argument("--kinds", default="s3,smb,ftp")
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.look:
        print(json.dumps(look(arguments.work / "home", json.load(sys.stdin))))
        return
    for kind in arguments.kinds.split(","):
        work = arguments.work.absolute() / f"ticks-{kind}"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        with place(kind, work, arguments.files, arguments.folders) as told:
            argv = [sys.executable, __file__, str(work), "--look"]
            run = subprocess.run(argv, input=json.dumps(told), capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"{kind} ended with {run.returncode}:\n{run.stderr[-3000:]}")
        print(kind, {name: round(value, 2) for name, value in json.loads(run.stdout).items()}, flush=True)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
