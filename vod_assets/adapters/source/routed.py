"""One source store for every kind of address."""

from contextlib import AbstractContextManager
from pathlib import Path

from vod_assets.adapters.source.local import LocalSources
from vod_assets.adapters.source.remote import RemoteSources
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.isilon import Isilon
from vod_assets.domain.title import Fingerprint
from vod_assets.places import SOURCE_SCHEMES, storage_scheme
from vod_assets.ports import SourceStore


class RoutedSources:
    """Reads paths and ``file://`` addresses where they lie, and fetches everything else.

    Args:
        local: Reads disks and mounts.
        remote: Reads buckets, shares and servers.
        isilon: A share that is one place, whichever way leads to it.
    """

    def __init__(self, local: LocalSources, remote: RemoteSources, isilon: Isilon | None = None) -> None:
        self.local, self.remote, self.isilon = local, remote, isilon

    def normal(self, address: str) -> str:
        """Return the address in its one spelling."""
        return self._one(_store(self, address).normal(address))

    def name(self, address: str) -> str:
        """Return the file's own name."""
        return _store(self, address).name(address)

    def canonical(self, address: str) -> str:
        """Return the one address of a source that is there."""
        store, reached = self._reached(address)
        return self._one(store.canonical(reached))

    def fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256."""
        store, reached = self._reached(address)
        return store.fingerprint(reached)

    def known_fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256, which is empty of a file that was never read here."""
        store, reached = self._reached(address)
        return store.known_fingerprint(reached)

    def identity(self, address: str) -> str:
        """Return a word that changes when a file's bytes may have."""
        store, reached = self._reached(address)
        return store.identity(reached)

    def local_path(self, address: str) -> Path:
        """Return a local path that the tools can read."""
        store, reached = self._reached(address)
        return store.local_path(reached)

    def is_archived(self, address: str) -> bool:
        """Whether a source must be brought back before it is read."""
        store, reached = self._reached(address)
        return store.is_archived(reached)

    def borrowing(self) -> AbstractContextManager[None]:
        """Let go, at the end, of the local copies that this thread asks for in between."""
        return self.remote.scratch.borrowing()

    def siblings(self, address: str) -> list[str]:
        """Return the addresses of the files beside a source, sorted."""
        store, reached = self._reached(address)
        return sorted(self._one(sibling) for sibling in store.siblings(reached))

    def read(self, address: str, most_bytes: int) -> bytes:
        """Return the bytes of a small file beside a source."""
        store, reached = self._reached(address)
        return store.read(reached, most_bytes)

    def _one(self, address: str) -> str:
        return self.isilon.canonical(address) if self.isilon else address

    def _reached(self, address: str) -> tuple[SourceStore, str]:
        """Return where this machine reads an address, and with what."""
        reached = self.isilon.reached(self.normal(address)) if self.isilon else address
        return _store(self, reached), reached


def _store(sources: RoutedSources, address: str) -> SourceStore:
    scheme = storage_scheme(address)
    if not scheme or not scheme.isalnum():
        return sources.local
    if scheme not in SOURCE_SCHEMES:
        known = ", ".join(f"{one}://" for one in SOURCE_SCHEMES)
        raise ConfigError(
            "scheme_not_supported",
            f"{printable(scheme)}:// addresses are not read by this version",
            f"Name a file path, or {known}",
            file=printable(address)[:200],
        )
    return sources.remote
