"""``vod releases``: what lies at which origin, and the refilling of one."""

import json
import shutil
from pathlib import Path

import pytest

from vod_assets.cli import edge
from vod_assets.cli.main import app
from vod_assets.cli.session import open_session
from vod_assets_tests.releases import made


@pytest.fixture
def west(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the second of two origins, which have two releases of one title."""
    listed = tmp_path / "origins.yaml"
    listed.write_text(f"origins:\n  east: {{address: {tmp_path}/east}}\n  west: {{address: {tmp_path}/west}}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VOD_ORIGINS", str(listed))
    with open_session() as session:
        for words in ("one", "two"):
            made(tmp_path / words, words=words).place(session.origin, tmp_path)
    return tmp_path / "west"


def test_an_origin_that_lost_a_release_is_named_and_refilled(west: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(west / "film" / "releases" / "2")
    shutil.rmtree(next((west / "film" / "tracks").iterdir()))
    assert edge.run(app, ["releases", "film", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["releases"]
    assert [one["number"] for one in found] == [1, 2]
    assert found[1]["origins"] == {"east": "whole", "west": "lacks files, or cannot be asked"}
    assert (found[1]["complete"], found[1]["shown"], found[1]["tracks"]) == (False, False, 2)
    assert edge.run(app, ["releases", "film", "--repair", "--origin", "west"]) == 0
    said = capsys.readouterr().out
    assert "west: " in said
    assert "lacks" not in said
    assert edge.run(app, ["releases", "film", "--repair", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["repaired"] == {"east": 0, "west": 0}


@pytest.mark.parametrize(
    "words", [["nothing"], ["film", "--origin", "west"], ["film", "--repair", "--origin", "north"]]
)
def test_what_cannot_be_listed_or_repaired_is_named(west: Path, words: list[str]) -> None:
    assert edge.run(app, ["releases", *words]) == 2
