"""Where arrivals are looked for."""

from collections.abc import Callable, Sequence
from typing import Protocol

from vod_assets.domain.arrivals import Sighting
from vod_assets.domain.looks import Looked, Outcome, Stand
from vod_assets.domain.named_files import Naming
from vod_assets.domain.title import Fingerprint
from vod_assets.domain.watching import WatchedPlace


class Watcher(Protocol):
    """Looks at one watched place, and remembers what it has seen there and what became of it."""

    place: WatchedPlace

    def look(self, stand: Stand, is_over: Callable[[], bool]) -> Looked:
        """Go on looking until all was seen or time is over.

        Raises:
            StoreError: The place cannot be reached.
        """
        ...

    def due(self, after: bytes = b"", most: int = 1000) -> list[bytes]:
        """Return families of files that something is to be decided about, in their order."""
        ...

    def settle(self, family: bytes) -> None:
        """Decide nothing more about a family until one of its files changes."""
        ...

    def make_due(self, folder: bytes) -> None:
        """Have everything decided anew about the families in a folder of which something was taken.

        Args:
            folder: Its name with its slash; empty: the place itself.
        """
        ...

    def sightings(self, family: bytes, looked_at: float) -> Sequence[Sighting]:
        """Return the files of a family, as the complete look that began then found them."""
        ...

    def unread_title_files(self, most: int = 1000) -> list[str]:
        """Return title files that came, went or changed since `keep_named` was told of them."""
        ...

    def keep_named(self, title_file: str, files: Sequence[str] | None) -> None:
        """Keep which files a title file names, and have them and its title decided anew.

        Args:
            title_file: Its name below the place's address.
            files: Likewise; None: it cannot be read, and what it named before stays.
        """
        ...

    def naming(self, family: bytes, looked_at: float) -> Naming[Sighting]:
        """Return what the title files of a family name, and which name one of its files."""
        ...

    def address(self, name: str) -> str:
        """Return the address of a file of the place."""
        ...

    def fingerprint(self, address: str, version: str, patience_seconds: float) -> Fingerprint | None:
        """Return size and SHA-256; None while the bytes are still being read, which goes on behind.

        Args:
            address: The file.
            version: As a sighting has it; what was read before the file changed is no answer.
            patience_seconds: How long to wait for it.

        Raises:
            VodError: Reading failed.
        """
        ...

    def bring_back(self, names: Sequence[str], *, is_wanted: bool) -> str:
        """Ask for files in an archive when that is wanted, and return what is to be said of them; they rest a while.

        Args:
            names: The mezzanine, which was found to be there or not to be read, and its sidecars.
            is_wanted: Whether to ask.

        Raises:
            StoreError: The storage does not say, or refuses.
        """
        ...

    def is_resting(self, name: str) -> bool:
        """Whether a mezzanine is in an archive, and was looked at not long ago."""
        ...

    def outcome(self, name: str) -> Outcome | None:
        """Return what became of a delivery."""
        ...

    def owner(self, sha256: str, title: str) -> Outcome | None:
        """Return the delivery of another title with the same bytes, in any place."""
        ...

    def twin(self, outcome: Outcome) -> Outcome | None:
        """Return what was taken of the same file, with the same bytes, from another place that shows it, too."""
        ...

    def keep(self, outcome: Outcome) -> None:
        """Keep an outcome that asks nothing of Dagster."""
        ...

    def stage(self, outcome: Outcome, ticket: str) -> bool:
        """Keep an outcome until its tick is confirmed; False when another place has the same file taken, or takes it.

        Of any number of places that show one file, exactly one gets True.
        """
        ...

    def confirm(self, ticket: str) -> None:
        """Keep what the tick of a ticket staged; what another staged is decided anew."""
        ...
