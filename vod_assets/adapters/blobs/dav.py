"""Web servers that take files by PUT and list them (WebDAV, RFC 4918): an origin that is itself what players ask.

A file is sent under a draft's name, read back, and moved to its own; a move that must not replace creates a name.
Folders stay when they become empty: a server removes one with all that another writer has just put into it.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.dav_answers import Found, found_at
from vod_assets.adapters.blobs.folders import ServedFolders
from vod_assets.adapters.blobs.names import draft_of
from vod_assets.adapters.blobs.opening import WebAccess
from vod_assets.adapters.blobs.web import Answered, Client, ask, given_back, sent
from vod_assets.adapters.blobs.web_files import BUSY, MISSING, WebFiles
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

NO_FOLDER, TAKEN = 409, 412
THERE_ALREADY = 405  # of MKCOL
UNKNOWN, OF_WEBDAV = (405, 501), ("PROPFIND", "MKCOL", "MOVE", "COPY")  # what plain HTTP servers answer, and to what
TURN, TURN_SECONDS = "-00000000", 60.0


class DavBlobs(WebFiles, ServedFolders[Client]):
    """Files of a WebDAV server below a folder.

    Args:
        address: ``davs://host/folder``, or ``dav://`` on this machine.
        access: Who reads and writes.
    """

    def __init__(self, address: str, access: WebAccess) -> None:
        parts = urlsplit(address)
        super().__init__(address, f"{'https' if parts.scheme.lower() == 'davs' else 'http'}://{parts.netloc}", access)

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
                        ask(client, "MOVE", draft, Destination=self._base + self._path(name), Overwrite="F")
                    except Answered as error:
                        if error.status == TAKEN:
                            ask(client, "DELETE", draft)
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
            ask(client, "MKCOL", turn)
        except Answered as error:
            if error.status != THERE_ALREADY:
                raise
            with _passing_over((*MISSING, NO_FOLDER)):  # its maker has finished
                begun, now = (self._found(path, "0", client)[0].modified_at() for path in (turn, draft))
                if now - begun > TURN_SECONDS:  # by one clock, the server's
                    ask(client, "DELETE", turn)
            raise Answered(BUSY[1], "MKCOL") from error
        try:
            yield
        finally:
            with suppress(Answered):
                ask(client, "DELETE", turn)

    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file."""
        try:
            found = self._tried(name, partial(self._found, self._path(name), "0"))
        except FileNotFoundError:
            return None
        return next((one.blob(name) for one in found if not one.is_folder), None)

    def send(self, path: Path, name: str, sha256: str, headers: Mapping[str, str] | None = None) -> None:
        """Send a file under a draft's name, read it back, and move it."""
        with self._draft_beside(name) as draft:
            if self._made(name, lambda client: sent(client, path, draft, headers or {})) != sha256:
                raise faults.unlike_hash(path)
            if self._tried(name, lambda client: given_back(client, draft)[0]) != sha256:
                raise faults.corrupt(self._where(name))
            self._moved(name, draft)

    def _listed(self, prefix: str) -> Iterator[tuple[str, Blob | None]]:
        folder = self._path(prefix or "") + "/"
        try:
            found = self._tried(prefix, partial(self._found, folder, "1"))
        except FileNotFoundError:
            return
        for one in found:
            if one.path != unquote(folder).strip("/"):
                yield one.name, None if one.is_folder else one.blob(prefix + one.name)

    def _found(self, path: str, depth: str, client: Client) -> list[Found]:
        return found_at(client, path, depth, self.address)

    def _write(self, path: str, data: bytes, client: Client) -> None:
        ask(client, "PUT", path, data)

    def _copy(self, source: str, path: str, client: Client) -> None:
        ask(client, "COPY", source, Destination=self._base + path, Overwrite="T")

    def _rename(self, source: str, path: str, client: Client) -> None:
        ask(client, "MOVE", source, Destination=self._base + path, Overwrite="T")

    def _remove(self, path: str, client: Client) -> None:
        ask(client, "DELETE", path)

    def _make_folder(self, folder: str, client: Client) -> None:
        whole = [*self._root.split("/"), *folder.split("/")]
        parts = [part for part in whole if part]
        for length in range(1, len(parts) + 1):
            try:
                ask(client, "MKCOL", "/" + quote("/".join(parts[:length])))
            except Answered as error:
                if error.status != THERE_ALREADY:
                    raise

    def _remove_folder(self, path: str, client: Client) -> None:
        raise Answered(NO_FOLDER, "DELETE")  # see the module's docstring

    def _is_missing(self, error: Exception) -> bool:
        return super()._is_missing(error) or (isinstance(error, Answered) and error.status == NO_FOLDER)

    def _fault(self, where: str, error: Exception) -> StoreError:
        if isinstance(error, Answered) and error.status in UNKNOWN and error.method in OF_WEBDAV:
            cause = f"{self.address} takes files and lists or renames none ({faults.said(error)})"
            return StoreError("store_failed", cause, "Use a server with WebDAV (RFC 4918), a bucket or a share")
        return super()._fault(where, error)


@contextmanager
def _passing_over(statuses: Collection[int]) -> Iterator[None]:
    try:
        yield
    except Answered as error:
        if error.status not in statuses:
            raise
