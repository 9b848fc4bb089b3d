"""Where sources are read."""

from pathlib import Path
from typing import Protocol

from vod_assets.domain.title import Fingerprint


class SourceStore(Protocol):
    """Reads source files where they lie."""

    def normal(self, address: str) -> str:
        """Return the one spelling of an address, without asking whether anything is there."""
        ...

    def name(self, address: str) -> str:
        """Return the file's own name, as messages and titles show it."""
        ...

    def canonical(self, address: str) -> str:
        """Return the one address of a source: ``file:///…`` with links resolved, ``s3://bucket/key`` and the like.

        Raises:
            SourceError: ``source_missing``, ``not_a_file``, ``permission_denied`` and the like.
        """
        ...

    def fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256, remembered for an unchanged file (path, inode, size, mtime)."""
        ...

    def known_fingerprint(self, address: str) -> Fingerprint:
        """Return size and SHA-256; the digest is empty of a file that this machine never read, which is not read now.

        Raises:
            SourceError: Those of `fingerprint`.
        """
        ...

    def identity(self, address: str) -> str:
        """Return a word that changes when the bytes of a source or of a file beside it may have; reads no bytes.

        Raises:
            SourceError: Those of `canonical`.
        """
        ...

    def local_path(self, address: str) -> Path:
        """Return a local path that the tools can read."""
        ...

    def is_archived(self, address: str) -> bool:
        """Whether a source must be brought back from tape or an archive class before it is read.

        Raises:
            SourceError: Those of `canonical`.
        """
        ...

    def siblings(self, address: str) -> list[str]:
        """Return the addresses of the files beside a source, sorted."""
        ...

    def read(self, address: str, most_bytes: int) -> bytes:
        """Return the bytes of a small file beside a source.

        Raises:
            SourceError: ``limit_exceeded``, and those of `canonical`.
        """
        ...
