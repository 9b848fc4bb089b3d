"""Registering many titles at once: nothing is inspected, and each folder is listed once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock
from typing import TypeVar

from vod_assets.defs.named_files import PartsBeside
from vod_assets.defs.partitions import TITLES
from vod_assets.defs.registration import Registrar, as_kept
from vod_assets.domain.errors import ConfigError, VodError
from vod_assets.domain.importing import Known, Naming, RefusedRow, Row
from vod_assets.domain.named_files import is_title_file
from vod_assets.domain.title import TitleRecord, title_id_for

BATCH = 5_000  # SQLite takes no more than some 32,000 values in one statement
THREADS = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class Imported:
    """What became of a list."""

    new: int = 0
    known: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


class Importer:
    """Registers the rows of a list, in batches: records first, then their partitions.

    Whoever is killed meanwhile imports the same list again: what is there already costs a look. Whether a source is
    media at all is found out when the title is made.
    """

    def __init__(self, registrar: Registrar, *, dry_run: bool = False) -> None:
        self.registrar, self.dry_run = registrar, dry_run
        self.imported = Imported()
        self._naming = Naming()
        self._beside = _Beside(registrar.sources.siblings, registrar.sources.name)
        self._parts = PartsBeside(registrar.sources)
        self._partitions = set(registrar.instance.get_dynamic_partitions(TITLES))

    def run(self, rows: Iterable[Row], on_batch: Callable[[Imported], None]) -> Imported:
        """Register all rows and return what became of them; ``on_batch`` is told in between."""
        waiting = iter(rows)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="import") as pool:
            while batch := list(islice(waiting, BATCH)):
                self._import(batch, pool)
                on_batch(self.imported)
        return self.imported

    def _import(self, batch: Sequence[Row], pool: ThreadPoolExecutor) -> None:
        known = self._kept(batch, pool.map(_caught(self._known), batch))
        named = self._kept([one.row for one in known], map(_caught(self._named), known))
        written = self._kept([row for row, _ in named], pool.map(_caught(self._registered), named))
        new = [title for title in written if title not in self._partitions]
        if new and not self.dry_run:
            self.registrar.instance.add_dynamic_partitions(TITLES, new)
        self._partitions.update(new)
        self.imported.new += len(new)
        self.imported.known += len(written) - len(new)

    def _kept(self, rows: Sequence[Row], results: Iterable[Result | VodError]) -> list[Result]:
        """Return what went well, and take note of what did not."""
        kept: list[Result] = []
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, VodError):
                self.imported.refused.append(RefusedRow(row, result))
            else:
                kept.append(result)
        return kept

    def _known(self, row: Row) -> Known:
        store, profiles = self.registrar.store, self.registrar.profiles
        if row.profile and row.profile not in profiles:
            known = ", ".join(sorted(profiles))
            raise ConfigError("unknown_profile", f"there is no profile “{row.profile}”", f"Use one of: {known}")
        address = self.registrar.sources.canonical(row.source)
        title = store.title_of(address) or ""
        owner = None if title else store.record(row.title or title_id_for(address, taken_by=None))
        return Known(row, address, title, owner.source if owner else "")

    def _named(self, known: Known) -> tuple[Row, TitleRecord]:
        return known.row, TitleRecord(title_id=self._naming.title_id(known), source=known.address)

    def _registered(self, named: tuple[Row, TitleRecord]) -> str:
        row, bare = named
        registrar = self.registrar
        own = self._beside.of(bare.source)
        self._parts.require_title(bare.source, own, self._beside.title_files(bare.source))
        before = registrar.store.record(bare.title_id)
        profile = row.profile or (before.profile if before else registrar.default_profile)
        record = as_kept(registrar.describe(bare.model_copy(update={"profile": profile}), own), before)
        if row.profile:
            record = record.model_copy(update={"profile": row.profile})
        if row.name:
            record = record.model_copy(update={"names": {**record.names, record.language: row.name}})
        if record != before and not self.dry_run:
            registrar.store.register(record)
        return record.title_id


class _Beside:
    """Knows the files beside many sources; lists each folder once, and finds those of one name at once."""

    def __init__(self, siblings: Callable[[str], list[str]], name: Callable[[str], str]) -> None:
        self._siblings, self._name = siblings, name
        self._folders: dict[str, dict[str, list[str]]] = {}
        self._title_files: dict[str, list[str]] = {}
        self._mutex = Lock()

    def of(self, address: str) -> list[str]:
        """Return the addresses beside a source whose names begin with its stem and a dot."""
        stem = self._name(address).rpartition(".")[0]
        return [one for one in self._folders[self._listed(address)].get(stem, []) if one != address]

    def title_files(self, address: str) -> list[str]:
        """Return the addresses of the title files in a source's folder."""
        return self._title_files[self._listed(address)]

    def _listed(self, address: str) -> str:
        """Return the folder of a source, which was listed."""
        folder = address.rpartition("/")[0]
        with self._mutex:
            if folder not in self._folders:
                found: dict[str, list[str]] = defaultdict(list)
                siblings = sorted({address, *self._siblings(address)})
                for sibling in siblings:
                    for stem in _stems(self._name(sibling)):
                        found[stem].append(sibling)
                self._title_files[folder] = [one for one in siblings if is_title_file(self._name(one))]
                self._folders[folder] = dict(found)
        return folder


def _stems(name: str) -> Iterator[str]:
    """Yield what comes before each dot of a name.

    >>> list(_stems("film.en.srt"))
    ['film', 'film.en']
    """
    for place, letter in enumerate(name):
        if letter == ".":
            yield name[:place]


def _caught(work: Callable[[Item], Result]) -> Callable[[Item], Result | VodError]:
    def caught(item: Item) -> Result | VodError:
        try:
            return work(item)
        except VodError as error:
            return error

    return caught
