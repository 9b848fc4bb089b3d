"""``vod deliver`` brings a released title to a repackager, once, and refuses what it could not use."""

import json
from pathlib import Path

import pytest
from lxml import etree

from vod_assets.domain.isobmff import boxes
from vod_assets_tests.servers.ftp import FtpServer
from vod_assets_tests.studio import Studio

BY_HAND = "automatic: false"
pytestmark = [pytest.mark.media, pytest.mark.slow]


@pytest.fixture
def targets(finished: Studio, ftp: FtpServer, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio with a published title, a folder and an FTP server that repackagers take sources from."""
    listed = finished.folder / "targets.yaml"
    listed.write_text(
        f"targets:\n  mount: {{address: {finished.folder}/mount, dialect: smil3}}\n"
        f"  ew: {{kind: edgeware, address: 'ftp://{ftp.host}/ew', subtitles: srt, done_marker: done.json, {BY_HAND}}}\n"
        f"  single: {{address: {finished.folder}/single, format: ondemand, {BY_HAND}}}\n"
    )
    monkeypatch.setenv("VOD_TARGETS", str(listed))
    monkeypatch.setenv("VOD_FTP_USERNAME", ftp.access.username)
    monkeypatch.setenv("VOD_FTP_PASSWORD", ftp.access.password)
    monkeypatch.setenv("VOD_FTP_PORT", str(ftp.access.port))
    return finished


def test_a_title_is_delivered_once_to_each_target_and_refused_where_it_must_be(targets: Studio, ftp: FtpServer) -> None:
    sent = targets.vod("deliver", "film", "--to", "ew", "--json")
    assert sent.code == 0, sent.stderr
    assert set(json.loads(sent.stdout)["sent"]) == assert_delivered(ftp.folder / "ew/film/1", ".srt") | {"done.json"}
    assert "01,500" in (ftp.folder / "ew/film/1/text_en.srt").read_text()
    assert json.loads(targets.vod("deliver", "film", "--to", "ew", "--json").stdout)["sent"] == []
    assert planned(targets) == targets.run().executed == {"delivery"}
    assert planned(targets) == targets.run().executed == set()
    assert_explained(targets)
    assert "everything was there" in targets.vod("deliver", "film", "--to", "mount", "--release", "1").stdout
    assert_delivered(targets.folder / "mount/film/1", ".vtt")
    assert "layout: ondemand" in refused(targets, "delivery_refused", "film", "single")
    assert "mount, single" in refused(targets, "unknown_target", "film", "nobody").replace("ew, ", "")
    refused(targets, "release_missing", "film", "mount", "--release", "7")
    have_another_gop(targets, "h264_180p")
    assert "h264_360p: 1 s; h264_180p: 2 s" in refused(targets, "delivery_refused", "film", "mount")
    assert targets.vod("takedown", "film").code == 0
    refused(targets, "title_taken_down", "film", "ew")
    for folder in (targets.folder / "mount/film", ftp.folder / "ew/film"):
        assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert targets.run("--select", "delivery").failed_with == "title_taken_down"
    have_another_gop(targets, "h264_180p", "25")
    assert targets.vod("takedown", "film", "--lift").code == 0
    assert targets.run().executed == {"delivery"}
    assert_delivered(targets.folder / "mount/film/1", ".vtt")


def planned(studio: Studio) -> set[str]:
    return {*studio.vod("plan", "--json").outcome["execute"]}


def assert_explained(studio: Studio) -> None:
    """What lies at a repackager is known as what it was made of; the release knows who got it."""
    said = studio.vod("explain", studio.folder / "mount/film/1/h264_360p.mp4", "--json").outcome
    assert (said["delivered"], said["path"], said["sha256"]) == (1, "h264_360p.mp4", "")
    assert (said["rendition"], said["track"], said["delivered_to"]) == ("h264_360p", ["clear/h264_360p"], ["mount"])
    smil = studio.vod("explain", studio.folder / "mount/film/1/film.smil", "--json").outcome
    assert (smil["asset"], smil["delivered"]) == ("release", 1)
    assert "not_published" in studio.vod("explain", studio.folder / "mount/film/7/film.smil").stderr


def assert_delivered(folder: Path, subtitles: str) -> set[str]:
    """The SMIL file names everything that lies there, and every MP4 begins with its index."""
    root = etree.parse(folder / "film.smil").getroot()
    named = {str(one.get("src")) for one in root.iter() if one.get("src")}
    assert named == {"h264_360p.mp4", "h264_180p.mp4", "aac_und.mp4", f"text_en{subtitles}"}
    for movie in folder.glob("*.mp4"):
        kinds = [box.kind for box in boxes(movie.read_bytes())]
        assert kinds.index("moov") < kinds.index("mdat"), movie
    there = {file.name for file in folder.iterdir() if not file.name.startswith(".")}
    assert named | {"film.smil"} == there - {"done.json"}
    return named | {"film.smil"}


def refused(studio: Studio, code: str, title: str, to: str, *more: str) -> str:
    ended = studio.vod("deliver", title, "--to", to, "--json", *more)
    assert (ended.code != 0, ended.failed_with) == (True, code), ended.stdout
    return str(ended.outcome["error"]["message"])


def have_another_gop(studio: Studio, rendition: str, frames: str = "50") -> None:
    """Say in the store that a rendition was encoded with key frames half as often, or as it was."""
    (kept,) = (studio.title / rendition).glob("*/artifact.json")
    said = json.loads(kept.read_text())
    said["recipe"]["parameters"]["options"]["g"] = frames
    kept.write_text(json.dumps(said))
