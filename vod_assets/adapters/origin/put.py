"""The origin on a web server that takes files by PUT and lists none: what is sent together is noted together."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path

from vod_assets.adapters.blobs.put import PutBlobs
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.blocks import BlobBlocks
from vod_assets.adapters.origin.names import checked_path
from vod_assets.adapters.transfers import Load, in_parallel
from vod_assets.domain.errors import StoreError

MOVED_AT_ONCE = 64


class PutOrigin(BlobOrigin):
    """Releases on such a server.

    Args:
        blobs: The server, opened at the origin's address.
        public_url: Address of the server that serves the same files under ``/origin/``.
        scratch: A folder for files on their way.
    """

    def __init__(self, blobs: PutBlobs, public_url: str, scratch: Path) -> None:
        super().__init__(blobs, public_url, scratch)
        self._server, self._blocks = blobs, PutBlocks(blobs)

    def _send(self, title: str, folder: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        self._note_title(title)
        self._server.expect(folder + path for path in map(checked_path, files))
        super()._send(title, folder, files, sha256)


class PutBlocks(BlobBlocks):
    """Titles that were taken down there: their files pass this machine on their way, some at a time.

    Args:
        server: The server, opened at the origin's address.
    """

    def __init__(self, server: PutBlobs) -> None:
        super().__init__(server)
        self._server = server

    def _move(self, title: str, names: Iterable[str], other: Callable[[str], str]) -> None:
        """Copy some, then remove them; one that cannot be copied stops no other, and is named in the end."""
        failed: list[StoreError] = []
        rest = iter(names)
        while some := list(islice(rest, MOVED_AT_ONCE)):
            copied: list[str] = []

            def copy(name: str, copied: list[str] = copied) -> None:
                try:
                    self._server.copy(name, other(name))
                    copied.append(name)
                except StoreError as error:
                    if error.code != "artifact_missing":  # another call was quicker
                        failed.append(error)

            self._server.expect(map(other, some))
            in_parallel(copy, some, Load(f"moving {title}", len(some)), self._server.transfers)
            self._server.delete(copied)
        if failed:
            raise failed[0].about(title)
