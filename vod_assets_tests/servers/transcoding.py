"""What the stand-ins of transcoding services have in common: faults that they are told, files, and an encoder."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from vod_assets_tests.adapters.transcode.clips import tools

ENCODE_SECONDS = 120


class Refused(Exception):  # noqa: N818 - it is what the server does
    """A request is not taken; its words name what is wrong."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Faults:
    """What goes wrong, each so many times.

    Attributes:
        answers: Statuses of the next answers; nothing is done. 0: this one is answered.
        unsaid: Jobs that are taken, and whose answer is lost (500).
        lost: Jobs that are forgotten.
        missing: Jobs that end well, and leave no file.
        hangs: Jobs that stay at 99 %.
        errors: What the next jobs fail with.
    """

    answers: list[int] = field(default_factory=list)
    unsaid: int = 0
    lost: int = 0
    missing: int = 0
    hangs: int = 0
    errors: list[str] = field(default_factory=list)

    def takes(self, name: str) -> bool:
        """Return whether a fault is left, and take it."""
        left = int(getattr(self, name))
        setattr(self, name, max(0, left - 1))
        return left > 0


@dataclass(frozen=True)
class Share:
    """A folder, and what the service's machines call it."""

    folder: Path
    named: str

    def path(self, address: str) -> Path:
        """Return the file that the service's machines mean.

        Raises:
            Refused: It is not on the share.
        """
        plain, root = address.replace("\\", "/"), self.named.replace("\\", "/")
        if not plain.startswith(f"{root}/") or ".." in plain.split("/"):
            raise Refused(f"{address} cannot be reached from here")
        return self.folder / plain.removeprefix(f"{root}/")


@dataclass(frozen=True)
class Wish:
    """One rendition, as a request asks for it."""

    source: Path
    target: Path
    codec: str
    width: int
    height: int
    frame_rate: str
    gop_frames: int
    bitrate: int
    maxrate: int
    bufsize: int
    is_deinterlaced: bool = False


def encode(wish: Wish) -> None:
    """Make a rendition with the FFmpeg of the tests; closed groups of pictures, no key frames at cuts."""
    fields = ["bwdif=mode=send_frame"] if wish.is_deinterlaced else []
    size = f"scale={wish.width}:{wish.height}:out_range=tv,setsar=1,format=yuv420p"
    colours = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
    filters = ["setpts=PTS-STARTPTS", *fields, f"fps={wish.frame_rate}:start_time=0", size, colours]
    gop = str(wish.gop_frames)
    coder = ["-c:v", "libx264", "-flags", "+cgop", "-sc_threshold", "0", "-keyint_min", gop]
    if wish.codec == "hevc":
        keys = f"keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:log-level=error"
        coder = ["-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", keys]
    rate = ["-b:v", str(wish.bitrate), "-maxrate", str(wish.maxrate), "-bufsize", str(wish.bufsize)]
    words = ["-v", "error", "-nostdin", "-y", "-i", f"file:{wish.source}", "-map", "0:v:0", "-an"]
    argv = [str(tools().ffmpeg), *words, "-vf", ",".join(filters), *coder, "-preset", "ultrafast", "-g", gop, *rate]
    wish.target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([*argv, str(wish.target)], check=True, capture_output=True, timeout=ENCODE_SECONDS)


class Answers(Protocol):
    """A service, without HTTP."""

    url: str

    def answered(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Return status and body."""
        ...


@contextmanager
def served(service: Any, content_type: str) -> Iterator[None]:
    """Run a service on loopback while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, data = service.answered(self.command, self.path, self.rfile.read(length), headers)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
