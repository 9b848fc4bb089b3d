"""The edge of a CDN as viewers of one country meet it: it runs the function that `vod edge-rules` writes.

Node.js runs the function, as CloudFront would; what the function lets through is fetched from the server behind the
edge, and nothing is kept.
"""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, Any

import httpx

from vod_assets.domain.edge_rules import cloudfront_function

PASSED_ON = ("content-type", "content-length", "content-range", "accept-ranges", "cache-control")
EDGE = """
let known = '', handler;
require('readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  const { source, uri, country } = JSON.parse(line);
  if (source !== known) { handler = new Function(source + ';return handler')(); known = source; }
  const headers = { 'cloudfront-viewer-country': { value: country } };
  const answer = await handler({ request: { uri, headers, querystring: {} } });
  console.log(answer.statusCode || 200);
});
"""
Rows = Callable[[], Mapping[str, dict[str, Any]]]


class Function:
    """The function at the edge; it reads the table anew for each request.

    Args:
        rows: The table as the CDN has it now.
        to_node, from_node: Lead to the process that runs it.
    """

    def __init__(self, rows: Rows, to_node: IO[str], from_node: IO[str]) -> None:
        self._rows, self._to, self._from = rows, to_node, from_node
        self._turn = threading.Lock()

    def status(self, uri: str, country: str) -> int:
        """Return what it answers to a viewer: 200 where it lets the request through."""
        asked = {"source": cloudfront_function(self._rows()), "uri": uri, "country": country}
        with self._turn:
            self._to.write(json.dumps(asked) + "\n")
            self._to.flush()
            return int(self._from.readline())


@contextmanager
def function(rows: Rows) -> Iterator[Function]:
    """Run the function while the context lasts."""
    node = subprocess.Popen(["node", "-e", EDGE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with node:
        assert node.stdin
        assert node.stdout
        yield Function(rows, node.stdin, node.stdout)
        node.stdin.close()


@contextmanager
def edge(rule: Function, behind: str, country: str) -> Iterator[str]:
    """Serve what lies behind the edge to viewers of a country, and return the edge's address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status = rule.status(self.path.partition("?")[0], country)
            if status != httpx.codes.OK:
                return self._say(status, {"content-length": "0"}, b"")
            asked = {name: self.headers[name] for name in ("range", "accept") if name in self.headers}
            answer = web.get(behind + self.path, headers={**asked, "accept-encoding": "identity"})
            kept = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
            return self._say(answer.status_code, kept | {"content-length": str(len(answer.content))}, answer.content)

        def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    with httpx.Client(timeout=30) as web, ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
