"""A web server that takes files by PUT and knows nothing of WebDAV, as ingest addresses of packagers are."""

import base64
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler

from vod_assets.adapters.blobs.opening import WebAccess
from vod_assets_tests.servers.weather import served

USER, PASSWORD = "origin", "s3cret"
KEPT = ("content-type", "cache-control")


@dataclass
class PlainServer:
    """A running server, what it holds, and how it is.

    Attributes:
        address: Of WebDAV, which it does not speak; `put_address`: as it is.
        held: Bytes and headers by path.
        minds_conditions: Whether it answers 412 where If-Match or If-None-Match do not hold.
        has_dates: Whether it says when a file was written.
        is_open: Whether it gives everybody what it has; hidden names are for its user otherwise.
        refused: Statuses that a PUT of a path that ends so is answered with.
        lost: How many answers to PUT are lost, after what they answer was done.
        asked: How often it was asked, by method and path.
    """

    port: int = 0
    held: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    minds_conditions: bool = True
    has_dates: bool = True
    is_open: bool = False
    refused: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    mutex: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"dav://127.0.0.1:{self.port}/origin"

    @property
    def put_address(self) -> str:
        return f"http+put://127.0.0.1:{self.port}/origin"

    access = WebAccess(USER, PASSWORD)

    def clear(self) -> None:
        """Forget everything, and let the weather be good."""
        self.held.clear()
        self.asked.clear()
        self.refused.clear()
        self.minds_conditions, self.has_dates, self.is_open, self.lost = True, True, False, 0

    def status_of_put(self, path: str, data: bytes, headers: dict[str, str]) -> int:
        """Keep what a PUT brings, and return what it is answered with."""
        with self.mutex:
            there = self.held.get(path)
            if status := next((code for ending, code in self.refused.items() if path.endswith(ending)), 0):
                return status
            if self.minds_conditions and not _holds(headers, there and there[1]["ETag"]):
                return 412
            said = {name.title(): headers[name] for name in KEPT if name in headers}
            said |= {"ETag": f'"{hashlib.sha256(data + str(time.monotonic_ns()).encode()).hexdigest()[:16]}"'}
            said |= {"Last-Modified": formatdate(usegmt=True)} if self.has_dates else {}
            self.held[path] = data, said
        return 201


def _holds(headers: dict[str, str], tag: str | None) -> bool:
    wanted = headers.get("if-match", tag)
    return wanted == tag and not (headers.get("if-none-match") == "*" and tag is not None)


class PlainPut(BaseHTTPRequestHandler):
    """Keeps files in a dictionary; to all but PUT, GET, HEAD and DELETE it answers 405 (Method Not Allowed)."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet, or the next waits for the receipt of the first
    server_: PlainServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        pass

    def parse_request(self) -> bool:
        is_read = super().parse_request()
        if is_read:
            self.server_.asked[self.command, self.path] += 1
        return is_read

    def do_PUT(self) -> None:
        data = self._body()
        if not self._is_known():
            return self._answer(401)
        if data is None:  # it was cut: nothing is kept (RFC 9110, 8.6)
            self.close_connection = True
            return None
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.server_.status_of_put(self.path, data, headers)
        if self.server_.lost > 0 and "if-none-match" in headers:
            self.server_.lost -= 1
            self.close_connection = True
            return None
        return self._answer(status)

    def do_GET(self) -> None:
        if ("/." in self.path and not self.server_.is_open) and not self._is_known():
            return self._answer(401)
        found = self.server_.held.get(self.path)
        return self._answer(404) if found is None else self._answer(200, *found)

    def do_DELETE(self) -> None:
        if not self._is_known():
            return self._answer(401)
        return self._answer(404 if self.server_.held.pop(self.path, None) is None else 204)

    def do_PROPFIND(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self._answer(405)

    do_HEAD = do_GET  # noqa: N815
    do_MKCOL = do_MOVE = do_COPY = do_PROPFIND  # noqa: N815

    def _is_known(self) -> bool:
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return self.headers.get("authorization") in (f"Basic {basic}", f"Bearer {PASSWORD}")

    def _body(self) -> bytes | None:
        kept, left = bytearray(), int(self.headers["content-length"])
        while left:
            chunk = self.rfile.read(min(left, 1 << 20))
            if not chunk:
                return None
            kept += chunk
            left -= len(chunk)
        return bytes(kept)

    def _answer(self, status: int, data: bytes = b"", headers: dict[str, str] | None = None) -> None:
        span = self.headers.get("range") if self.command == "GET" and status == 200 else None
        if span:
            begin, _, end = span.removeprefix("bytes=").partition("-")
            status, data = (206, data[int(begin) : int(end or len(data)) + 1]) if int(begin) < len(data) else (416, b"")
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@contextmanager
def plain_put_server() -> Iterator[PlainServer]:
    """Run one on loopback."""
    server = PlainServer()

    class Handler(PlainPut):
        server_ = server

    with served(Handler) as server.port:
        yield server
