"""A key server of the tests, which every test finds well."""

from collections.abc import Iterator

import pytest

from vod_assets_tests.servers.speke import SpekeServer, speke_server


@pytest.fixture
def key_server() -> Iterator[SpekeServer]:
    """A key server that lets everybody in."""
    with speke_server() as server:
        yield server
