"""What the README shows as settings is what the settings take."""

import re
from pathlib import Path

import pytest

from vod_assets.domain.watching import read_watch
from vod_assets.settings import load_settings

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def block(language: str, first_words: str) -> str:
    """Return the fenced block that begins with these words."""
    (found,) = re.findall(rf"```{language}\n({re.escape(first_words)}.*?)```", README, re.DOTALL)
    return str(found)


def test_the_block_of_settings_is_taken_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = tmp_path / ".env"
    env.write_text(block("ini", "VOD_STORE="))
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.store == "s3://vod-artifacts/main"
    assert settings.stores == {"renditions": "smb://isilon.example/mezz/renditions"}
    assert settings.origin_address == "s3://vod-origin"
    assert settings.public_url == "https://cdn.example"
    assert (settings.isilon__host, settings.isilon__share) == ("isilon.example", "mezz")
    assert settings.smb_username == "vod"
    assert str(settings.watch) == "/etc/vod/watch.yaml"


def test_the_watched_places_are_taken_as_they_stand() -> None:
    watch = read_watch(block("yaml", "places:").encode(), "watch.yaml")
    assert [(place.name, place.priority, place.switched_on) for place in watch.places] == [
        ("masters", 0, True),
        ("promos", 5, True),
    ]
