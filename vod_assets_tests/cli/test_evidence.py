"""`vod generate-report --title`: everything that is known of one title, and no secret."""

import json
import zipfile
from pathlib import Path

import pytest
from lxml import html

from vod_assets_tests.studio import Studio

PLANTED, CALLBACK = "planted-s3cret", "https://hooks.example/told?key=abc123xyz"


def pack(studio: Studio, name: str = "film.zip") -> dict[str, bytes]:
    """Return the files of the title's pack, by their names."""
    ended = studio.vod("generate-report", "--title", "film", "--output", studio.folder / name)
    assert ended.code == 0, ended.stderr
    with zipfile.ZipFile(studio.folder / name) as found:
        assert found.testzip() is None
        return {one: found.read(one) for one in found.namelist()}


def test_a_pack_holds_all_evidence_and_neither_media_nor_secrets(
    finished: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOD_SMB_PASSWORD", PLANTED)
    with finished.session() as session:
        (run,) = session.instance.get_runs()
        session.instance.report_engine_event(f"opened smb://ann:{PLANTED}@nas/share", run)
        record = session.store.record("film")
        assert record is not None
        session.store.register(record.model_copy(update={"callback": CALLBACK}))
    files = pack(finished)
    assert {"record.json", "plan.json", "checks.json", "verify.json", "publications.json", "tools.json"} < set(files)
    assert json.loads(files["verify.json"])["ok"]
    assert json.loads(files["checks.json"])["last_results"]["hls_package.decodes"]["passed"]
    assert json.loads(files[f"runs/{run.run_id}/run.json"])["state"] == "succeeded"
    assert b"Materialized value release." in files[f"runs/{run.run_id}/events.jsonl"]
    lineage = [json.loads(line) for line in files["releases/1/lineage.jsonl"].splitlines()]
    released = json.loads(files["releases/1/release.json"])
    told = {file["sha256"] for line in lineage for file in line.get("files", [])} | {line["sha256"] for line in lineage}
    named = [*released["manifests"], *(file for track in released["tracks"] for file in track["files"])]
    assert {file["sha256"] for file in named} <= told
    assert {line["source"] for line in lineage if line.get("files")} == {"film.mp4"}
    assert files["manifests/1/clear/master.m3u8"].startswith(b"#EXTM3U")
    made = {name.split("/")[1] for name in files if name.startswith("artifacts/")}
    assert {"mezzanine", "h264_360p", "video_tracks", "release", "cms_entry"} <= made
    everything = b"".join(files.values())
    assert PLANTED.encode() not in everything
    assert b"abc123xyz" not in everything
    assert not [name for name in files if Path(name).suffix in (".mp4", ".m4s", ".jpg", ".vtt")]


def test_the_page_of_a_pack_leads_to_every_file_and_fetches_nothing(finished: Studio) -> None:
    files = pack(finished)
    page = html.fromstring(files["index.html"].decode())
    linked = {str(href) for href in page.xpath("//a/@href")}
    assert linked == set(files) - {"index.html"}
    assert not page.xpath("//script | //img | //@src")


def test_the_same_state_gives_the_same_pack(finished: Studio) -> None:
    pack(finished, "one.zip")
    pack(finished, "two.zip")
    assert (finished.folder / "one.zip").read_bytes() == (finished.folder / "two.zip").read_bytes()


def test_a_title_that_nobody_registered_has_no_pack(finished: Studio) -> None:
    ended = finished.vod("generate-report", "--title", "nofilm", "--output", finished.folder / "x.zip")
    assert ended.code == 2
    assert "[unknown_title]" in ended.stderr
    assert not (finished.folder / "x.zip").exists()
