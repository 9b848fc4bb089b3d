"""One Dagster instance below VOD_HOME, whichever command opens it."""

import os
from pathlib import Path

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.home import ensure_dagster_home, packaged_dagster_yaml
from vod_assets.settings import Settings, load_settings

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _restored_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VOD_HOME", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")


def titles_seen(folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    """Open the instance as the Dagster commands do, register one more title, and return those that were there."""
    from dagster._cli.utils import get_possibly_temporary_instance_for_cli

    monkeypatch.chdir(folder)
    for name in ("VOD_HOME", "DAGSTER_HOME"):
        monkeypatch.setenv(name, environment.get(name, ""))
    with get_possibly_temporary_instance_for_cli("a command") as instance:
        before = list(instance.get_dynamic_partitions("titles"))
        instance.add_dynamic_partitions("titles", [f"title-{len(before)}"])
        assert not instance.run_retries_enabled
        assert not instance.telemetry_enabled
    return before


def test_vod_and_dagster_see_one_instance_whatever_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`vod`, then a Dagster command with nothing set, with VOD_HOME, and with DAGSTER_HOME from another folder."""
    checkout, elsewhere = tmp_path / "checkout", tmp_path / "elsewhere"
    checkout.mkdir()
    elsewhere.mkdir()
    (checkout / "dagster.yaml").write_text((CHECKOUT / "dagster.yaml").read_text())
    monkeypatch.chdir(checkout)
    home = ensure_dagster_home(load_settings())
    seen = [
        titles_seen(elsewhere, monkeypatch, DAGSTER_HOME=str(home)),
        titles_seen(checkout, monkeypatch),
        titles_seen(checkout, monkeypatch, VOD_HOME=str(home.parent)),
    ]
    assert [len(titles) for titles in seen] == [0, 1, 2]
    assert sorted(path.name for path in checkout.iterdir()) == [".vod", "dagster.yaml"]
    assert list(elsewhere.iterdir()) == []


def test_the_packaged_dagster_yaml_is_the_top_level_one() -> None:
    assert packaged_dagster_yaml() == (CHECKOUT / "dagster.yaml").read_text()


def test_the_home_is_made_absolute_for_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = ensure_dagster_home(Settings(home=Path("vod")))
    assert home == tmp_path / "vod" / "dagster"
    assert os.environ["DAGSTER_HOME"] == str(home)
    assert os.environ["VOD_HOME"] == str(tmp_path / "vod")


def test_an_operators_dagster_yaml_is_kept(tmp_path: Path) -> None:
    written = ensure_dagster_home(Settings(home=tmp_path)) / "dagster.yaml"
    written.write_text("telemetry: {enabled: false}\n")
    ensure_dagster_home(Settings(home=tmp_path))
    assert written.read_text() == "telemetry: {enabled: false}\n"


def test_a_home_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="VOD_HOME") as caught:
        ensure_dagster_home(Settings(home=tmp_path / "file"))
    assert caught.value.code == "home_not_writable"


def test_an_empty_setting_means_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOD_FFMPEG", "")
    monkeypatch.setenv("VOD_SERVE_PORT", "")
    settings = load_settings()
    assert settings.ffmpeg is None
    assert settings.serve_port == 8080
