"""A web server that takes files by PUT and knows nothing of WebDAV, as ingest addresses of packagers are."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from vod_assets_tests.servers.weather import served


class PlainPut(BaseHTTPRequestHandler):
    """Keeps files in a dictionary; to all but PUT, GET, HEAD and DELETE it answers 405 (Method Not Allowed)."""

    protocol_version = "HTTP/1.1"
    held: dict[str, bytes]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        pass

    def do_PUT(self) -> None:
        self.held[self.path] = self.rfile.read(int(self.headers["content-length"]))
        self._answer(201)

    def do_GET(self) -> None:
        data = self.held.get(self.path)
        self._answer(404) if data is None else self._answer(200, data)

    def do_DELETE(self) -> None:
        self._answer(404 if self.held.pop(self.path, None) is None else 204)

    def do_PROPFIND(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self._answer(405)

    do_HEAD = do_GET  # noqa: N815
    do_MKCOL = do_MOVE = do_COPY = do_PROPFIND  # noqa: N815

    def _answer(self, status: int, data: bytes = b"") -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@contextmanager
def plain_put_server() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Run one on loopback; yield its address as WebDAV's, and what it holds."""

    class Server(PlainPut):
        held: dict[str, bytes] = {}

    with served(Server) as port:
        yield f"dav://127.0.0.1:{port}/origin", Server.held
