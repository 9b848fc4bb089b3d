"""The watched places of a deployment, from its settings."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.blobs.opening import Access
from vod_assets.adapters.source.archive import S3Archive
from vod_assets.adapters.source.opening import open_files, open_isilon, open_sources
from vod_assets.adapters.watch.ledger import Compared, Ledger, family_of
from vod_assets.adapters.watch.looking import look
from vod_assets.adapters.watch.notified import NotifiedLook
from vod_assets.adapters.watch.reading import BackgroundReading
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.looks import DUPLICATE, Looked, Stand
from vod_assets.domain.title import Fingerprint
from vod_assets.domain.watching import Watch, WatchedPlace, read_watch
from vod_assets.places import absolute, absolute_address, storage_scheme
from vod_assets.ports.blobs import Blob, Files
from vod_assets.settings import Settings

REST_SECONDS = 600.0  # what lies in an archive comes back in hours
NOBODY_ASKED = "and nobody asked for it; `restore: true` in the place does"
LISTED_SCHEMES = ("", "s3", "gs", "smb", "ftp", "ftps", "sftp")


class OpenedPlaces:
    """What outlives a tick: connections, and sources that are being read.

    Args:
        settings: Where the memory lies, and how servers are reached.
        access: How storages are reached.
    """

    def __init__(self, settings: Settings, access: Access) -> None:
        self.settings, self.access = settings, access
        self.sources, self.reading = open_sources(settings, access), BackgroundReading()
        self.archive = S3Archive(access)
        self.resting: dict[tuple[str, bytes], float] = {}
        self._files: dict[str, Files] = {}

    def files(self, root: str) -> Files:
        """Return the files at an address."""
        if root not in self._files:
            is_folder = not storage_scheme(root)
            folder = Path(url2pathname(urlsplit(root).path))
            self._files[root] = DiskBlobs(folder) if is_folder else open_files(root, self.settings, self.access)
        return self._files[root]


class PlaceWatcher(Ledger):
    """Looks at one place, and remembers.

    Args:
        place: What is watched.
        root: Its address as this machine reaches it, without the last slash.
        opened: Reads what is there and what has come.
    """

    def __init__(self, place: WatchedPlace, root: str, opened: OpenedPlaces) -> None:
        super().__init__(ledger_path(opened.settings), place.name)
        self.place, self.root, self.opened = place, root, opened
        self.files = opened.files(root)

    def look(self, stand: Stand, is_over: Callable[[], bool]) -> Looked:
        """Go on looking; see `vod_assets.ports.arrivals.Watcher`."""
        if not self.place.queue:
            return look(self.files, self, stand, is_over)
        from vod_assets.adapters.watch.queue import ArrivalQueue

        bucket, _, prefix = self.root.partition("://")[2].partition("/")
        queue = ArrivalQueue(self.place.queue, self.opened.access.to_s3, bucket, unquote(prefix))
        return NotifiedLook(self.files, self, queue, self.place.list_seconds).go_on(stand, is_over)

    def compare_family(self, family: bytes, found: Sequence[Blob], now: float) -> Compared:
        """Keep what is there of a family that somebody told of; it rests no longer."""
        self.opened.resting.pop((self.place.name, family), None)
        return super().compare_family(family, found, now)

    def bring_back(self, names: Sequence[str], *, is_wanted: bool) -> str:
        """Ask for files in an archive when that is wanted, and return what is to be said of them; they rest a while."""
        self.opened.resting[self._rest(names[0])] = time.monotonic() + REST_SECONDS
        if storage_scheme(self.root) != "s3":
            return "restoring: it is on tape or in an archive class"
        addresses = [self.address(name) for name in names]
        if is_wanted:
            place = self.place
            for address in addresses:
                self.opened.archive.wake(address, place.restore_days, place.restore_tier)
            return "restoring: it was in an archive class, and was asked for"
        is_coming = any(self.opened.archive.state(address) == "coming" for address in addresses)
        return f"restoring: it is in an archive class, {'and comes back' if is_coming else NOBODY_ASKED}"

    def is_resting(self, name: str) -> bool:
        """Whether a file is in an archive, and was looked at not long ago."""
        return time.monotonic() < self.opened.resting.get(self._rest(name), 0.0)

    def _rest(self, name: str) -> tuple[str, bytes]:
        return self.place.name, family_of(name.encode(errors="surrogateescape"))

    def address(self, name: str) -> str:
        """Return the address of a file of the place."""
        return f"{self.root}/{quote(name, safe='/', errors='surrogateescape')}"

    def fingerprint(self, address: str, version: str, patience_seconds: float) -> Fingerprint | None:
        """Return size and SHA-256, or None while the bytes are being read."""
        read = self.opened.sources.fingerprint
        return self.opened.reading.fingerprint(address, version, patience_seconds, read)


@contextmanager
def open_watcher(opened: OpenedPlaces, place: WatchedPlace) -> Iterator[PlaceWatcher]:
    """Lend what looks at a place.

    Raises:
        ConfigError: ``bad_watch``: what is at the address cannot be listed.
    """
    if storage_scheme(place.address) not in LISTED_SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in LISTED_SCHEMES[1:])
        cause = f"place {place.name}: {storage_scheme(place.address)}:// has no listing that could be watched"
        raise ConfigError("bad_watch", cause, f"Name a folder, or {known}")
    watcher = PlaceWatcher(place, _reached(place.address, opened.settings), opened)
    try:
        yield watcher
    finally:
        watcher.close()


_latest: list[OpenedPlaces] = []


def opened_places(settings: Settings, access: Access) -> OpenedPlaces:
    """Return what this process has opened with these settings."""
    if not _latest or (_latest[0].settings, _latest[0].access) != (settings, access):
        _latest[:] = [OpenedPlaces(settings, access)]
    return _latest[0]


def _reached(address: str, settings: Settings) -> str:
    """Return the address under which this machine looks at a place: an Isilon's, by the protocol of the settings."""
    named = absolute_address(address.removeprefix("file://").rstrip("/"), settings.home_path)
    spelled = named if storage_scheme(named) else f"file://{quote(named)}"
    isilon = open_isilon(settings)
    return isilon.reached(isilon.canonical(f"{spelled}/x")).removesuffix("/x") if isilon else spelled


def ledger_path(settings: Settings) -> Path:
    """Return the file that watched places are remembered in."""
    return settings.home_path / "watch" / "arrivals.sqlite"


def duplicates_of(settings: Settings, title: str) -> list[str]:
    """Return the addresses at which watched places have the bytes of a title under another name."""
    found = []
    for place in load_watch(settings).places if ledger_path(settings).exists() else ():
        with closing(Ledger(ledger_path(settings), place.name)) as ledger:
            outcomes = ledger.outcomes()
        found += [one.address for one in outcomes if (one.state, one.title) == (DUPLICATE, title)]
    return sorted(found)


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
