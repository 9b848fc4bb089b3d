"""Where releases go, and where they are shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.title import Fingerprint
from vod_assets.ports.leases import Hold


class Origin(Protocol):
    """Holds releases where players fetch them."""

    address: str

    def has_track(self, title: str, track_digest: str) -> bool:
        """Whether a track is there, complete and verified."""
        ...

    def state(self, title: str) -> str:
        """Return a word that changes whenever anything of a title is added, changed or lost here."""
        ...

    def put_track(self, title: str, track_digest: str, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Copy a track's files to ``<title>/tracks/<digest>/``, verify them, and make it visible at once."""
        ...

    def copy_track(
        self, title: str, track_digest: str, files: Sequence[ArtifactFile], addresses: Mapping[str, str]
    ) -> bool:
        """Copy a track within the storage that holds it, without moving its bytes here; False when that cannot be done.

        Args:
            title: The title.
            track_digest: Digest of the track.
            files: Its files.
            addresses: Where the storage keeps each file, by its path.
        """
        ...

    def put_release(self, title: str, number: int, files: Mapping[str, Path], sha256: Mapping[str, str]) -> None:
        """Copy manifests to ``<title>/releases/<n>/``; complete or absent, never changed afterwards.

        What the same release has lost since is put back.
        """
        ...

    def releases(self, title: str) -> list[int]:
        """Return the numbers of a title's complete releases, ascending."""
        ...

    def read(self, title: str, path: str) -> bytes | None:
        """Return a file below the title, or None."""
        ...

    def titles(self) -> list[str]:
        """Return the ids of all titles that have anything here, sorted."""
        ...

    def fingerprint(self, title: str, path: str) -> Fingerprint | None:
        """Return size and SHA-256 of a file below the title as it lies there now, or None."""
        ...

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return what killed writers left behind and nobody has touched for a time; no viewer can see any of it."""
        ...

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what `leftovers` names, title by title, and return its addresses; a run's title is left alone."""
        ...

    def tracks(self, title: str, older_than_seconds: int = 0) -> list[str]:
        """Return the digests of a title's tracks that were placed longer ago than that, sorted."""
        ...

    def distrust_track(self, title: str, track_digest: str) -> None:
        """Have a track sent again with the next release that names it, though it looks whole: its bytes are wrong."""
        ...

    def remove_track(self, title: str, track_digest: str) -> None:
        """Remove a track that no release names; nobody ever meets half of it."""
        ...

    def url(self, title: str, path: str) -> str:
        """Return the address a player opens."""
        ...

    def location(self, title: str, path: str) -> str:
        """Return where a file lies, or would lie, for whoever looks into the origin itself: a local path, or `url`."""
        ...

    def fetch(self, title: str, path: str, target: Path) -> bool:
        """Write a file below the title to a local path that does not exist yet; return whether there is one."""
        ...

    def remove(self, title: str) -> None:
        """Remove everything of a title."""
        ...


class Cms(Protocol):
    """Shows titles to viewers."""

    address: str

    def publish(self, entry: Mapping[str, Any]) -> str:
        """Create or update the one entry of ``entry["title"]`` and return its address; twice is as once."""
        ...

    def entry(self, title: str) -> Mapping[str, Any] | None:
        """Return the published entry of a title."""
        ...

    def remove(self, title: str) -> None:
        """Remove a title's entry; nothing happens when there is none."""
        ...

    def entries(self) -> list[str]:
        """Return the title ids of all entries, sorted."""
        ...

    def faults(self, title: str) -> list[str]:
        """Return what is wrong with how a published entry is shown: a page that is missing, a list without it."""
        ...

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return what killed writers left behind and nobody has touched for a time."""
        ...
