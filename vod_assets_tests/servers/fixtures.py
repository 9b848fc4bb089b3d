"""Real servers, one of each a session."""

from collections.abc import Iterator

import pytest

from vod_assets_tests.servers.aws import AwsServer, aws_server
from vod_assets_tests.servers.dav import DavServer, dav_server
from vod_assets_tests.servers.ftp import FtpServer, ftp_server, ftps_server
from vod_assets_tests.servers.gcs import GcsServer, gcs_server
from vod_assets_tests.servers.s3 import S3Server, s3_server
from vod_assets_tests.servers.sftp import SftpServer, sftp_server
from vod_assets_tests.servers.smb import SmbServer, smb_server
from vod_assets_tests.servers.web import WebServer, web_server


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsServer]:
    with aws_server(tmp_path_factory.mktemp("aws")) as server:
        yield server


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="session")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GcsServer]:
    with gcs_server(tmp_path_factory.mktemp("gcs")) as server:
        yield server


@pytest.fixture(scope="session")
def smb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmbServer]:
    with smb_server(tmp_path_factory.mktemp("smb")) as server:
        yield server


@pytest.fixture(scope="session")
def ftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    with ftp_server(tmp_path_factory.mktemp("ftp")) as server:
        yield server


@pytest.fixture(scope="session")
def old_ftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    with ftp_server(tmp_path_factory.mktemp("old_ftp"), without="MLSD,MLST") as server:
        yield server


@pytest.fixture(scope="session")
def ftps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    with ftps_server(tmp_path_factory.mktemp("ftps")) as server:
        yield server


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with web_server(tmp_path_factory.mktemp("web")) as server:
        yield server


@pytest.fixture(scope="session")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    with sftp_server(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture(scope="session")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DavServer]:
    with dav_server(tmp_path_factory.mktemp("dav")) as server:
        yield server
