"""A real RTSP server, by Debian's rtsp-server-perl: published to at one port, played from another, over UDP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from vod_assets_tests.servers.processes import free_ports, listens, running


@dataclass(frozen=True)
class RtspServer:
    """A running server.

    Attributes:
        publish_url: Where streams are announced.
        play_url: Where they are opened.
    """

    publish_url: str
    play_url: str
    process: psutil.Process


@contextmanager
def rtsp_server(folder: Path, ports: tuple[int, int] | None = None) -> Iterator[RtspServer]:
    """Run a server on loopback while the context lasts.

    Args:
        folder: For its log.
        ports: Of a server that ran before; None: any.
    """
    publish, play = ports or free_ports(2)
    listening = ["--client_listen_address", "127.0.0.1", "--source_listen_address", "127.0.0.1"]
    rtp = ["--rtp_start_port", str(free_ports(1)[0] // 2 * 2)]
    argv = ["rtsp-server-perl", "-s", str(publish), "-c", str(play), *listening, *rtp, "-l", "2"]
    with running(argv, lambda: listens(publish) and listens(play), folder / f"rtsp-{publish}.log") as process:
        url = "rtsp://127.0.0.1:{}"
        yield RtspServer(url.format(publish), url.format(play), psutil.Process(process.pid))
