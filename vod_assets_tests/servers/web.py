"""A web server with TLS and a certificate of its own, which serves a folder."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vod_assets_tests.servers.processes import free_ports, listens, running

SERVER = """\
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

port, root, certificate, key = int(sys.argv[1]), *sys.argv[2:5]
routes = [
    Route("/moved/{name:path}", lambda request: RedirectResponse("/" + request.path_params["name"])),
    Route("/outside/{name:path}", lambda request: RedirectResponse("http://127.0.0.1:9/")),
    Mount("/", StaticFiles(directory=root)),
]
uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=port, ssl_certfile=certificate, ssl_keyfile=key)
"""


@dataclass(frozen=True)
class WebServer:
    """A running server of the files in ``folder``."""

    address: str
    folder: Path
    certificate: Path


@contextmanager
def web_server(folder: Path) -> Iterator[WebServer]:
    """Run uvicorn on loopback."""
    (port,) = free_ports(1)
    root, certificate, key = folder / "root", folder / "cert.pem", folder / "key.pem"
    root.mkdir(parents=True)
    make_certificate(certificate, key)
    (folder / "server.py").write_text(SERVER)
    argv: list[str | Path] = [sys.executable, folder / "server.py", str(port), root, certificate, key]
    with running(argv, lambda: listens(port), folder / "web.log"):
        yield WebServer(f"https://localhost:{port}", root, certificate)


def make_certificate(certificate: Path, key: Path) -> None:
    """Write a certificate of this machine that signs itself."""
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    subprocess.run(
        ["openssl", *request, "-addext", names, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
