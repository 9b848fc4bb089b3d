"""What servers have in common, whatever they are asked in: sessions that are lent, and faults that are waited out."""

import weakref
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.names import Listings
from vod_assets.adapters.blobs.pool import Pool
from vod_assets.domain.errors import StoreError

Session = TypeVar("Session")
Result = TypeVar("Result")


class Served(Listings, Generic[Session]):
    """Files of a server below an address.

    Args:
        address: How the place is called: ``smb://host/share/folder``.
        pool: Sessions with the server.
    """

    transfers = 8  # connections; a server has a process for each, or allows few
    errors: ClassVar[tuple[type[Exception], ...]]
    """What sessions raise."""

    def __init__(self, address: str, pool: Pool[Session]) -> None:
        self.address, self._pool = address.rstrip("/"), pool
        weakref.finalize(self, pool.clear)

    def sent_sha256(self, name: str) -> str:
        """Return nothing: a server of files keeps no checksums."""
        return ""

    def path(self, name: str) -> Path | None:
        """Return None: a server that is not mounted is no disk."""
        return None

    @abstractmethod
    def _path(self, name: str) -> str:
        """Return how the server is asked for a name; ``bad_name`` if it cannot be."""

    @abstractmethod
    def _is_missing(self, error: Exception) -> bool:
        """Whether the server says that there is no such file or folder."""

    @abstractmethod
    def _is_passing(self, error: Exception) -> bool:
        """Whether the same call may work a little later."""

    @abstractmethod
    def _fault(self, where: str, error: Exception) -> StoreError:
        """Return the error that a caller gets, with what to do."""

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}"

    def _tried(
        self,
        name: str,
        work: Callable[[Session], Result],
        is_passing: Callable[[Exception], bool] | None = None,
    ) -> Result:
        """Do something on the server, again while it is only busy or away; turn what remains into one clear error.

        Raises:
            FileNotFoundError: There is no such file or folder.
            StoreError: Whatever else.
        """

        def once() -> Result:
            with self._pool.lent() as session:
                return work(session)

        where = self._where(name)
        try:
            return faults.patiently(once, is_passing or self._is_passing)
        except self.errors as error:
            if self._is_missing(error):
                raise FileNotFoundError(where) from error
            raise self._fault(where, error) from error
