"""What is read from every web server that holds files, whatever it is written by."""

from abc import abstractmethod
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.landing import Landing, landed
from vod_assets.adapters.blobs.names import checked_name
from vod_assets.adapters.blobs.opening import WebAccess
from vod_assets.adapters.blobs.pool import Pool
from vod_assets.adapters.blobs.served import Served
from vod_assets.adapters.blobs.web import CHUNK_BYTES, Answered, Client, connected, expect, got
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

MISSING, FULL = (404, 410), 507
DENIED = (401, 403)
BUSY = (408, 423, 425, 429, 500, 502, 503, 504)
PARTIAL, NOT_SATISFIABLE = 206, 416


class WebFiles(Served[Client]):
    """Files of a web server below a folder.

    Args:
        address: An address whose path is the folder.
        base: The server: ``https://host``.
        access: Who reads and writes.
    """

    errors = (Answered, httpx.HTTPError, httpx.InvalidURL)

    def __init__(self, address: str, base: str, access: WebAccess) -> None:
        self._base, self._root = base, unquote(urlsplit(address).path).strip("/")
        connect = partial(connected, base, access)
        super().__init__(
            address, Pool(connect, Client.close, lambda _: True, lambda error: isinstance(error, Answered))
        )

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""
        path = self._path(name)
        try:
            return self._tried(name, lambda client: got(client, path, most_bytes, self._where(name))[0])
        except FileNotFoundError:
            return None

    def read_range(self, name: str, start: int, end: int) -> bytes | None:
        """Return a part of a file, or None; a server that sends all of it is not listened to for longer than needed."""
        path = self._path(name)

        def read(client: Client) -> bytes:
            kept = bytearray()
            with client.stream("GET", path, headers={"range": f"bytes={start}-{end - 1}"}) as response:
                if response.status_code == NOT_SATISFIABLE:
                    return b""
                expect(response)
                skipped = 0 if response.status_code == PARTIAL else start
                for chunk in response.iter_raw(CHUNK_BYTES):
                    kept += chunk
                    if len(kept) >= skipped + end - start:
                        break
            return bytes(kept[skipped : skipped + end - start])

        try:
            return self._tried(name, read)
        except FileNotFoundError:
            return None

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Receive a file, and hash it on the way; after a cut it goes on where the server can."""
        source = self._path(name)

        def receive(landing: Landing) -> None:
            def fetch(client: Client) -> None:
                begun = landing.size_bytes
                with client.stream("GET", source, headers={"range": f"bytes={begun}-"} if begun else {}) as response:
                    if begun and response.status_code == NOT_SATISFIABLE:
                        return
                    expect(response)
                    skipped = 0 if response.status_code == PARTIAL else begun
                    for chunk in response.iter_raw(CHUNK_BYTES):
                        landing.take(chunk[skipped:])
                        skipped = max(0, skipped - len(chunk))

            self._tried(name, fetch)

        return landed(self._where(name), path, sha256, receive)

    @abstractmethod
    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file, or None."""

    def _path(self, name: str) -> str:
        plain = checked_name(name).removesuffix("/") if name else ""
        return "/" + quote("/".join(part for part in (self._root, plain) if part))

    def _is_missing(self, error: Exception) -> bool:
        return isinstance(error, Answered) and error.status in MISSING

    def _is_answer(self, error: Exception) -> bool:
        return isinstance(error, Answered)

    def _is_passing(self, error: Exception) -> bool:
        return error.status in BUSY if isinstance(error, Answered) else isinstance(error, httpx.TransportError)

    def _fault(self, where: str, error: Exception) -> StoreError:
        if isinstance(error, Answered) and error.status == FULL:
            return faults.full(where)
        if isinstance(error, Answered) and error.status in DENIED:
            remedy = "Check VOD_DAV_USERNAME and VOD_DAV_PASSWORD, or VOD_DAV_TOKEN, and what that user may write"
            return faults.denied(where, faults.said(error), remedy)
        return faults.unreachable(where, faults.said(error), "Check the server and the network; then run again")
