"""A wrong setting fails at start, in one sentence that names it."""

from pathlib import Path

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["VOD_HOME", "VOD_STORE", "VOD_ORIGIN", "VOD_CMS", "VOD_SCRATCH", "VOD_PROFILES"])
@pytest.mark.parametrize("value", ["s3://bucket/prefix", "smb://isilon/share", "file://host/share", "FILE://"])
def test_an_address_that_is_no_folder_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=rf"^{name} is wrong: [^\n]*\[bad_setting\]") as caught:
        load_settings()
    assert "Value error" not in str(caught.value)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOD_PUBLIC_URL", "media.example"),
        ("VOD_PUBLIC_URL", "ftp://media.example"),
        ("VOD_PUBLIC_URL", "http://"),
        ("VOD_PUBLIC_URL", "javascript:alert(1)"),
        ("VOD_SERVE_PORT", "0"),
        ("VOD_SERVE_PORT", "65536"),
        ("VOD_UI_PORT", "-1"),
    ],
)
def test_an_impossible_address_or_port_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^{name} is wrong"):
        load_settings()


def test_an_env_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"VOD_HOME=\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"\.env cannot be read"):
        load_settings()


def test_a_file_address_is_the_folder_that_it_names(tmp_path: Path) -> None:
    assert Settings(store=f"file://{tmp_path}/a%20store").store_path == tmp_path / "a store"


def test_only_a_leading_tilde_and_slash_is_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    assert Settings(store="~/store").store_path == tmp_path / "user" / "store"
    assert Settings(store="~nobody-at-all").store_path == tmp_path / "~nobody-at-all"
