"""MediaMTX is told of a title once, is told again what it forgot, and gets no password where others could read it.

The server is a double, written from MediaMTX's published OpenAPI document.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.adapters.rtsp.mediamtx import MediaMtx
from vod_assets.adapters.rtsp.nowhere import NoServer
from vod_assets.domain.errors import ConfigError, RemoteError
from vod_assets_tests.servers.mediamtx import MediaMtxDouble, mediamtx

SHOWN = "rtsp://media.example:8554"


@pytest.fixture(scope="module")
def double() -> Iterator[MediaMtxDouble]:
    with mediamtx() as running:
        yield running


@pytest.fixture
def server(double: MediaMtxDouble, tmp_path: Path) -> MediaMtx:
    for kept in (double.paths, double.playing, double.statuses, double.calls):
        kept.clear()
    double.login = None
    (tmp_path / "made.mp4").write_bytes(b"a film")
    return MediaMtx(StreamFolder(tmp_path / "rtsp"), double.url, SHOWN)


def test_a_title_is_offered_on_demand_once(server: MediaMtx, double: MediaMtxDouble, tmp_path: Path) -> None:
    for _ in range(2):
        assert server.register("film", "a" * 64, tmp_path / "made.mp4") == f"{SHOWN}/film"
    assert server.registered("film") == "a" * 64
    assert [call.split()[0] for call in double.calls] == ["GET", "POST", "GET"]
    command = shlex.split(double.paths["film"]["runOnDemand"])
    sent = Path(command[command.index("-i") + 1].removeprefix("file:"))
    assert sent.read_bytes() == b"a film"
    assert command[-1] == "rtsp://127.0.0.1:$RTSP_PORT/$MTX_PATH"
    assert double.paths["film"]["runOnDemandRestart"] is True


def test_another_file_takes_the_place_of_the_one_before(
    server: MediaMtx, double: MediaMtxDouble, tmp_path: Path
) -> None:
    server.register("film", "a" * 64, tmp_path / "made.mp4")
    server.register("film", "b" * 64, tmp_path / "made.mp4")
    assert "b" * 16 in double.paths["film"]["runOnDemand"]
    assert [file.name for file in (tmp_path / "rtsp" / "film").glob("*.mp4")] == ["b" * 16 + ".mp4"]


def test_what_mediamtx_forgot_is_said_again(server: MediaMtx, double: MediaMtxDouble, tmp_path: Path) -> None:
    server.register("film", "a" * 64, tmp_path / "made.mp4")
    double.paths.clear()  # it was started anew
    assert [state.phase for state in server.streams()] == ["unregistered"]
    assert server.start("film").phase == "on_demand"
    double.playing.add("film")
    (state,) = server.streams()
    assert (state.phase, state.readers, state.address) == ("publishing", 1, f"{SHOWN}/film")


def test_a_title_that_is_unregistered_is_offered_no_more(
    server: MediaMtx, double: MediaMtxDouble, tmp_path: Path
) -> None:
    server.register("film", "a" * 64, tmp_path / "made.mp4")
    server.stop("film")
    assert (double.paths, server.registered("film")) == ({}, "a" * 64)
    server.start("film")
    for _ in range(2):
        server.unregister("film")
    assert (double.paths, server.registered("film"), list((tmp_path / "rtsp").iterdir())) == ({}, "", [])
    with pytest.raises(ConfigError, match="film: no stream of it is registered"):
        server.start("film")


def test_a_wrong_password_is_refused_and_not_told(server: MediaMtx, double: MediaMtxDouble, tmp_path: Path) -> None:
    double.login = ("vod", "right")
    wrong = MediaMtx(server.folder, server.address, SHOWN, credentials=("vod", "wrong-secret"))
    with pytest.raises(ConfigError, match=r"401 authentication error \[rtsp_refused\]") as caught:
        wrong.register("film", "a" * 64, tmp_path / "made.mp4")
    assert "wrong-secret" not in f"{caught.value} {wrong!r}"
    right = MediaMtx(server.folder, server.address, SHOWN, credentials=("vod", "right"))
    right.register("film", "a" * 64, tmp_path / "made.mp4")
    assert "right" not in str(double.paths)


def test_a_passing_fault_is_waited_out_and_a_lasting_one_named(
    server: MediaMtx, double: MediaMtxDouble, tmp_path: Path
) -> None:
    double.statuses += [503]
    server.register("film", "a" * 64, tmp_path / "made.mp4")
    gone = MediaMtx(server.folder, "http://127.0.0.1:9", SHOWN)
    with patience(0.1), pytest.raises(RemoteError, match=r"http://127\.0\.0\.1:9 does not answer.*rtsp_unavailable"):
        gone.stop("film")


def test_a_title_that_is_unregistered_is_gone_though_mediamtx_is_away(server: MediaMtx, tmp_path: Path) -> None:
    server.register("film", "a" * 64, tmp_path / "made.mp4")
    gone = MediaMtx(server.folder, "http://127.0.0.1:9", SHOWN)
    with patience(0.1), pytest.raises(RemoteError, match="rtsp_unavailable"):
        gone.unregister("film")
    assert server.folder.titles() == []


def test_without_a_server_what_was_offered_once_can_be_taken_away(server: MediaMtx, tmp_path: Path) -> None:
    server.register("film", "a" * 64, tmp_path / "made.mp4")
    nowhere = NoServer(server.folder)
    assert (nowhere.registered("film"), nowhere.streams()) == ("", [])
    nowhere.unregister("film")
    assert list((tmp_path / "rtsp").iterdir()) == []


def test_a_folder_that_mediamtx_would_misread_is_refused(double: MediaMtxDouble, tmp_path: Path) -> None:
    (tmp_path / "made.mp4").write_bytes(b"a film")
    server = MediaMtx(StreamFolder(tmp_path / "a$HOME"), double.url, SHOWN)
    with pytest.raises(ConfigError, match="VOD_RTSP_FOLDER"):
        server.register("film", "a" * 64, tmp_path / "made.mp4")


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("add/film", {"runOnDemnd": "x"}, "unknown field"),
        ("add/film", {"runOnDemandCloseAfter": 10}, "cannot unmarshal"),
        ("add/film", {"runOnDemandCloseAfter": "10"}, "invalid duration"),
        ("add/fi lm", {}, "invalid path name"),
        ("add/film", {"source": "rtsp://a/b", "runOnDemand": "x"}, "only when source is 'publisher'"),
    ],
)
def test_the_double_refuses_what_mediamtx_refuses(
    server: MediaMtx, double: MediaMtxDouble, path: str, body: dict[str, object], why: str
) -> None:
    answer = httpx.post(f"{double.url}/v3/config/paths/{path.replace(' ', '!')}", json=body)
    assert (answer.status_code, why in answer.json()["error"]) == (400, True), answer.text
    assert double.paths == {}
