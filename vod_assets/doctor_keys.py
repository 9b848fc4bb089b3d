"""What `vod doctor` looks at where content keys come from; no key is asked for."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from vod_assets.doctor import Finding, State
from vod_assets.places import absolute
from vod_assets.settings import Settings

PATIENCE_SECONDS = 5.0
PORTS = {"https": 443, "http": 80}


def check_keys(settings: Settings) -> Iterator[Finding]:
    """Whether the provider of content keys can be used."""
    kind, _, place = settings.keys.partition(":")
    if kind == "speke":
        yield from _key_server(settings, place)
    elif kind == "static":
        from vod_assets.adapters.keys.static import read_titles

        yield Finding("VOD_KEYS", State.OK, f"{place}: keys of {len(read_titles(absolute(place)))} titles")
    else:
        yield _master_secret(absolute(place) if place else settings.home_path / "keys" / "master")


def _master_secret(path: Path) -> Finding:
    from vod_assets.adapters.keys.secret_files import read_secret

    try:
        read_secret(path, "the master secret of content keys")
    except FileNotFoundError:
        return Finding("VOD_KEYS", State.OK, f"local: {path} is made when the first protected title needs it")
    return Finding("VOD_KEYS", State.OK, f"local: {path}, which belongs into your backup")


def _key_server(settings: Settings, url: str) -> Iterator[Finding]:
    if settings.keys_certificate:
        from vod_assets.adapters.keys.cpix_delivery import Recipient

        Recipient.of_file(settings.keys_certificate)
        yield Finding("VOD_KEYS_CERTIFICATE", State.OK, "keys come encrypted for it")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_SECONDS):
            found = f"a server listens at {host}:{port}; whether it gives keys, a protected title shows"
            yield Finding("VOD_KEYS", State.OK, found)
    except OSError as error:
        cause = f"no server listens at {host}:{port}: {error.strerror or error}"
        yield Finding("VOD_KEYS", State.FAULT, cause, "Check VOD_KEYS and the network; protected titles wait for it")
