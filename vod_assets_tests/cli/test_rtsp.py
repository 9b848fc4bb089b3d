"""`vod rtsp` keeps a stream alive without a terminal, says how it is, and leaves nothing behind."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from vod_assets.domain.offering import ReleaseStream
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.settings import Settings, load_settings
from vod_assets.streaming import offering_of
from vod_assets_tests.adapters.transcode.clips import moving_picture
from vod_assets_tests.servers.rtsp import rtsp_server
from vod_assets_tests.studio import Studio, wait_until

pytestmark = pytest.mark.media


@pytest.fixture
def streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A studio with a film that is registered at a running server."""
    studio = Studio.make(tmp_path / "studio")
    movie = moving_picture(tmp_path / "movie.mp4", seconds=2, size="128x72")
    with rtsp_server(tmp_path) as server, studio.entered():
        monkeypatch.setenv("VOD_RTSP", server.publish_url)
        monkeypatch.setenv("VOD_RTSP_URL", server.play_url)
        monkeypatch.setenv("VOD_RTSP_TRANSPORT", "udp")
        offer(load_settings(), movie)
        yield studio
        studio.vod("rtsp", "stop", "film")


def offer(settings: Settings, movie: Path) -> None:
    """Register a film, and make a file the stream of its first release."""
    offering = offering_of(settings)
    offering.store.register(TitleRecord(title_id="film", source="file:///film.mp4"))
    with offering.store.attempt("film", Recipe("rtsp_stream")) as attempt:
        shutil.copy(movie, attempt.directory / "movie.mp4")
        made = offering.store.commit(attempt, {})
    stream = ReleaseStream(release=1, release_digest="r", recipe=made.recipe, digest=made.digest)
    offering.ledger.note("film", stream)
    offering.settle("film")


def listed(studio: Studio) -> dict[str, Any]:
    rows = json.loads(studio.vod("rtsp", "list", "--json").stdout)
    assert len(rows) == 1
    found: dict[str, Any] = rows[0]
    return found


def test_a_stream_is_started_once_told_of_watched_and_stopped(streamed: Studio) -> None:
    """The server lets nobody in at an address that was not left in order, so a second start shows that it was.

    After SIGKILL of its publisher, FFmpeg is gone, too.
    """
    (first,) = json.loads(streamed.vod("rtsp", "start", "film", "--json").stdout)
    assert (first["phase"], first["pid"] > 0) == ("publishing", True)
    assert json.loads(streamed.vod("rtsp", "start", "film", "--json").stdout)[0]["pid"] == first["pid"]
    assert len(streamed.tools_running()) == 1
    assert streamed.vod("rtsp", "stop", "film").stdout == "film: stopped\n"
    assert (listed(streamed)["phase"], streamed.tools_running()) == ("stopped", [])
    assert "film  publishing  rtsp://127.0.0.1" in streamed.vod("rtsp", "start", "film").stdout
    seen = json.loads(streamed.vod("rtsp", "check", "film", "--seconds", "1", "--transport", "udp", "--json").stdout)
    assert seen["received"] > 0
    psutil.Process(listed(streamed)["pid"]).kill()
    wait_until(lambda: not streamed.tools_running(), 10)
    assert (listed(streamed)["phase"], listed(streamed)["pid"]) == ("stopped", 0)


def test_what_another_machine_takes_down_and_lifts_ends_and_begins_a_stream_here(
    streamed: Studio, tmp_path: Path
) -> None:
    """The other machine has settings of its own, and the same store."""
    other = Studio.make(tmp_path / "other")
    streamed.vod("rtsp", "start", "film")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOD_STORE", str(streamed.home / "store"))
        assert "never published" in other.vod("takedown", "film", "--because", "a court order").stdout
        wait_until(lambda: listed(streamed)["phase"] == "withheld", 20)
        assert (listed(streamed)["said"], streamed.tools_running()) == ("it is taken down", [])
        other.vod("takedown", "film", "--lift")
        wait_until(lambda: listed(streamed)["phase"] == "publishing", 20)


def test_what_is_not_registered_is_refused_by_name(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "VOD_RTSP names no server" in studio.vod("rtsp", "start", "film").stderr
    monkeypatch.setenv("VOD_RTSP", "rtsp://127.0.0.1:8554")
    refused = studio.vod("rtsp", "start", "film")
    assert refused.stderr.startswith("vod: film: no stream of it is registered here [rtsp_unknown].")
    assert studio.vod("rtsp", "list").stdout == "No stream is registered.\n"
