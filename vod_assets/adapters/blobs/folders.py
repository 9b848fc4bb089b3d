"""What servers of folders have in common, whatever they are asked in.

A file is written under a draft's name, and renamed when all of it is there. Folders are made when something is to lie
in them, and removed with the last of what lay there.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Generic

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.names import draft_of
from vod_assets.adapters.blobs.served import Result, Served, Session
from vod_assets.domain.errors import StoreError
from vod_assets.ports.blobs import Blob

DRAFTS_PATIENCE_SECONDS = 1.0  # a draft that stays is removed with what is older than the grace period


class ServedFolders(Served[Session], Generic[Session]):
    """Files and folders of a server below an address."""

    def replace(self, name: str, data: bytes) -> None:
        """Write a draft and let it take the name's place."""
        with self._draft_beside(name) as draft:
            self._made(name, partial(self._write, draft, data))
            self._moved(name, draft)

    def copy(self, name: str, other: str) -> None:
        """Copy a file, on the server where it can."""
        source = self._path(name)
        if self.stat(name) is None:
            raise faults.gone(self._where(name))
        with self._draft_beside(other) as draft:
            self._made(other, partial(self._copy, source, draft))
            self._moved(other, draft)

    def move(self, name: str, other: str) -> None:
        """Rename a file."""
        source = self._path(name)
        self._tried(other, partial(self._make_folder, other.rpartition("/")[0]))
        self._moved(other, source)

    def delete(self, names: Iterable[str]) -> None:
        """Remove files, and the folders that they leave empty."""
        doomed = list(names)
        for name in doomed:
            self._tried(name, partial(self._removed, self._path(name)))
        for folder in sorted({name.rpartition("/")[0] for name in doomed}, key=len, reverse=True):
            self._tried(folder, partial(self._remove_empty, folder))

    @abstractmethod
    def stat(self, name: str) -> Blob | None:
        """Return what the server says of a file, or None."""

    @abstractmethod
    def _write(self, path: str, data: bytes, session: Session) -> None: ...

    @abstractmethod
    def _copy(self, source: str, path: str, session: Session) -> None: ...

    @abstractmethod
    def _rename(self, source: str, path: str, session: Session) -> None:
        """Rename a file, over another too."""

    @abstractmethod
    def _remove(self, path: str, session: Session) -> None: ...

    @abstractmethod
    def _make_folder(self, folder: str, session: Session) -> None:
        """Make a folder and what is above it, as far as they are not there."""

    @abstractmethod
    def _remove_folder(self, path: str, session: Session) -> None: ...

    @abstractmethod
    def _is_answer(self, error: Exception) -> bool:
        """Whether the server understood, and refused."""

    def _is_held(self, error: Exception) -> bool:
        """Whether a file may be replaced a little later."""
        return self._is_passing(error)

    @contextmanager
    def _draft_beside(self, name: str) -> Iterator[str]:
        """Yield the path of a draft; after a failure it is removed if possible, or a full disk would stay full."""
        draft = self._path(draft_of(name))
        try:
            yield draft
        except Exception:
            with suppress(StoreError, FileNotFoundError), faults.patience(DRAFTS_PATIENCE_SECONDS):
                self._tried(name, partial(self._removed, draft))
            raise

    def _made(self, name: str, make: Callable[[Session], Result]) -> Result:
        """Make a file beside a name; its folder is made when it turns out to be missing."""
        try:
            return self._tried(name, make)
        except FileNotFoundError:
            self._tried(name, partial(self._make_folder, name.rpartition("/")[0]))
        try:
            return self._tried(name, make)
        except FileNotFoundError as error:
            cause = f"{self._where(name)} cannot be made: {faults.said(error.__cause__ or error)}"
            raise StoreError("store_failed", cause, "Check the server, and what its user may write there") from error

    def _moved(self, name: str, source: str) -> None:
        """Rename a file over a name, as soon as no reader holds it; a lost answer is settled by what is there."""
        path, tries = self._path(name), 0

        def move(session: Session) -> None:
            nonlocal tries
            tries += 1
            try:
                self._rename(source, path, session)
            except self.errors as error:
                if tries == 1 or not self._is_missing(error):
                    raise

        try:
            self._tried(name, move, self._is_held)
        except FileNotFoundError as error:
            raise faults.gone(self._where(name)) from error

    def _removed(self, path: str, session: Session) -> None:
        try:
            self._remove(path, session)
        except self.errors as error:
            if not self._is_missing(error):
                raise

    def _remove_empty(self, folder: str, session: Session) -> None:
        while folder:
            try:
                self._remove_folder(self._path(folder), session)
            except self.errors as error:
                if not self._is_answer(error):
                    raise
                return  # it is not empty, or another machine was quicker
            folder = folder.rpartition("/")[0]
