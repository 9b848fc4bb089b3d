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
    listed.write_text(
        f"origins:\n  east: {{address: {tmp_path}/east}}\n  west: {{address: {tmp_path}/west, group: pacific}}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VOD_ORIGINS", str(listed))
    with open_session() as session:
        for words in ("one", "two"):
            made(tmp_path / words, words=words).place(session.origin, tmp_path)
    return tmp_path / "west"


def test_an_origin_that_lost_a_release_is_named_and_refilled(
    west: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """People are told of it."""
    channel = {"name": "ops", "webhook": "http://127.0.0.1:9/", "secret": "whsec_" + "A" * 32}
    (tmp_path / "notify.yaml").write_text(json.dumps({"channels": [channel]}))
    monkeypatch.setenv("VOD_NOTIFY", str(tmp_path / "notify.yaml"))
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
    assert edge.run(app, ["outbox", "--json"]) == 0
    waiting = json.loads(capsys.readouterr().out)
    assert {(one["kind"], one["title"]) for one in waiting} == {("delivery_repaired", "film")}


def test_bytes_that_differ_at_one_origin_are_named_and_brought_anew(
    west: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    segment = next(path for path in sorted(west.rglob("1.m4s")) if path.read_text() == "two 1")
    manifest, document = west / "film/releases/1/clear/master.m3u8", west / "film/releases/2/release.json"
    for damaged in (segment, manifest, document):
        whole = damaged.read_bytes()
        damaged.unlink()  # it may be linked
        damaged.write_bytes(b"#" * len(whole))
    assert edge.run(app, ["verify", "film"]) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if "at origin west begins" in line]
    assert len(said) == 3
    assert "(release 2, video track h264_240p)" in next(line for line in said if "1.m4s" in line)
    assert "(release 1)" in next(line for line in said if "master.m3u8" in line)
    assert edge.run(app, ["releases", "film", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["releases"][0]["groups"] == {"pacific": True}
    assert edge.run(app, ["releases", "film", "--repair"]) == 0
    assert "groups: pacific complete" in capsys.readouterr().out
    assert (segment.read_text(), json.loads(document.read_text())["number"]) == ("two 1", 2)
    edge.run(app, ["verify", "film"])
    assert "west" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["nothing"], ["film", "--origin", "west"], ["film", "--repair", "--origin", "north"]]
)
def test_what_cannot_be_listed_or_repaired_is_named(west: Path, words: list[str]) -> None:
    assert edge.run(app, ["releases", *words]) == 2
