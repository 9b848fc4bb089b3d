"""`vod task upload DIR`, `vod task publish metadata.json`, `vod verify` and `vod serve`, as a person types them."""

import json
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from trials.defective import House, of_records
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


@pytest.fixture
def folder(finished_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished_folder, tmp_path / finished_folder.name))


@pytest.fixture
def empty(tmp_path: Path) -> Studio:
    return Studio.make(tmp_path / "studio")


def metadata(path: Path, **document: Any) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_a_finished_folder_is_released_published_and_verified(empty: Studio, folder: Path, tmp_path: Path) -> None:
    uploaded = empty.vod("task", "upload", folder, "--json")
    assert uploaded.code == 0, uploaded.stderr
    assert uploaded.outcome["title"] == "finished-hls"
    playlist = Path(uploaded.outcome["hls"])
    assert playlist.read_text() == (folder / "master.m3u8").read_text()
    assert (playlist.parent / "out0.ts").read_bytes() == (folder / "out0.ts").read_bytes()
    release = json.loads((empty.home / "origin/finished-hls/releases/1/release.json").read_text())
    assert release["external"] is True
    published = empty.vod("task", "publish", metadata(tmp_path / "m.json", title="finished-hls"), "--json")
    assert published.code == 0, published.stdout
    assert json.loads(Path(published.outcome["cms_entry"]).read_text())["release"]["external"] is True
    assert empty.vod("verify", "--all", "--decode").code == 0


def test_nothing_is_written_outside_the_home(
    empty: Studio, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed command leaves lies where `vod verify --all` looks."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert empty.vod("task", "upload", folder, "--json").code == 0


def test_the_same_folder_again_is_the_same_release(empty: Studio, folder: Path) -> None:
    first = empty.vod("task", "upload", folder, "--json")
    assert empty.vod("task", "upload", folder, "--json").outcome["hls"] == first.outcome["hls"]
    assert [path.name for path in (empty.home / "origin/finished-hls/releases").iterdir()] == ["1"]


def test_another_folder_of_the_same_name_is_another_title(empty: Studio, folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other" / folder.name)
    titles = {empty.vod("task", "upload", one, "--json").outcome["title"] for one in (folder, other)}
    assert len(titles) == 2


def lose_a_segment(folder: Path) -> None:
    (folder / "out1.ts").unlink()


def lead_out(folder: Path) -> None:
    (folder / "out.m3u8").write_text((folder / "out.m3u8").read_text().replace("out1.ts", "/etc/passwd"))


def link_out(folder: Path) -> None:
    (folder / "out1.ts").unlink()
    (folder / "out1.ts").symlink_to("/etc/passwd")


def have_two_masters(folder: Path) -> None:
    shutil.copy(folder / "master.m3u8", folder / "second.m3u8")


def be_empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize("break_it", [lose_a_segment, lead_out, link_out, have_two_masters, be_empty])
def test_a_broken_folder_is_refused_and_nothing_is_released(empty: Studio, folder: Path, break_it: Any) -> None:
    break_it(folder)
    refused = empty.vod("task", "upload", folder, "--json")
    assert refused.code == 3
    assert refused.failed_with == "external_refused"
    assert not (empty.home / "origin").exists() or list((empty.home / "origin").iterdir()) == []
    assert "external_refused" in empty.vod("status", "--refused").stdout


def test_a_metadata_json_is_published_as_it_is(finished: Studio, tmp_path: Path) -> None:
    document = tmp_path / "metadata.json"
    assert finished.vod("task", "metadata", finished.source, "--output", document).code == 0
    written = json.loads(document.read_text())
    assert written["technical"]["video"]["width"] == 640
    assert written["release"] is None
    document.write_text(json.dumps(written | {"names": {"en": "Another name"}, "policy": {"territories": ["DE"]}}))
    assert finished.vod("task", "publish", document, "--json").code == 0
    entry = json.loads((finished.home / "cms/titles/film.json").read_text())
    assert entry["names"] == {"en": "Another name"}
    assert entry["policy"] == {"territories": ["DE"]}
    assert entry["release"]["number"] == 1
    assert finished.vod("verify", "film").code == 0
    of_records("FAILED")(House(finished))
    refused = finished.vod("task", "publish", document, "--json")
    assert (refused.code != 0, refused.failed_with) == (True, "check_failed")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"title": "nobody"}, "unknown_title"),
        ({"title": "film", "names": "Film"}, "bad_metadata"),
        ({"title": "film", "release": {"number": 9, "digest": "0", "variants": {}}}, "release_missing"),
        ({"title": "film", "release": {"number": 1, "digest": "0", "variants": {}}}, "entry_points_nowhere"),
    ],
)
def test_a_metadata_json_that_leads_nowhere_is_refused(
    finished: Studio, tmp_path: Path, document: dict[str, Any], code: str
) -> None:
    before = (finished.home / "cms/titles/film.json").read_bytes()
    refused = finished.vod("task", "publish", metadata(tmp_path / "m.json", **document), "--json")
    assert refused.code in (1, 2)
    assert refused.failed_with == code
    assert (finished.home / "cms/titles/film.json").read_bytes() == before


def test_verify_passes_a_published_title_and_names_what_is_lost(finished: Studio) -> None:
    whole = finished.vod("verify", "--all", "--decode", "--json")
    assert whole.code == 0, whole.stdout
    assert json.loads(whole.stdout)["titles"] == ["film"]
    lost = next(finished.home.glob("origin/film/tracks/*/*.m4s"))
    lost.unlink()
    manifest = finished.home / "origin/film/releases/1/clear/master.m3u8"
    data = manifest.read_bytes()
    manifest.unlink()  # it is linked
    manifest.write_bytes(data.replace(b"#EXTM3U", b"#EXTM4U"))
    ended = finished.vod("verify", "film", "--json")
    report = json.loads(ended.stdout)
    assert (ended.code, report["ok"]) == (1, False)
    damaged = [problem for problem in report["problems"] if problem["code"] == "release_damaged"]
    assert {problem["file"].rpartition("/")[2] for problem in damaged} == {manifest.name, lost.name}
    changed = {"offset": 5, "run_bytes": 1, "changed_bytes": 1, "is_all": True}
    assert [problem["difference"] for problem in damaged if problem["file"].endswith(manifest.name)] == [changed]


def test_no_entry_is_published_for_a_release_that_is_gone(finished: Studio) -> None:
    shutil.rmtree(finished.home / "origin/film")
    shutil.rmtree(finished.home / "cms")
    refused = finished.run("--select", "cms_entry")
    assert refused.failed_with == "release_missing"
    assert not (finished.home / "cms/titles/film.json").exists()


@pytest.mark.parametrize("arguments", [[], ["film", "--all"], ["nobody"]])
def test_verify_wants_one_title_or_all(finished: Studio, arguments: list[str]) -> None:
    assert finished.vod("verify", *arguments).code == 2


def test_serve_says_where_it_listens_and_ends_when_it_is_told(finished: Studio) -> None:
    process = finished.start("serve", "--port", "0")
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[1]
        page = httpx.get(f"{address}catalogue/titles/film.html")
        assert page.status_code == 200
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
