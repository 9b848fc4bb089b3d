"""A title is published to real RTSP servers over UDP and TCP, and read back; servers come and go."""

import os
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psutil
import pytest

from vod_assets.adapters.ffmpeg.command import artifact_input, compile_ffmpeg, generated_input
from vod_assets.adapters.ffmpeg.streams import digests, frames_command, stream_input
from vod_assets.adapters.process import SupervisedRunner
from vod_assets.adapters.rtsp.folder import StreamFolder
from vod_assets.adapters.rtsp.listening import received
from vod_assets.adapters.rtsp.outages import Outages
from vod_assets.adapters.rtsp.publisher import Publisher, Publishing
from vod_assets.adapters.transcode.streams import FfmpegStreamMaker
from vod_assets.domain.errors import ConfigError, RemoteError
from vod_assets.domain.events import Event
from vod_assets.domain.ladder import Rung
from vod_assets.domain.reception import reception
from vod_assets.domain.rtsp import demand_of
from vod_assets.domain.rtsp_login import Login
from vod_assets.domain.rtsp_presets import RtspPreset
from vod_assets_tests.adapters.transcode.clips import make, moving_picture, tools
from vod_assets_tests.servers.processes import free_ports, running
from vod_assets_tests.servers.rtsp import RtspServer, rtsp_server
from vod_assets_tests.servers.rtsp_doorman import doorman
from vod_assets_tests.studio import wait_until

pytestmark = pytest.mark.media
SECONDS = 4
SHORT = 0.1  # between tries


@dataclass(frozen=True)
class Film:
    """The same film as it was delivered, and as `rtsp_stream` makes it."""

    plain: Path
    ready: Path

    @property
    def frames(self) -> list[str]:
        return digests(SupervisedRunner().run(frames_command(tools().ffmpeg, self.ready)).stdout.decode())


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Four seconds of a moving picture with a tone."""
    folder = tmp_path_factory.mktemp("film")
    video = moving_picture(folder / "video.mp4", seconds=SECONDS, size="320x180")
    sound = make(folder / "audio.mp4", generated_input(f"sine=440:d={SECONDS}"), **{"c:a": "aac", "ac": 2})
    picture = generated_input(f"testsrc2=s=320x180:r=25:d={SECONDS}")
    tone = generated_input(f"sine=440:d={SECONDS}")
    encoding = {"c:v": "libx264", "preset": "ultrafast", "g": 25, "pix_fmt": "yuv420p", "c:a": "aac"}
    plain = make(folder / "input.mp4", picture, tone, **encoding)
    preset = RtspPreset.model_validate({"side": 180, "bits_per_second": "2M"})
    rung = Rung(key="h264_180p", codec="h264", name="180p", width=320, height=180)
    FfmpegStreamMaker(tools(), SupervisedRunner()).stream(
        video, sound, demand_of(preset, rung, 25, 2), folder / "ready.mp4", lambda _: None
    )
    return Film(plain, folder / "ready.mp4")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    with rtsp_server(tmp_path_factory.mktemp("rtsp")) as running_server:
        yield running_server


@pytest.fixture
def folder(film: Film, tmp_path: Path) -> StreamFolder:
    kept = StreamFolder(tmp_path / "rtsp")
    kept.place("film", "a" * 64, film.ready, "rtsp://media.example/film")
    return kept


def publisher(folder: StreamFolder, url: str, transport: str = "udp") -> Publisher:
    how = Publishing(tools().ffmpeg, lambda title: f"{url}/{title}", transport, lambda _: SHORT)
    return Publisher(folder, how, "film")


@contextmanager
def publishing(one: Publisher) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=one.run, kwargs={"once": False})
    thread.start()
    try:
        yield thread
    finally:
        one.stop.set()
        thread.join(15)
        assert not thread.is_alive()


def phase(folder: StreamFolder, wanted: str) -> Callable[[], bool]:
    return lambda: folder.state("film").phase == wanted


def tools_below(path: Path) -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if str(path) in command_line(one)]


def command_line(process: psutil.Process) -> str:
    with suppress(psutil.Error):  # it has just ended
        return " ".join(process.cmdline())
    return ""


def test_over_udp_it_is_read_back_and_loss_is_reported(folder: StreamFolder, film: Film, server: RtspServer) -> None:
    """On loopback nothing need be lost, but UDP may; what is taken away on purpose is counted."""
    with publishing(publisher(folder, server.publish_url)):
        wait_until(phase(folder, "publishing"), 20)
        found = received(tools().ffmpeg, film.ready, (f"{server.play_url}/film", "udp"), 2)
    assert found.received > 0, found
    assert tools_below(folder.root) == []
    assert folder.state("film").phase == "stopped"
    came = film.frames[:20] + film.frames[25:]
    assert (reception(film.frames, came).lost, reception(film.frames, film.frames).lost) == (5, 0)


def test_over_tcp_every_frame_arrives(folder: StreamFolder, film: Film, tmp_path: Path) -> None:
    """FFmpeg listens, for the server of the other tests knows no TCP."""
    with listening(tmp_path) as (port, frames):
        publisher(folder, f"rtsp://127.0.0.1:{port}", "tcp").run(once=True)
        came = frames()
    assert came == film.frames
    assert len(came) == 25 * SECONDS
    assert folder.state("film").phase == "played"


def test_a_server_that_asks_for_a_password_gets_every_frame_and_ffmpeg_no_password(
    folder: StreamFolder, film: Film, tmp_path: Path
) -> None:
    seen: list[str] = []
    with listening(tmp_path) as (port, frames), doorman(port) as standing:
        one = publisher(folder, standing.url, "tcp")
        one.how = replace(one.how, login=Login("vod", "open-sesame"))
        thread = threading.Thread(target=one.run, kwargs={"once": True})
        thread.start()
        wait_until(phase(folder, "publishing"), 20)
        seen += [command_line(process) for process in tools_below(folder.root)]
        thread.join(20)
        assert frames() == film.frames
    assert seen
    assert all("rtsp://127.0.0.1:" in line and "open-sesame" not in line for line in seen)
    assert "open-sesame" not in folder.log("film").read_text()
    assert standing.seen[-1][0] == "TEARDOWN", "the server is left in order"


@contextmanager
def listening(folder: Path) -> Iterator[tuple[int, Callable[[], list[str]]]]:
    """Have FFmpeg be a server for one publisher; give its port, and what returns the frames that came."""
    (port,) = free_ports(1)
    opened = stream_input(f"rtsp://127.0.0.1:{port}/film", rtsp_flags="listen", listen_timeout=15)
    node = opened["v:0"].output(str(folder / "frames.txt"), f="framemd5", fps_mode="passthrough")
    argv = compile_ffmpeg(tools().ffmpeg, [node], verbosity="level+error")
    with running(argv, lambda: has_socket(port), folder / "listener.log") as listener:

        def frames() -> list[str]:
            listener.wait(15)
            return digests((folder / "frames.txt").read_text())

        yield port, frames


def test_the_plain_command_line_works_at_the_same_server(film: Film, server: RtspServer, tmp_path: Path) -> None:
    """With any H.264 in MP4, and with what `rtsp_stream` makes; both at once, each below its own name."""
    files = {name: longer(file, tmp_path / f"{name}.mp4") for name, file in (("a", film.plain), ("b", film.ready))}
    logs = {name: tmp_path / f"{name}.log" for name in files}
    with ExitStack() as senders:
        for name, file in files.items():
            line = f"{tools().ffmpeg} -re -i {file} -c copy -f rtsp {server.publish_url}/{name}"
            senders.enter_context(running(shlex.split(line), partial(tells_of_frames, logs[name]), logs[name]))
        for name, file in files.items():
            found = received(tools().ffmpeg, file, (f"{server.play_url}/{name}", "udp"), 1)
            assert found.received > 0, logs[name].read_text()


def longer(file: Path, target: Path) -> Path:
    """Write the same pictures ten times over: who waits for a stream on a busy machine must not come too late."""
    looped = artifact_input(file, stream_loop=9)
    return make(target, looped["v:0"], looped["a:0"], c="copy")


def tells_of_frames(log: Path) -> bool:
    return "frame=" in log.read_text()


def test_a_server_that_was_away_gets_the_stream_again(folder: StreamFolder, film: Film, tmp_path: Path) -> None:
    """People are told of an outage that lasts, and of its end."""
    ports = tuple(free_ports(2))
    told: list[Event] = []
    one = publisher(folder, f"rtsp://127.0.0.1:{ports[0]}")
    one.outages = Outages(told.append, seconds=0)
    with publishing(one):
        wait_until(lambda: told, 20)
        with rtsp_server(tmp_path, ports):  # type: ignore[arg-type]
            wait_until(phase(folder, "publishing"), 20)
        wait_until(lambda: folder.state("film").phase in ("waiting", "lost"), 20)
        assert [event.kind for event in told][:2] == ["rtsp_lost", "rtsp_back"]
        before = folder.state("film")
        assert before.said
        assert before.restarts >= 2
        with rtsp_server(tmp_path, ports):  # type: ignore[arg-type]
            wait_until(phase(folder, "publishing"), 20)


def test_who_is_to_send_once_gives_up_after_all_tries(folder: StreamFolder) -> None:
    (port,) = free_ports(1)
    with pytest.raises(RemoteError, match=r"film: the server was lost: .*\[rtsp_lost\]"):
        publisher(folder, f"rtsp://127.0.0.1:{port}").run(once=True)
    assert folder.state("film").failures == 6
    assert "connection refused" in folder.log("film").read_text().lower()


def test_another_file_and_a_takedown_reach_a_stream_that_runs(
    folder: StreamFolder, film: Film, server: RtspServer
) -> None:
    with publishing(publisher(folder, server.publish_url)) as thread:
        wait_until(phase(folder, "publishing"), 20)
        with pytest.raises(ConfigError, match="rtsp_running"):
            publisher(folder, server.publish_url).run(once=False)
        folder.place("film", "b" * 64, film.plain, "rtsp://media.example/film")
        wait_until(lambda: any("b" * 16 in command_line(one) for one in tools_below(folder.root)), 20)
        folder.remove("film")
        thread.join(10)
        assert not thread.is_alive()
    assert tools_below(folder.root) == []
    assert list(folder.root.iterdir()) == []


def test_a_number_that_was_given_anew_is_no_publisher(folder: StreamFolder) -> None:
    with folder.published("film") as is_ours:
        assert is_ours
        assert folder.publisher("film") == psutil.Process(os.getpid())
        with folder.published("film") as is_theirs:
            assert not is_theirs
    assert folder.publisher("film") is None


def has_socket(port: int) -> bool:
    """Whether somebody listens; FFmpeg takes the first connection for its only one, so it must not be tried."""
    time.sleep(0.05)
    wanted = f":{port:04X} 00000000:0000 0A"
    return any(wanted in line for line in Path("/proc/net/tcp").read_text().splitlines())
