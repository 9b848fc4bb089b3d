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


def settings_of(address: str, access: Access) -> dict[str, str]:
    """Return the variables of a deployment that keeps artifacts and releases at an address."""
    shares = {"SMB": access.smb, "FTP": access.ftp}
    said = {
        "VOD_STORE": f"{address}/store",
        "VOD_ORIGIN": f"{address}/origin",
        "VOD_S3_ENDPOINT": access.s3.endpoint,
        "VOD_S3_REGION": access.s3.region,
        "VOD_S3_ACCESS_KEY_ID": access.s3.access_key_id,
        "VOD_S3_SECRET_ACCESS_KEY": access.s3.secret_access_key,
        "VOD_GCS_ENDPOINT": access.gcs.endpoint,
    }
    for name, share in shares.items():
        said |= {f"VOD_{name}_USERNAME": share.username, f"VOD_{name}_PASSWORD": share.password}
        said |= {f"VOD_{name}_PORT": str(share.port)} if share.port else {}
    return {name: value for name, value in said.items() if value}
