"""``vod explain`` tells of any published file where it comes from, without a tool and without Dagster."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


def told(studio: Studio, address: str | Path) -> dict[str, Any]:
    ended = studio.vod("explain", address, "--json")
    assert ended.code == 0, ended.stderr
    return ended.outcome


def made_by(studio: Studio, asset: str, recipe: str) -> dict[str, Any]:
    """Return what the store has of a recipe."""
    found: dict[str, Any] = json.loads((studio.title / asset / recipe / "artifact.json").read_text())
    return found


def test_a_published_file_is_explained_from_any_of_its_addresses(finished: Studio) -> None:
    studio, origin = finished, finished.home / "origin" / "film"
    studio.calls()
    segment = max(origin.glob("tracks/*/*.m4s"), key=lambda path: path.stat().st_size)
    said = told(studio, segment)
    track = made_by(studio, said["asset"], said["recipe"])
    rendition = made_by(studio, said["rendition"], said["rendition_recipe"])
    assert (said["track"], said["rendition"]) == (["clear/h264_360p"], "h264_360p")
    assert {one["build"] for one in said["tools"]} == {
        *track["recipe"]["tools"].values(),
        *rendition["recipe"]["tools"].values(),
    }
    assert all(one["version"] for one in said["tools"])
    assert said["source_sha256"] == json.loads((origin / "releases/1/release.json").read_text())["source"]["sha256"]
    assert said["runs"] == {"released": track["run"], "packaged": track["run"], "encoded": rendition["run"]}
    assert said["checks"]["hls_package.decodes"] == "passed"
    assert (said["releases"], said["is_shown"], said["unknown"]) == ([1], True, "")
    url = f"http://127.0.0.1:8080/origin/film/{segment.relative_to(origin).as_posix()}?token=abc"
    stored = next(studio.title.glob(f"video_tracks/{said['recipe']}/*/{segment.name}"))
    assert told(studio, url) | {"address": ""} == told(studio, stored) | {"address": ""} == said | {"address": ""}
    manifest = told(studio, origin / "releases/1/clear/master.m3u8")
    assert (manifest["asset"], manifest["rendition"], manifest["scheme"]) == ("hls_package", "", "none")
    assert {"clear/h264_360p", "clear/h264_180p", "clear/aac_und"} < {*manifest["track"]}
    playlist = told(studio, origin / "releases/1/clear/h264_360p.m3u8")
    same = ("track", "rendition", "rendition_recipe", "tools", "kid")
    assert {name: playlist[name] for name in same} == {name: said[name] for name in same}
    assert told(studio, origin / "releases/1/release.json")["asset"] == "release"
    assert "viewers see it now" in studio.vod("explain", segment).stdout
    assert studio.calls() == []


def test_what_was_taken_down_is_explained_still(finished: Studio) -> None:
    """By the address that viewers had, and by that of the evidence."""
    origin = finished.home / "origin"
    segment = max(origin.glob("film/tracks/*/*.m4s"), key=lambda path: path.stat().st_size)
    before = told(finished, segment)
    assert finished.vod("takedown", "film", "--by", "anna", "--because", "rights").code == 0
    said = told(finished, segment)
    changed = {name for name in said if said[name] != before[name]}
    assert changed == {"is_shown", "status", "gone"}
    assert (said["status"], said["gone"]) == ("taken_down", "it was taken down; its files are kept as evidence")
    kept = origin / ".blocked" / segment.relative_to(origin)
    assert kept.is_file()
    assert told(finished, kept) | {"address": ""} == said | {"address": ""}
    manifest = told(finished, origin / "film/releases/1/clear/master.m3u8")
    assert (manifest["asset"], manifest["releases"], manifest["gone"]) == ("hls_package", [1], said["gone"])


def test_what_is_not_kept_is_called_unknown_and_what_is_not_released_is_refused(finished: Studio) -> None:
    origin = finished.home / "origin" / "film"
    segment = max(origin.glob("tracks/*/*.m4s"), key=lambda path: path.stat().st_size)
    shutil.rmtree(finished.home / "store")
    shutil.rmtree(finished.home / "cms")
    said = told(finished, segment)
    assert (said["track"], said["is_shown"], said["releases"]) == (["h264_360p"], False, [1])
    assert "no record of it is in the store" in said["unknown"]
    stray = origin / "tracks" / ("f" * 64) / "1.m4s"
    assert "[not_published]" in finished.vod("explain", stray).stderr


def test_dagster_is_not_imported_for_it() -> None:
    code = "import sys, vod_assets.cli.main, vod_assets.explaining; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
