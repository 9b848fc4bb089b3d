"""Web servers that take files by PUT, give them back, remove them, and do no more: what lies there is noted beside it.

A file is sent under its own name and read back. See `put_index` for what is noted, `put_proof` for what a server has to
do, and `put_turn` for one that does less. Folders stay noted when they become empty.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import WebAccess
from vod_assets.adapters.blobs.put_index import Entry, Index
from vod_assets.adapters.blobs.put_notes import Notes
from vod_assets.adapters.blobs.put_proof import TAKEN, proved
from vod_assets.adapters.blobs.put_turn import Turn
from vod_assets.adapters.blobs.served import Result
from vod_assets.adapters.blobs.web import (
    CHUNK_BYTES,
    Answered,
    Client,
    ask,
    checked_size,
    checked_time,
    expect,
    given_back,
    got,
    passed_on,
    sent,
)
from vod_assets.adapters.blobs.web_files import BUSY, DENIED, FULL, WebFiles
from vod_assets.adapters.transfers import counter
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

TURN = ".turn"
NEW, SAME = "If-None-Match", "If-Match"
MOST_DOCUMENT_BYTES = 64 << 20
MENDED_AFTER_SECONDS = 3600.0  # whoever named a file has finished, or was killed
LEFT_PATIENCE_SECONDS = 1.0


class PutBlobs(WebFiles):
    """Files of a plain web server below a folder.

    Args:
        address: ``https+put://host/folder``, or ``http+put://`` on this machine.
        access: Who reads and writes.
    """

    def __init__(self, address: str, access: WebAccess) -> None:
        parts = urlsplit(address)
        super().__init__(address, f"{parts.scheme.lower().removesuffix('+put')}://{parts.netloc}", access)
        self._notes = Notes(self)
        self._turn = Turn(partial(self.read, TURN), partial(self._write, TURN), self.address)
        self._mutex = threading.Lock()
        self._minds: bool | None = None  # conditions of PUT; nobody has asked yet

    def expect(self, names: Iterable[str]) -> None:
        """Note files that will be sent, all at once instead of one by one."""
        self._notes.expect(names)

    def create(self, name: str, data: bytes) -> bool:
        """Send a small file under a condition, or in turn; a lost answer is settled by what is there."""
        if self.stat(name) is not None:
            return False
        self._notes.expect([name])
        with self.turn():
            if not self._is_new(name, data):
                return False
        self._read_back(name, data)
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Send a small file, and read it back."""
        self._notes.expect([name])
        self._write(name, data)
        self._read_back(name, data)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file."""
        found = self._headers(name)
        return None if found is None else self._blob(name, found)

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Send a file and read it back; what was sent of one that is not whole is removed."""
        if _sha256(path) != sha256:
            raise faults.unlike_hash(path)
        self._brought(name, lambda client: sent(client, path, self._path(name), headers or {}), sha256)

    def copy(self, name: str, other: str) -> None:
        """Send what the server gives back under another name; nothing of it is kept here."""
        if self._headers(name) is None:
            raise faults.gone(self._where(name))
        self._brought(other, lambda client: passed_on(client, self._path(name), self._path(other)))

    def move(self, name: str, other: str) -> None:
        """Copy a file, then remove the first."""
        self.copy(name, other)
        self.delete([name])

    def delete(self, names: Iterable[str]) -> None:
        """Remove files, some at a time."""
        self._notes.strike(names, self._delete)

    def load(self, name: str) -> tuple[bytes | None, str]:
        """Return a document and its entity tag; None when there is none."""
        try:
            data, headers = self._tried(name, partial(self._got, name))
        except FileNotFoundError:
            return None, ""
        return data, headers.get("etag", "")

    def store(self, name: str, data: bytes, tag: str) -> bool:
        """Write a document over the one of a tag (empty: over none); False when another writer was quicker."""
        return self._surely(name, partial(self._put, name, data, {SAME: tag} if tag else {NEW: "*"}))

    def turn(self) -> AbstractContextManager[None]:
        """Keep other writers away, where the server minds no conditions."""
        return nullcontext() if self._minds_conditions() else self._turn.held()

    def _minds_conditions(self) -> bool:
        with self._mutex:
            if self._minds is None:
                self._minds = self._surely("", lambda client: proved(client, self._path, self.address))
            return self._minds

    def _is_new(self, name: str, data: bytes) -> bool:
        """Send a small file unless there is one; return whether it is this one."""
        if not self._minds_conditions() and self.stat(name) is not None:
            return False
        tries = 0

        def put(client: Client) -> bool:
            nonlocal tries
            tries += 1
            is_done = self._put(name, data, {NEW: "*"}, client)
            return is_done or (tries > 1 and self._got(name, client)[0] == data)

        return self._surely(name, put)

    def _put(self, name: str, data: bytes, condition: Mapping[str, str], client: Client) -> bool:
        try:
            ask(client, "PUT", self._path(name), data, **(condition if self._minds else {}))
        except Answered as error:
            if error.status != TAKEN:
                raise
            return False
        return True

    def _write(self, name: str, data: bytes) -> None:
        self._surely(name, partial(self._put, name, data, {}))

    def _read_back(self, name: str, data: bytes) -> None:
        there, headers = self._surely(name, partial(self._got, name))
        if there != data:
            raise faults.corrupt(self._where(name))
        self._settle(name, headers, len(there))

    def _brought(self, name: str, bring: Callable[[Client], str], sha256: str = "") -> None:
        """Have a file written and read back; after a failure it is removed if possible."""
        self._notes.expect([name])
        try:
            promised = self._surely(name, bring)
            there, size_bytes, headers = self._surely(name, lambda client: given_back(client, self._path(name)))
            if sha256 not in ("", promised) or there != promised:
                raise faults.corrupt(self._where(name))
        except Exception:
            with suppress(StoreError), faults.patience(LEFT_PATIENCE_SECONDS):
                self.delete([name])
            raise
        self._settle(name, headers, size_bytes)

    def _settle(self, name: str, headers: httpx.Headers, size_bytes: int) -> None:
        found = self._blob(name, {"content-length": str(size_bytes), **headers})
        self._notes.settle(name, found.size_bytes, found.modified_at, found.version)

    def _got(self, name: str, client: Client) -> tuple[bytes, httpx.Headers]:
        return got(client, self._path(name), MOST_DOCUMENT_BYTES, self._where(name))

    def _delete(self, names: list[str]) -> None:
        _side_by_side(self._remove, names, self.transfers)

    def _remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._tried(name, lambda client: ask(client, "DELETE", self._path(name)))

    def _headers(self, name: str) -> httpx.Headers | None:
        def head(client: Client) -> httpx.Headers:
            response = client.head(self._path(name))
            expect(response)
            return response.headers

        try:
            return self._tried(name, head)
        except FileNotFoundError:
            return None

    def _blob(self, name: str, said: Mapping[str, str]) -> Blob:
        where = self._where(name)
        modified_at = checked_time(said.get("last-modified", ""), where) or self._notes.noted_at(name)
        size = said.get("content-length", "")
        tag = said.get("etag", "").strip('"') or f"{modified_at} {size}"
        return Blob(name, checked_size(size, where), modified_at, tag)

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        index = self._notes.index(prefix)
        yield from ((name, None) for name in index.folders)
        for name, one in {**index.files, **self._looked_for(prefix, index)}.items():
            if not one.is_open:
                yield name, Blob(prefix + name, one.size_bytes, one.modified_at, one.version)

    def _looked_for(self, folder: str, index: Index) -> dict[str, Entry]:
        """Return what is there of the files whose writers have not said so yet; those long gone are noted for good."""
        left = {name: one for name, one in index.files.items() if one.is_open}
        found: dict[str, Entry] = {}

        def look(name: str) -> None:
            if (one := self.stat(folder + name)) is not None:
                found[name] = Entry(left[name].noted_at, one.size_bytes, one.modified_at, one.version)

        _side_by_side(look, list(left), self.transfers)
        oldest = time.time() - MENDED_AFTER_SECONDS
        if any(one.noted_at < oldest for one in left.values()):
            old = {name: one.noted_at for name, one in left.items() if one.noted_at < oldest}
            with suppress(StoreError):  # whoever only reads may not write
                self._notes.mend(folder, _some(found, old), {name: at for name, at in old.items() if name not in found})
        return found

    def _surely(self, name: str, work: Callable[[Client], Result]) -> Result:
        """Do the same as `_tried` with what has to be there."""
        try:
            return self._tried(name, work)
        except FileNotFoundError as error:
            raise self._unfit(self._where(name), error.__cause__ or error) from error

    def _fault(self, where: str, error: Exception) -> StoreError:
        if isinstance(error, Answered) and error.status not in (*DENIED, *BUSY, FULL):
            return self._unfit(where, error)
        return super()._fault(where, error)

    def _unfit(self, where: str, error: BaseException) -> StoreError:
        remedy = "Have the server take PUT, GET, HEAD and DELETE below its address, making folders by itself"
        return StoreError("store_failed", f"{where}: {faults.said(error)}", remedy)


def _side_by_side(work: Callable[[str], None], names: Sequence[str], at_once: int) -> None:
    """Do the work for each name; as patient in other threads as in this one."""
    seconds = faults.PATIENCE_SECONDS.get()

    def patiently(name: str) -> None:
        with faults.patience(seconds):
            work(name)

    with ThreadPoolExecutor(max(1, min(at_once, len(names))), thread_name_prefix="put") as pool:
        for _ in pool.map(patiently, names):
            pass


def _some(found: Mapping[str, Entry], names: Iterable[str]) -> dict[str, Entry]:
    return {name: found[name] for name in names if name in found}


def _sha256(path: Path) -> str:
    """Return the digest of a local file; whoever gives the transfer up ends it."""
    digest, count = hashlib.sha256(), counter()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            count(0)
    return digest.hexdigest()
