"""Every provider does what a provider of keys has to."""

import json
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.adapters.keys.opening import open_keys
from vod_assets.domain.content_keys import Contract, KeyRequest
from vod_assets.domain.errors import ConfigError
from vod_assets.ports import KeyProvider
from vod_assets.settings import Settings
from vod_assets_tests.contracts.keys import REQUEST, KeyProviderContract
from vod_assets_tests.servers.speke import SpekeServer


def opened(keys: str, home: Path) -> KeyProvider:
    return open_keys(Settings(keys=keys, home=home), S3Access, lambda *_: "")


class TestLocal(KeyProviderContract):
    @pytest.fixture
    def provider(self, tmp_path: Path) -> KeyProvider:
        return opened("local", tmp_path)


class TestStatic(KeyProviderContract):
    @pytest.fixture
    def provider(self, tmp_path: Path) -> KeyProvider:
        numbers = iter(range(1, 100))

        def pairs() -> dict[str, dict[str, dict[str, str]]]:
            return {
                scheme: {name: pair(next(numbers)) for name in one.classes} for scheme, one in REQUEST.contracts.items()
            }

        path = tmp_path / "keys.json"
        path.write_text(json.dumps({"titles": {"film": pairs(), "film@1": pairs()}}))
        path.chmod(0o600)
        return opened(f"static:{path}", tmp_path)


class TestSpeke(KeyProviderContract):
    @pytest.fixture
    def provider(self, key_server: SpekeServer, tmp_path: Path) -> KeyProvider:
        return opened(f"speke:{key_server.url}", tmp_path)


@pytest.mark.parametrize("kind", ["static", "speke"])
def test_keys_of_releases_are_none_of_previews(kind: str, key_server: SpekeServer, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"titles": {"film": {"any": {"ALL": pair(1)}}}}))
    path.chmod(0o600)
    provider = opened({"static": f"static:{path}", "speke": f"speke:{key_server.url}"}[kind], tmp_path)
    contract = Contract(classes=("VIDEO",), systems=("clearkey",))
    with pytest.raises(ConfigError, match="those of releases") as refused:
        provider.describe(KeyRequest(title="film", contracts={"cbcs": contract}))
    assert (refused.value.code, key_server.calls) == ("bad_setting", 0)


def pair(number: int) -> dict[str, str]:
    return {"kid": f"{number:032x}", "key": f"{number << 64:032x}"}
