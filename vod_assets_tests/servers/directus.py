"""A Directus with SQLite, as `make` installs it: bootstrapped once, and copied for each session."""

import json
import os
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import run

from vod_assets_tests.servers.processes import free_ports, running

INSTALLED = Path(sys.prefix) / "directus"
PROGRAM = INSTALLED / "node_modules" / "directus" / "cli.js"
EMAIL, PASSWORD, TOKEN = "admin@example.com", "password-of-the-admin", "token-of-the-admin"


@dataclass(frozen=True)
class Directus:
    """A running Directus."""

    url: str

    def asked(self, method: str, path: str, body: object = None) -> object:
        """Return what it answers to its administrator, as JSON; for what tests do behind our back."""
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text)["data"] if text else None


@contextmanager
def directus_server(folder: Path) -> Iterator[Directus]:
    """Run Directus on loopback; it has no collections yet."""
    if not (INSTALLED / ".installed").is_file():
        raise RuntimeError("Directus is not installed: run make .venv/directus/.installed")
    (port,) = free_ports(1)
    shutil.copyfile(_template(), folder / "data.db")
    argv: list[str | Path] = [_node(), PROGRAM, "start"]
    environment = _environment(folder, folder / "data.db", port)
    with running(argv, lambda: _answers(port), folder / "directus.log", environment, folder):
        yield Directus(f"http://127.0.0.1:{port}")


def _template() -> Path:
    """Return an empty database of this version; making it takes some seconds."""
    template = INSTALLED / "template.db"
    if not template.is_file():
        new = INSTALLED / f"new-{os.getpid()}.db"
        argv = [_node(), str(PROGRAM), "bootstrap"]
        run(argv, env=_environment(INSTALLED, new, 1), cwd=INSTALLED, check=True, capture_output=True, timeout=120)
        new.replace(template)
    return template


def _environment(folder: Path, database: Path, port: int) -> dict[str, str]:
    address = f"http://127.0.0.1:{port}"
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": address,
        "DB_CLIENT": "sqlite3",
        "DB_FILENAME": str(database),
        "SECRET": "0123456789abcdef0123456789abcdef",
        "ADMIN_EMAIL": EMAIL,
        "ADMIN_PASSWORD": PASSWORD,
        "ADMIN_TOKEN": TOKEN,
        "SERVE_APP": "false",
        "TELEMETRY": "false",
        "CACHE_ENABLED": "false",
        "RATE_LIMITER_ENABLED": "false",
        "LOG_LEVEL": "warn",
    }


def _node() -> str:
    return shutil.which("node") or "node"


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server/ping", timeout=5) as answer:
            return bool(answer.read() == b"pong")
    except (OSError, urllib.error.URLError):
        return False
