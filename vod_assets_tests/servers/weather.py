"""Bad weather between a client and a server: an HTTP proxy that fails as clouds do, and a TCP proxy that hangs up."""

import http.client
import itertools
import random
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_DOWN = (
    b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)
EXPIRED = (
    b"<?xml version='1.0'?><Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
)
REFUSALS = itertools.cycle([(500, b""), (503, b""), (503, SLOW_DOWN)])
HOP_BY_HOP = ("connection", "transfer-encoding", "keep-alive")


Answer = tuple[int, list[tuple[str, str]], bytes]


@dataclass
class Weather:
    """How bad it is; it may change while the proxy runs.

    Attributes:
        refused: Share of requests that are answered 500, 503 or SlowDown, and never reach the server.
        lost: Share of requests that the server did, and whose answer is cut before its first byte.
        cut: Share of answers that are cut in the middle of their body.
        flipped: Share of uploads in which one bit arrives wrong.
        latency_seconds: What every request waits.
        is_expired: Whether every request is told that its credentials have expired.
        happened: What was done to how many requests.
    """

    seed: int = 1
    refused: float = 0.0
    lost: float = 0.0
    cut: float = 0.0
    flipped: float = 0.0
    latency_seconds: float = 0.0
    is_expired: bool = False
    happened: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - weather, no secret
        self._mutex = threading.Lock()

    def strikes(self, kind: str) -> bool:
        """Whether a kind of trouble comes now."""
        with self._mutex:
            strikes = self._random.random() < getattr(self, kind)
            self.happened[kind] += strikes
            return strikes


@contextmanager
def http_proxy(upstream_port: int, weather: Weather) -> Iterator[int]:
    """Run an HTTP proxy on loopback and yield its port; requests are passed on as they are, signatures and all."""

    class Handler(Passing):
        port, sky = upstream_port, weather

    with served(Handler) as port:
        yield port


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Answer HTTP on loopback and yield the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class Passing(BaseHTTPRequestHandler):
    """Passes requests on to another port of this machine, as the weather lets it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or a body waits 40 ms for the head's acknowledgement
    port: int
    sky: Weather

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        pass

    def handle_one_request(self) -> None:
        with suppress(ConnectionError):
            super().handle_one_request()

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        time.sleep(self.sky.latency_seconds)
        if self.sky.is_expired:
            self._answer(400, EXPIRED)
        elif self.sky.strikes("refused"):
            self._answer(*next(REFUSALS))
        else:
            self._pass_on(body)

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815

    def _pass_on(self, body: bytes) -> None:
        if len(body) > 1 and self.sky.strikes("flipped"):
            body = body[:-1] + bytes([body[-1] ^ 1])
        status, headers, answer = self.asked(self.command, self.path, self.headers.items(), body)
        if self.sky.strikes("lost"):
            self._hang_up()
            return
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if "content-length" not in [name.lower() for name, _ in headers]:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if answer and self.sky.strikes("cut"):
            self.wfile.write(answer[: len(answer) // 2])
            self._hang_up()
            return
        self.wfile.write(answer)

    def asked(self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Return what the server answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def _answer(self, status: int, said: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else said)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class TcpProxy:
    """Passes bytes on until it is told to hang up, or has passed on enough of them.

    Args:
        upstream_port: The server's.
        cut_after_bytes: Each connection is cut after about so many bytes, some after fewer; 0: never.
        cuts: How many connections are cut that way before the weather clears up.
        latency_seconds: What every piece waits.
    """

    def __init__(
        self, upstream_port: int, cut_after_bytes: int = 0, cuts: int = 0, latency_seconds: float = 0.0
    ) -> None:
        self.upstream_port, self.cut_after_bytes, self.cuts_left = upstream_port, cut_after_bytes, cuts
        self.cuts, self.latency_seconds = 0, latency_seconds
        self._random, self._open = random.Random(1), set[socket.socket]()  # noqa: S311 - weather, no secret
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and hang up on everybody."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        self._thread.join()

    def hang_up(self) -> None:
        """Cut every connection."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            upstream = socket.create_connection(("127.0.0.1", self.upstream_port), timeout=10)
        except OSError:
            client.close()
            return
        with client, upstream, selectors.DefaultSelector() as ready:
            self._open |= {client, upstream}
            for one, other in ((client, upstream), (upstream, client)):
                ready.register(one, selectors.EVENT_READ, other)
            with suppress(OSError):
                self._pass_on(ready, self._allowance())
            self._open -= {client, upstream}

    def _allowance(self) -> float:
        return self.cut_after_bytes * (0.2 + self._random.random()) if self.cuts_left > 0 else float("inf")

    def _pass_on(self, ready: selectors.BaseSelector, allowance: float) -> None:
        while True:
            for key, _ in ready.select(1.0):
                source = key.fileobj
                assert isinstance(source, socket.socket)
                if not (data := source.recv(1 << 16)):
                    return
                time.sleep(self.latency_seconds)
                allowance -= len(data)
                if allowance < 0:
                    self.cuts, self.cuts_left = self.cuts + 1, self.cuts_left - 1
                    return
                key.data.sendall(data)
