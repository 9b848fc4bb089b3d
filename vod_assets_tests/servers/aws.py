"""moto: stands for those services of AWS that SeaweedFS is no server of, and for what only AWS's S3 does."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vod_assets.adapters.blobs.aws import client_of
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets_tests.servers.processes import free_ports, listens, running

REGION = "eu-central-1"
KEY, SECRET = "VODACCESSKEY", "vod-secret-key-1"


@dataclass(frozen=True)
class AwsServer:
    """A running server with one bucket."""

    endpoint: str
    bucket: str
    access: S3Access

    def client(self, service: str) -> Any:
        """Return boto3's client of a service."""
        return client_of(self.access, service, self.endpoint)


@contextmanager
def aws_server(folder: Path, bucket: str = "incoming") -> Iterator[AwsServer]:
    """Run moto on loopback."""
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    server = AwsServer(endpoint, bucket, S3Access(endpoint, REGION, KEY, SECRET))
    argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(argv, lambda: listens(port), folder / "moto.log"):
        server.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield server
