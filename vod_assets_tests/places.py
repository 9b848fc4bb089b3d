"""Addresses on real servers, each a place of its own, and what opens them."""

import secrets

import pytest

from vod_assets.adapters.blobs.opening import Access
from vod_assets_tests.servers.ftp import FtpServer
from vod_assets_tests.servers.gcs import GcsServer
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.servers.smb import SmbServer

SERVED = ("s3", "smb", "ftp", "gcs")


def place(request: pytest.FixtureRequest, kind: str) -> tuple[str, Access]:
    """Return an address at which nothing lies yet, on a server that the test session runs."""
    folder = f"place-{secrets.token_hex(4)}"
    if kind == "s3":
        s3: S3Server = request.getfixturevalue("s3")
        return f"s3://{s3.bucket}/{folder}", Access(s3=s3.access)
    if kind == "smb":
        smb: SmbServer = request.getfixturevalue("smb")
        return f"smb://{smb.host}/{smb.share}/{folder}", Access(smb=smb.access)
    if kind == "ftp":
        ftp: FtpServer = request.getfixturevalue("ftp")
        return f"ftp://{ftp.host}/{folder}", Access(ftp=ftp.access)
    gcs: GcsServer = request.getfixturevalue("gcs")
    return f"gs://{gcs.bucket}/{folder}", Access(gcs=gcs.access)
