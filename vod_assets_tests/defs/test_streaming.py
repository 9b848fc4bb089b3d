"""A title is offered over RTSP where its profile asks for it, once it is released, and never past the gate."""

from collections.abc import Iterator
from typing import Any

import pytest

from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.settings import load_settings
from vod_assets.streaming import unregister
from vod_assets_tests.servers.mediamtx import MediaMtxDouble, mediamtx
from vod_assets_tests.studio import Ended, Studio

pytestmark = pytest.mark.media


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[MediaMtxDouble]:
    with mediamtx() as running:
        monkeypatch.setenv("VOD_RTSP", f"mediamtx+{running.url}")
        yield running


def ask(profile: dict[str, Any]) -> None:
    profile["rtsp"] = {"side": 180, "bits_per_second": "2M"}


def test_a_released_title_is_made_ready_offered_and_taken_down(finished: Studio, double: MediaMtxDouble) -> None:
    """Of a rendition that players can follow, nothing is encoded; a run without news makes nothing."""
    finished.edit_profile(ask)
    finished.calls()
    assert finished.run().executed == {"rtsp_stream"}
    assert "libx264" not in str(finished.calls())
    assert list(double.paths) == ["film"]
    assert finished.run().executed == set()
    with finished.entered():
        settings = load_settings()
        folder = StreamFolder(settings.rtsp_path)
        offered = folder.require("film")
        assert offered.address == "rtsp://127.0.0.1:8554/film"
        assert str(folder.file(offered)) in double.paths["film"]["runOnDemand"]
        unregister(settings, "film")
        assert folder.titles() == []
    assert double.paths == {}
    assert planned(finished) == {"rtsp_stream"}
    with finished.session() as session:
        session.origin.block("film")
    assert finished.run("--select", "rtsp_stream").failed_with == "title_taken_down"
    assert double.paths == {}
    with finished.session() as session:
        session.origin.unblock("film")
    assert finished.run().executed == {"rtsp_stream"}
    assert list(double.paths) == ["film"]
    assert finished.vod("titles", "remove", "film", "--yes").code == 0
    assert double.paths == {}


def test_a_title_whose_checks_failed_since_is_not_offered(finished: Studio, double: MediaMtxDouble) -> None:
    def ask_for_more(profile: dict[str, Any]) -> None:
        ask(profile)
        profile["required_checks"].append("quality_control.black")

    finished.edit_profile(ask_for_more)
    ended: Ended = finished.run("--select", "rtsp_stream")
    assert ended.code != 0
    assert "quality_control.black" in ended.outcome["error"]["message"]
    assert double.paths == {}


def planned(studio: Studio) -> set[str]:
    said = studio.vod("plan", "--json")
    assert said.code == 0, said.stderr + said.stdout
    return {*said.outcome["execute"]}
