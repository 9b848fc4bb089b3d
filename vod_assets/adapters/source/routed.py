"""One source store for every kind of address."""

from pathlib import Path

from vod_assets.adapters.source.local import LocalSources
from vod_assets.adapters.source.remote import RemoteSources
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.title import Fingerprint
from vod_assets.places import SCHEMES, storage_scheme
from vod_assets.ports import SourceStore


class RoutedSources:
    """Reads paths and ``file://`` addresses where they lie, and fetches everything else."""

    def __init__(self, local: LocalSources, remote: RemoteSources) -> None:
        self.local, self.remote = local, remote

    def normal(self, address: str) -> str:
        """Return the address in its one spelling."""
        return self._of(address).normal(address)

    def name(self, address: str) -> str:
        """Return the file's own name."""
        return self._of(address).name(address)

    def canonical(self, address: str) -> str:
        """Return the one address of a source that is there."""
        return self._of(address).canonical(address)

    def fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256."""
        return self._of(address).fingerprint(address)

    def local_path(self, address: str) -> Path:
        """Return a local path that the tools can read."""
        return self._of(address).local_path(address)

    def siblings(self, address: str) -> list[str]:
        """Return the addresses of the files beside a source, sorted."""
        return self._of(address).siblings(address)

    def read(self, address: str, most_bytes: int) -> bytes:
        """Return the bytes of a small file beside a source."""
        return self._of(address).read(address, most_bytes)

    def _of(self, address: str) -> SourceStore:
        scheme = storage_scheme(address)
        if not scheme or not scheme.isalnum():
            return self.local
        if scheme not in SCHEMES:
            raise ConfigError(
                "scheme_not_supported",
                f"{printable(scheme)}:// addresses are not read by this version",
                f"Name a file path, or {', '.join(f'{one}://' for one in SCHEMES)}",
                file=printable(address)[:200],
            )
        return self.remote
