"""Reading which files title files name as parts of their own titles."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from urllib.parse import quote

from vod_assets.domain.codes import CODES
from vod_assets.domain.errors import ConfigError, SourceError
from vod_assets.domain.imf import ASSET_MAP, LARGEST_BYTES, packing_lists, track_files
from vod_assets.domain.named_files import beside, composed, may_name_files
from vod_assets.domain.sidecars import find_sidecars
from vod_assets.domain.title_file import LARGEST_FILE_BYTES, read_title_file
from vod_assets.ports import SourceStore

THREADS = 8


def files_named_in(sources: SourceStore, address: str, name: str) -> list[str]:
    """Return the files that a title file names, each by the name that it has beside it; none where it is gone.

    Args:
        sources: Reads it.
        address: Where it is.
        name: As what it names is to be called: with its folder, or without.

    Raises:
        ConfigError: ``bad_title_file``, ``bad_programme``: it, or the composition that it names, says nothing.
        StoreError: Its storage is away.
    """
    try:
        data = sources.read(sources.canonical(address), LARGEST_FILE_BYTES)
    except SourceError:
        return []
    programme = read_title_file(data, name).programme if may_name_files(data) else None
    if programme is None:
        return []
    of_package = _of_package(sources, address, programme.composition) if programme.composition else []
    return beside(name, list(dict.fromkeys([*programme.files, *of_package])))


def _of_package(sources: SourceStore, address: str, composition: str) -> list[str]:
    """Return the asset map of a composition beside a title file, and the rest of its package where both have come."""
    folder = address.rpartition("/")[0]
    try:
        playlist, assets = (
            sources.read(sources.canonical(f"{folder}/{quote(file)}"), LARGEST_BYTES)
            for file in (composition, ASSET_MAP)
        )
    except SourceError:
        return [ASSET_MAP]
    return [ASSET_MAP, *packing_lists(assets), *track_files(playlist, assets, composition)]


class PartsBeside:
    """Knows which files of a folder its title files name; reads each title file once."""

    def __init__(self, sources: SourceStore) -> None:
        self._sources = sources
        self._owners: dict[str, dict[str, str]] = {}
        self._mutex = Lock()

    def require_title(self, address: str, own: Sequence[str], title_files: Sequence[str]) -> None:
        """Return when a source may be a title: no title file names it, or it has one itself.

        Args:
            address: Of the source.
            own: The files beside it whose names begin like its own; others may be among them.
            title_files: All title files of its folder.

        Raises:
            ConfigError: ``part_of_title``.
        """
        folder, name = address.rpartition("/")[0], self._sources.name(address)
        with self._mutex:
            if folder not in self._owners:
                self._owners[folder] = self._read(title_files)
            owner = self._owners[folder].get(composed(name))
        if owner and not any(one.kind == "title_file" for one in find_sidecars(address, own)):
            cause = f"{owner} names it as a part of its own title"
            raise ConfigError("part_of_title", cause, CODES["part_of_title"].remedy, file=name)

    def _read(self, title_files: Sequence[str]) -> dict[str, str]:
        with ThreadPoolExecutor(THREADS, thread_name_prefix="title-files") as pool:
            named = zip(title_files, pool.map(self._named, title_files), strict=True)
            return {composed(file): self._sources.name(one) for one, files in named for file in files}

    def _named(self, address: str) -> list[str]:
        try:
            return files_named_in(self._sources, address, self._sources.name(address))
        except ConfigError:
            return []
