"""SeaweedFS: a real S3 server from a wheel."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.domain.errors import StoreError
from vod_assets_tests.servers.processes import free_ports, running

BUCKET = "media"
KEY, SECRET = "VODACCESSKEY", "vod-secret-key-1"


@dataclass(frozen=True)
class S3Server:
    """A running server with one bucket."""

    endpoint: str
    bucket: str
    access: S3Access


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Run SeaweedFS on loopback, with its data in a folder."""
    data = folder / "data"
    data.mkdir(parents=True)
    keys = [{"accessKey": KEY, "secretKey": SECRET}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    identities = {"identities": [{"name": "vod", "credentials": keys, "actions": actions}]}
    (folder / "s3.json").write_text(json.dumps(identities))
    admin, master, volume, filer, port = free_ports(5)
    argv = [
        Path(sys.executable).with_name("weed"), "-logtostderr=true", "mini", f"-dir={data}",
        "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-admin.ui=false", f"-admin.port={admin}",
        "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-master.port={master}", f"-volume.port={volume}",
        f"-filer.port={filer}", f"-s3.port={port}", f"-s3.config={folder / 's3.json'}", f"-bucket={BUCKET}",
    ]  # fmt: skip
    endpoint = f"http://127.0.0.1:{port}"
    server = S3Server(endpoint, BUCKET, S3Access(endpoint, "us-east-1", KEY, SECRET))
    with running(argv, lambda: _answers(f"{endpoint}/healthz") and _has_bucket(server), folder / "weed.log"):
        yield server


def _has_bucket(server: S3Server) -> bool:
    """Whether the bucket is there; the server answers a little earlier."""
    try:
        s3_blobs(server.bucket, "", server.access).replace("ready", b"")
        s3_blobs(server.bucket, "", server.access).delete(["ready"])
    except StoreError:
        return False
    return True


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
