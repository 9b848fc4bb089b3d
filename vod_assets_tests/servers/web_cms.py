"""A CMS that is asked by REST, as many are: rows below `data`, entity tags, tokens that end; it has bad weather."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

CLIENT = "Basic aG91c2U6c2VjcmV0LW9mLXRoZS1ob3VzZQ=="  # house:secret-of-the-house
SECRET = "secret-of-the-house"


@dataclass
class Weather:
    """What goes wrong, once each: a status, a body, headers, and whether the work is done all the same."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    is_done: bool = False
    seconds: float = 0.0
    method: str = ""


@dataclass
class WebCms:
    """A running CMS, and what it is told to do.

    Attributes:
        rows: By table and key.
        weather: Comes first, one a request.
        is_open: Whether it asks for a token.
        tokens: Those that it gave.
        ended: Those that it no longer takes.
        calls: Method and path of each request.
    """

    url: str = ""
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {"titles": {}, "versions": {}})
    weather: list[Weather] = field(default_factory=list)
    is_open: bool = False
    tokens: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, method: str, address: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, str]:
        """Return status, document and entity tag."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if not self.is_open and (token not in self.tokens or token in self.ended):
            return 401, {"error": f"no such token: {token}"}, ""
        parts = urlsplit(address)
        _, table, key = (*parts.path.split("/"), "")[:3]
        with self.lock:
            return self._changed(method, self.rows[table], unquote(key), body, headers, parse_qs(parts.query))

    def _changed(
        self, method: str, rows: Any, key: str, body: Any, headers: dict[str, str], query: dict[str, list[str]]
    ) -> tuple[int, Any, str]:
        row = rows.get(key)
        if method == "GET" and not key:
            titles = query.get("title")
            found = [one for one in rows.values() if titles is None or one["title"] in titles]
            start, limit = int(query["offset"][0]), int(query["limit"][0])
            return 200, {"data": found[start : start + limit]}, ""
        if method == "POST":
            if body["slug"] in rows:
                return 409, {"error": "there is one"}, ""
            rows[body["slug"]] = body
            return 201, {"data": body}, ""
        if row is None:
            return 404, {"error": "there is none"}, ""
        if method == "PUT":
            if headers.get("if-match", tag(row)) != tag(row):
                return 412, {"error": "it has changed"}, ""
            rows[key] = body
        if method == "DELETE":
            del rows[key]
        return 200, {"data": rows.get(key)}, tag(row)


def tag(row: Any) -> str:
    """Return the entity tag of a row."""
    return f'"{hash(json.dumps(row, sort_keys=True))}"'


@contextmanager
def web_cms() -> Iterator[WebCms]:
    """Run the CMS on loopback."""
    cms = WebCms()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            cms.calls.append(f"{self.command} {self.path}")
            if self.path == "/token":
                return self._token(headers)
            weather = self._weather()
            body = json.loads(data) if data else None
            if weather is None or weather.is_done:
                status, document, etag = cms.answered(self.command, self.path, body, headers)
                sent = json.dumps(document).encode()
            if weather is not None:
                time.sleep(weather.seconds)
                status, sent, etag = weather.status, weather.body, ""
            self._send(status, sent, {"etag": etag} if etag else weather.headers if weather else {})
            return None

        def _weather(self) -> Weather | None:
            first = cms.weather[0] if cms.weather else None
            return cms.weather.pop(0) if first and first.method in ("", self.command) else None

        def _token(self, headers: dict[str, str]) -> None:
            if headers.get("authorization") != CLIENT:
                return self._send(401, b'{"error": "invalid_client"}', {})
            cms.tokens.append(f"token-{len(cms.tokens)}")
            return self._send(200, json.dumps({"access_token": cms.tokens[-1], "expires_in": 300}).encode(), {})

        def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the standard library's names

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    cms.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield cms
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
