"""Servers that sources are read from, one of each a session."""

from collections.abc import Iterator

import pytest

from vod_assets_tests.adapters.blobs.conftest import ftp, s3, smb
from vod_assets_tests.servers.sftp import SftpServer, sftp_server
from vod_assets_tests.servers.web import WebServer, web_server

__all__ = ["ftp", "s3", "smb"]


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with web_server(tmp_path_factory.mktemp("web")) as server:
        yield server


@pytest.fixture(scope="session")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    with sftp_server(tmp_path_factory.mktemp("sftp")) as server:
        yield server
