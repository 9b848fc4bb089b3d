"""Servers that the storages are tried on, one of each a session."""

from collections.abc import Iterator

import pytest

from vod_assets_tests.servers.s3 import S3Server, s3_server


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server
