"""Nobody reaches Dagster's UI but through the door: with a login, by its right name, from no other site's page."""

import base64
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from vod_assets_tests.servers.nginx import PASSWORD, USER, door

QUESTION = {"query": "{ version }"}


class Behind(BaseHTTPRequestHandler):
    """A web server that says what reached it."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            return
        said = f"{self.command} {self.path} {self.headers.get('X-Forwarded-User')} {self.headers.get('Authorization')}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said.encode())

    do_GET = do_POST = answer  # noqa: N815 - the names that the library asks for

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with door(tmp_path_factory.mktemp("door"), f"http://127.0.0.1:{server.server_address[1]}") as port:
            yield port
    finally:
        server.shutdown()
        server.server_close()


def ask(port: int, method: str = "GET", path: str = "/", login: bool = True, **headers: str) -> httpx.Response:
    address = f"http://127.0.0.1:{port}{path}"
    credentials = (USER, PASSWORD) if login else None
    body = QUESTION if method == "POST" else None
    return httpx.request(method, address, auth=credentials, json=body, headers={"Host": f"localhost:{port}"} | headers)


def test_who_is_known_is_let_in_and_named(port: int) -> None:
    assert ask(port, "GET", "/runs").text == f"GET /runs {USER} None"
    assert ask(port, "POST", "/graphql", Origin=f"http://localhost:{port}").text == f"POST /graphql {USER} None"


def test_who_is_not_known_is_asked(port: int) -> None:
    assert ask(port, login=False).status_code == 401
    assert ask(port, "POST", "/graphql", login=False).status_code == 401


def test_another_name_of_the_host_leads_nowhere(port: int) -> None:
    """So does a page whose name was pointed at this machine (DNS rebinding)."""
    assert ask(port, Host="evil.example").status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost"])
def test_a_page_of_another_site_changes_nothing(port: int, origin: str) -> None:
    assert ask(port, "POST", "/graphql", Origin=origin).status_code == 403


def test_a_link_changes_nothing(port: int) -> None:
    assert ask(port, "GET", "/graphql?query=mutation{a}").status_code == 405
    assert ask(port, "POST", "/runs").status_code == 403


@pytest.mark.parametrize(("origin", "status"), [("http://localhost:{port}", 101), ("http://evil.example", 403)])
def test_what_the_ui_shows_live_comes_through_for_its_own_page_alone(port: int, origin: str, status: int) -> None:
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    lines = [
        "GET /graphql HTTP/1.1",
        f"Host: localhost:{port}",
        f"Authorization: Basic {login}",
        f"Origin: {origin.format(port=port)}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert connection.recv(64).startswith(f"HTTP/1.1 {status}".encode())
