"""Requests to web servers that hold files: how they are connected to, asked, and refused."""

import hashlib
import ssl
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import WebAccess
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import ConfigError, StoreError, printable

CHUNK_BYTES = 1 << 20
MOST_SAID_BYTES = 1 << 16  # of an answer that nobody reads
KEPT = ("content-length", "content-type", "cache-control")
CONNECT_SECONDS, IDLE_SECONDS = 10.0, 60.0
LONGEST_ODD_WORD = 60
Client = httpx.Client


class Answered(Exception):  # noqa: N818 - it is what the server did
    """A server answered otherwise than with success."""

    def __init__(self, status: int, method: str) -> None:
        super().__init__(f"the server answers {method} with {status}")
        self.status, self.method = status, method


def connected(base: str, access: WebAccess) -> Client:
    """Return a client of one server; it follows no redirection, which might lead credentials elsewhere.

    Raises:
        ConfigError: ``bad_setting``: the file of certificates cannot be read.
    """
    headers = {"accept-encoding": "identity", "user-agent": "vod_assets"}
    if access.token:
        headers["authorization"] = f"Bearer {access.token}"
    return Client(
        base_url=base,
        auth=(access.username, access.password) if access.username else None,
        headers=headers,
        verify=_trusted(access.ca_file) if base.startswith("https") else False,
        timeout=httpx.Timeout(faults.answer_within(IDLE_SECONDS), connect=faults.at_most(CONNECT_SECONDS)),
        trust_env=False,
    )


def ask(client: Client, method: str, path: str, content: bytes | Iterator[bytes] = b"", **headers: str) -> None:
    """Have a server do something; of a long answer no more is read than of a short one.

    Raises:
        Answered: It did not.
    """
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.stream(method, path, content=content or None, headers=sent) as response:
        expect(response)
        read = 0
        for chunk in response.iter_raw(MOST_SAID_BYTES):
            read += len(chunk)
            if read > MOST_SAID_BYTES:
                return


def expect(response: httpx.Response) -> None:
    """Raise `Answered` unless a server did as told."""
    if not response.is_success:
        raise Answered(response.status_code, response.request.method)


def sent(client: Client, path: Path, name: str, headers: Mapping[str, str]) -> str:
    """Send a file by PUT, and return the SHA-256 of what was sent."""
    digest, count = hashlib.sha256(), counter()

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                count(len(chunk))
                yield chunk

    sized = {**headers, "Content-Length": str(path.stat().st_size)}  # or it is sent in chunks, which many refuse
    ask(client, "PUT", name, chunks(), **sized)
    return digest.hexdigest()


def passed_on(client: Client, path: str, other: str) -> str:
    """Send what a server gives back under another name, and return its SHA-256; its type and caching go along."""
    digest, count = hashlib.sha256(), counter()
    with client.stream("GET", path) as response:
        expect(response)

        def chunks() -> Iterator[bytes]:
            for chunk in response.iter_raw(CHUNK_BYTES):
                digest.update(chunk)
                count(len(chunk))
                yield chunk

        ask(
            client,
            "PUT",
            other,
            chunks(),
            **{name: response.headers[name] for name in KEPT if name in response.headers},
        )
    return digest.hexdigest()


def given_back(client: Client, path: str) -> tuple[str, int, httpx.Headers]:
    """Return SHA-256 and length of what a server gives back, and what it says of it."""
    digest, size_bytes = hashlib.sha256(), 0
    with client.stream("GET", path) as response:
        expect(response)
        for chunk in response.iter_raw(CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
    return digest.hexdigest(), size_bytes, response.headers


def got(client: Client, path: str, most_bytes: int, where: str) -> tuple[bytes, httpx.Headers]:
    """Return a small file of a server, and what it says of it.

    Raises:
        StoreError: ``store_damaged``: it is not small.
    """
    kept = bytearray()
    with client.stream("GET", path) as response:
        expect(response)
        for chunk in response.iter_raw(CHUNK_BYTES):
            kept += chunk
            if len(kept) > most_bytes:
                raise faults.too_long(where, most_bytes)
    return bytes(kept), response.headers


def checked_size(said: str, where: str) -> int:
    """Return a length that a server said.

    Raises:
        StoreError: ``store_failed``: it is none.
    """
    if not (said.isascii() and said.isdigit() and len(said) < LONGEST_ODD_WORD):
        raise _odd(where, "a length", said)
    return int(said)


def checked_time(said: str, where: str) -> float:
    """Return a date that a server said, in seconds since the epoch; 0 where it said none.

    Raises:
        StoreError: ``store_failed``: it is none.
    """
    if not said:
        return 0.0
    try:
        return parsedate_to_datetime(said).timestamp()
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise _odd(where, "a date", said) from error


def _odd(where: str, what: str, said: str) -> StoreError:
    cause = f"the server gives {where} {what} that is none: “{printable(said)[:LONGEST_ODD_WORD]}”"
    return StoreError("store_failed", cause, "Have whoever runs the server look at it, or use another one")


def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:  # an ssl.SSLError is one
        cause = f"VOD_DAV_CA_FILE cannot be read: {faults.said(error)}"
        raise ConfigError("bad_setting", cause, "Name a file of certificates in PEM", file=str(ca_file)) from error
