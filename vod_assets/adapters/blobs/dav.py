"""Web servers that take files by PUT and list them (WebDAV, RFC 4918): an origin that is itself what players ask.

A file is sent under a draft's name, read back, and moved to its own; a move that must not replace creates a name.
Folders stay when they become empty: a server removes one with all that another writer has just put into it.
"""

import hashlib
import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx
from lxml import etree

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.folders import ServedFolders
from vod_assets.adapters.blobs.landing import Landing, landed
from vod_assets.adapters.blobs.names import checked_name, draft_of
from vod_assets.adapters.blobs.opening import WebAccess
from vod_assets.adapters.blobs.pool import Pool
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

CHUNK_BYTES = 1 << 20
CONNECT_SECONDS, IDLE_SECONDS = 10.0, 60.0
MISSING, NO_FOLDER, TAKEN, FULL = (404, 410), 409, 412, 507
THERE_ALREADY = 405  # of MKCOL
DENIED = (401, 403)
UNKNOWN, OF_WEBDAV = (405, 501), ("PROPFIND", "MKCOL", "MOVE", "COPY")  # what plain HTTP servers answer, and to what
BUSY = (408, 423, 425, 429, 500, 502, 503, 504)
PARTIAL, NOT_SATISFIABLE = 206, 416
TURN, TURN_SECONDS = "-00000000", 60.0
PROPERTIES = (
    b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop>'
    b"<resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>"
)
Client = httpx.Client


class Answered(Exception):  # noqa: N818 - it is what the server did
    """A server answered otherwise than with success."""

    def __init__(self, status: int, method: str) -> None:
        super().__init__(f"the server answers {method} with {status}")
        self.status, self.method = status, method


class DavBlobs(ServedFolders[Client]):
    """Files of a WebDAV server below a folder.

    Args:
        address: ``davs://host/folder``, or ``dav://`` on this machine.
        access: Who reads and writes.
    """

    errors = (Answered, httpx.HTTPError)

    def __init__(self, address: str, access: WebAccess) -> None:
        parts = urlsplit(address)
        self._base = f"{'https' if parts.scheme.lower() == 'davs' else 'http'}://{parts.netloc}"
        self._root = unquote(parts.path).strip("/")
        connect = partial(_connected, self._base, access)
        pool = Pool(connect, Client.close, lambda _: True, lambda error: isinstance(error, Answered))
        super().__init__(address, pool)

    def read(self, name: str, most_bytes: int = 64 << 20) -> bytes | None:
        """Return a small file, or None."""
        path = self._path(name)

        def read(client: Client) -> bytes:
            kept = bytearray()
            with client.stream("GET", path) as response:
                _expect(response)
                for chunk in response.iter_raw(CHUNK_BYTES):
                    kept += chunk
                    if len(kept) > most_bytes:
                        raise faults.too_long(self._where(name), most_bytes)
            return bytes(kept)

        try:
            return self._tried(name, read)
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
                _expect(response)
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

    def create(self, name: str, data: bytes) -> bool:
        """Send a draft and move it to a name that has to be free; one writer at a time looks whether it is.

        Whoever makes a folder beside the name is the one: servers look and move in two steps, and make a folder in one.
        """
        tries = 0
        with self._draft_beside(name) as draft:
            self._made(name, partial(self._write, draft, data))

            def settle(client: Client) -> bool:
                nonlocal tries
                tries += 1
                with self._alone(name, draft, client):
                    try:
                        _ask(client, "MOVE", draft, Destination=self._base + self._path(name), Overwrite="F")
                    except Answered as error:
                        if error.status == TAKEN:
                            _ask(client, "DELETE", draft)
                            return False
                        if error.status not in MISSING or tries == 1:
                            raise
                return True  # or the answer was lost: nobody else knows the draft's name

            return self._tried(name, settle)

    @contextmanager
    def _alone(self, name: str, draft: str, client: Client) -> Iterator[None]:
        """Keep other writers off a name for a moment; what a killed one left is taken away after a while."""
        turn = self._path(draft_of(name).rpartition("-")[0] + TURN) + "/"
        try:
            _ask(client, "MKCOL", turn)
        except Answered as error:
            if error.status != THERE_ALREADY:
                raise
            with _passing_over((*MISSING, NO_FOLDER)):  # its maker has finished
                begun, now = (_modified_at(self._properties(path, "0", client)[0][2]) for path in (turn, draft))
                if now - begun > TURN_SECONDS:  # by one clock, the server's
                    _ask(client, "DELETE", turn)
            raise Answered(BUSY[1], "MKCOL") from error
        try:
            yield
        finally:
            with suppress(Answered):
                _ask(client, "DELETE", turn)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file."""
        try:
            found = self._tried(name, partial(self._properties, self._path(name), "0"))
        except FileNotFoundError:
            return None
        return next((_blob(name, one) for _, is_folder, one in found if not is_folder), None)

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Send a file under a draft's name, read it back, and move it."""
        with self._draft_beside(name) as draft:
            if self._made(name, lambda client: _sent(client, path, draft, headers or {})) != sha256:
                raise faults.unlike_hash(path)
            if self._tried(name, lambda client: _sha256(client, draft)) != sha256:
                raise faults.corrupt(self._where(name))
            self._moved(name, draft)

    def fetch(self, name: str, path: Path, sha256: str = "") -> str:
        """Receive a file, and hash it on the way; after a cut it goes on where the server can."""
        source = self._path(name)

        def receive(landing: Landing) -> None:
            def fetch(client: Client) -> None:
                begun = landing.size_bytes
                with client.stream("GET", source, headers={"range": f"bytes={begun}-"} if begun else {}) as response:
                    if begun and response.status_code == NOT_SATISFIABLE:
                        return
                    _expect(response)
                    skipped = 0 if response.status_code == PARTIAL else begun
                    for chunk in response.iter_raw(CHUNK_BYTES):
                        landing.take(chunk[skipped:])
                        skipped = max(0, skipped - len(chunk))

            self._tried(name, fetch)

        return landed(self._where(name), path, sha256, receive)

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        folder = self._path(prefix or "") + "/"
        try:
            found = self._tried(prefix, partial(self._properties, folder, "1"))
        except FileNotFoundError:
            return
        for path, is_folder, one in found:
            name = path.rstrip("/").rpartition("/")[2]
            if path.strip("/") != unquote(folder).strip("/"):
                yield name, None if is_folder else _blob(prefix + name, one)

    def _properties(self, path: str, depth: str, client: Client) -> list[tuple[str, bool, Any]]:
        """Return path, whether it is a folder, and properties of what lies there, and below it with a depth of 1."""
        response = client.request("PROPFIND", path, content=PROPERTIES, headers={"depth": depth})
        _expect(response)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            document = etree.fromstring(response.content, parser)
        except etree.XMLSyntaxError as error:
            cause = f"{self.address} does not answer PROPFIND as WebDAV does"
            raise StoreError("store_failed", cause, "Use a server with WebDAV (RFC 4918)") from error
        found = []
        for one in document.iter("{DAV:}response"):
            href = unquote(urlsplit(one.findtext("{DAV:}href") or "").path)
            found.append((href, one.find(".//{DAV:}resourcetype/{DAV:}collection") is not None, one))
        return found

    def _path(self, name: str) -> str:
        plain = checked_name(name).removesuffix("/") if name else ""
        return "/" + quote("/".join(part for part in (self._root, plain) if part))

    def _write(self, path: str, data: bytes, client: Client) -> None:
        _ask(client, "PUT", path, data)

    def _copy(self, source: str, path: str, client: Client) -> None:
        _ask(client, "COPY", source, Destination=self._base + path, Overwrite="T")

    def _rename(self, source: str, path: str, client: Client) -> None:
        _ask(client, "MOVE", source, Destination=self._base + path, Overwrite="T")

    def _remove(self, path: str, client: Client) -> None:
        _ask(client, "DELETE", path)

    def _make_folder(self, folder: str, client: Client) -> None:
        whole = [*self._root.split("/"), *folder.split("/")]
        parts = [part for part in whole if part]
        for length in range(1, len(parts) + 1):
            try:
                _ask(client, "MKCOL", "/" + quote("/".join(parts[:length])))
            except Answered as error:
                if error.status != THERE_ALREADY:
                    raise

    def _remove_folder(self, path: str, client: Client) -> None:
        raise Answered(NO_FOLDER, "DELETE")  # see the module's docstring

    def _is_missing(self, error: Exception) -> bool:
        return isinstance(error, Answered) and error.status in (*MISSING, NO_FOLDER)

    def _is_answer(self, error: Exception) -> bool:
        return isinstance(error, Answered)

    def _is_passing(self, error: Exception) -> bool:
        return error.status in BUSY if isinstance(error, Answered) else isinstance(error, httpx.TransportError)

    def _fault(self, where: str, error: Exception) -> StoreError:
        if isinstance(error, Answered) and error.status == FULL:
            return faults.full(where)
        if isinstance(error, Answered) and error.status in UNKNOWN and error.method in OF_WEBDAV:
            cause = f"{self.address} takes files and lists or renames none ({faults.said(error)})"
            return StoreError("store_failed", cause, "Use a server with WebDAV (RFC 4918), a bucket or a share")
        if isinstance(error, Answered) and error.status in DENIED:
            remedy = "Check VOD_DAV_USERNAME and VOD_DAV_PASSWORD, and what that user may write"
            return faults.denied(where, faults.said(error), remedy)
        return faults.unreachable(where, faults.said(error), "Check the server and the network; then run again")


def _connected(base: str, access: WebAccess) -> Client:
    """Return a client of one server; it follows no redirection, which might lead credentials elsewhere."""
    headers = {"accept-encoding": "identity", "user-agent": "vod_assets"}
    if access.token:
        headers["authorization"] = f"Bearer {access.token}"
    context: ssl.SSLContext | bool = False
    if base.startswith("https"):
        context = ssl.create_default_context(cafile=str(access.ca_file) if access.ca_file else None)
    return Client(
        base_url=base,
        auth=(access.username, access.password) if access.username else None,
        headers=headers,
        verify=context,
        timeout=httpx.Timeout(faults.answer_within(IDLE_SECONDS), connect=faults.at_most(CONNECT_SECONDS)),
        trust_env=False,
    )


@contextmanager
def _passing_over(statuses: Collection[int]) -> Iterator[None]:
    try:
        yield
    except Answered as error:
        if error.status not in statuses:
            raise


def _ask(client: Client, method: str, path: str, content: bytes | None = None, **headers: str) -> None:
    _expect(client.request(method, path, content=content, headers=headers))


def _expect(response: httpx.Response) -> None:
    if not response.is_success:
        raise Answered(response.status_code, response.request.method)


def _sent(client: Client, path: Path, draft: str, headers: Mapping[str, str]) -> str:
    digest, count = hashlib.sha256(), counter()

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                count(len(chunk))
                yield chunk

    sized = {**headers, "Content-Length": str(path.stat().st_size)}  # or it is sent in chunks, which many refuse
    _expect(client.put(draft, content=chunks(), headers=sized))
    return digest.hexdigest()


def _sha256(client: Client, path: str) -> str:
    digest = hashlib.sha256()
    with client.stream("GET", path) as response:
        _expect(response)
        for chunk in response.iter_raw(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _blob(name: str, one: Any) -> Blob:
    size = one.findtext(".//{DAV:}getcontentlength") or "0"
    modified_at = _modified_at(one)
    tag = one.findtext(".//{DAV:}getetag") or f"{modified_at} {size}"
    return Blob(name, int(size), modified_at, tag.strip('"'))


def _modified_at(one: Any) -> float:
    dated = one.findtext(".//{DAV:}getlastmodified") or ""
    return parsedate_to_datetime(dated).timestamp() if dated else 0.0
