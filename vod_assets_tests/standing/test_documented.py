"""What the operations page says of such a house can be configured as it stands there."""

import re
from pathlib import Path

import pytest

import vod_assets
from vod_assets.domain.watching import read_watch
from vod_assets.settings import Settings, load_settings

PAGE = Path(vod_assets.__file__).parent.parent / "docs" / "operations.md"


def block(kind: str, containing: str) -> str:
    """Return the fenced block of the page that contains something."""
    (found,) = [text for text in re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(), re.DOTALL) if containing in text]
    return str(found)


def test_the_settings_on_the_page_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(block("sh", "VOD_STORE__RENDITIONS"))
    settings = load_settings()
    assert settings.stores["renditions"].startswith("smb://")
    assert settings.smb_username == r"HOUSE\vod"
    assert settings.origin_address == "s3://house/origin"
    named = {line.partition("=")[0] for line in block("sh", "VOD_STORE__RENDITIONS").splitlines()}
    assert {name.removeprefix("VOD_").lower().partition("__")[0] for name in named} <= {*Settings.model_fields}


def test_the_places_on_the_page_are_places() -> None:
    assert [place.name for place in read_watch(block("yaml", "post_house").encode(), "watch.yaml").places] == [
        "isilon",
        "post_house",
    ]
