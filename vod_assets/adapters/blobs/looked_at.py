"""A storage below one folder as it was at one look: what was not there then is not asked for, nor listed again."""

from collections.abc import Iterator

from vod_assets.adapters.blobs.names import is_draft
from vod_assets.adapters.blobs.state import look
from vod_assets.ports.blobs import Blobs


class LookedAt:
    """Answers from one look what lies below a folder; the bytes of small files are read.

    Args:
        blobs: The storage.
        folder: The folder, with its slash; of nothing outside it may be asked.

    Attributes:
        word: See `vod_assets.adapters.blobs.state.Look`.
        is_torn: Whether something was gone that had been there at the look.
    """

    def __init__(self, blobs: Blobs, folder: str) -> None:
        seen = look(blobs, folder)
        self.word, self.is_torn = seen.word, False
        self.address = blobs.address
        self._blobs, self._folder, self._folders = blobs, folder, seen.folders

    def read(self, name: str) -> bytes | None:
        """Return a small file that was there."""
        if not self.has(name):
            return None
        data = self._blobs.read(name)
        self.is_torn = self.is_torn or data is None
        return data

    def folders(self, prefix: str) -> list[str]:
        """Return the folders that were directly below a prefix."""
        return sorted(name for name, size in self._entries(prefix).items() if size is None)

    def sizes(self, prefix: str, below: str = "") -> Iterator[tuple[str, int]]:
        """Yield each file below a prefix, by its name there, with its bytes."""
        for name, size_bytes in self._entries(prefix + below).items():
            if size_bytes is not None:
                yield below + name, size_bytes
            elif not is_draft(name):
                yield from self.sizes(prefix, f"{below}{name}/")

    def has(self, name: str) -> bool:
        """Whether a file was there."""
        folder, slash, last = name.removeprefix(self._folder).rpartition("/")
        return self._folders.get(folder + slash, {}).get(last) is not None

    def _entries(self, prefix: str) -> dict[str, int | None]:
        return dict(self._folders.get(prefix.removeprefix(self._folder), {}))
