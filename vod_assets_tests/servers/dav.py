"""WsgiDAV on cheroot: a real WebDAV server from wheels."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vod_assets.adapters.blobs.opening import WebAccess
from vod_assets_tests.servers.processes import free_ports, listens, running

USER, PASSWORD = "origin", "s3cret"


@dataclass(frozen=True)
class DavServer:
    """A running server whose root is ``folder``."""

    address: str
    folder: Path
    access: WebAccess


@contextmanager
def dav_server(folder: Path) -> Iterator[DavServer]:
    """Run WsgiDAV on loopback, with its files below a folder, for one user."""
    root = folder / "root"
    root.mkdir(parents=True)
    port = free_ports(1)[0]
    configuration = {
        "host": "127.0.0.1",
        "port": port,
        "server": "cheroot",
        "provider_mapping": {"/": str(root)},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "property_manager": False,
        "dir_browser": {"enable": False},
        "verbose": 1,
    }
    (folder / "dav.json").write_text(json.dumps(configuration))
    argv = [Path(sys.executable).with_name("wsgidav"), "--config", folder / "dav.json"]
    with running(argv, lambda: listens(port), folder / "dav.log"):
        yield DavServer(f"dav://127.0.0.1:{port}", root, WebAccess(USER, PASSWORD))
