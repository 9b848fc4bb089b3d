"""The watched places of a deployment, from its settings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import url2pathname

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.source.opening import open_files, open_isilon
from vod_assets.adapters.watch.ledger import Ledger
from vod_assets.adapters.watch.looking import look
from vod_assets.adapters.watch.reading import BackgroundReading
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.looks import Looked, Stand
from vod_assets.domain.title import Fingerprint
from vod_assets.domain.watching import Watch, WatchedPlace, read_watch
from vod_assets.places import absolute, absolute_address, storage_scheme
from vod_assets.ports import SourceStore
from vod_assets.ports.blobs import Files
from vod_assets.settings import Settings

READING = BackgroundReading()  # outlives a tick, for a long file is read during many
LISTED_SCHEMES = ("", "s3", "gs", "smb", "ftp", "ftps", "sftp")


class PlaceWatcher(Ledger):
    """Looks at one place, and remembers.

    Args:
        place: What is watched.
        files: The files there.
        root: Its address, without the last slash.
        ledger: Where it is remembered.
        sources: Reads what has come.
    """

    def __init__(self, place: WatchedPlace, files: Files, root: str, ledger: Path, sources: SourceStore) -> None:
        super().__init__(ledger, place.name)
        self.place, self.files, self.root, self.sources = place, files, root, sources

    def look(self, stand: Stand, is_over: Callable[[], bool]) -> Looked:
        """Go on looking; see `vod_assets.ports.arrivals.Watcher`."""
        return look(self.files, self, stand, is_over)

    def address(self, name: str) -> str:
        """Return the address of a file of the place."""
        return f"{self.root}/{quote(name, safe='/', errors='surrogateescape')}"

    def fingerprint(self, address: str, patience_seconds: float) -> Fingerprint | None:
        """Return size and SHA-256, or None while the bytes are being read."""
        return READING.fingerprint(address, patience_seconds, self.sources.fingerprint)


@contextmanager
def open_watcher(settings: Settings, place: WatchedPlace, sources: SourceStore) -> Iterator[PlaceWatcher]:
    """Lend what looks at a place.

    Raises:
        ConfigError: ``bad_watch``: what is at the address cannot be listed.
    """
    if storage_scheme(place.address) not in LISTED_SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in LISTED_SCHEMES[1:])
        cause = f"place {place.name}: {storage_scheme(place.address)}:// has no listing that could be watched"
        raise ConfigError("bad_watch", cause, f"Name a folder, or {known}")
    root = _reached(place.address, settings)
    files = open_files(root, settings) if storage_scheme(root) else DiskBlobs(Path(url2pathname(urlsplit(root).path)))
    watcher = PlaceWatcher(place, files, root, ledger_path(settings), sources)
    try:
        yield watcher
    finally:
        watcher.close()


def _reached(address: str, settings: Settings) -> str:
    """Return the address under which this machine looks at a place: an Isilon's, by the protocol of the settings."""
    named = absolute_address(address.removeprefix("file://").rstrip("/"), settings.home_path)
    spelled = named if storage_scheme(named) else f"file://{quote(named)}"
    isilon = open_isilon(settings)
    return isilon.reached(isilon.canonical(f"{spelled}/x")).removesuffix("/x") if isilon else spelled


def ledger_path(settings: Settings) -> Path:
    """Return the file that watched places are remembered in."""
    return settings.home_path / "watch" / "arrivals.sqlite"


def load_watch(settings: Settings) -> Watch:
    """Return the watched places of the settings; none where they name no file.

    Raises:
        ConfigError: ``bad_watch``.
    """
    if settings.watch is None:
        return Watch()
    path = absolute(settings.watch)
    with suppress(FileNotFoundError):
        try:
            return read_watch(path.read_bytes(), str(path))
        except (PermissionError, IsADirectoryError) as error:
            cause = f"it cannot be read: {error.strerror}"
            raise ConfigError("bad_watch", cause, "Correct VOD_WATCH", file=str(path)) from error
    raise ConfigError("bad_watch", "there is no such file", "Correct VOD_WATCH", file=str(path))
