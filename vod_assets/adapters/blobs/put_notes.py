"""The lists of what lies at a server that lists nothing: read, and changed by one writer at a time."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from vod_assets.adapters.blobs.put_index import INDEX, Entry, Index, read_index
from vod_assets.domain.errors import StoreError

Edit = Callable[[Index], Index]

SETTLED_AT_ONCE = 256  # what was sent is written down with so much else, or before it is asked for
ROUNDS = 100  # of reading and writing a list that others write too
LONGEST_PAUSE_SECONDS = 0.2


class Papers(Protocol):
    """Small documents at a server."""

    address: str

    def load(self, name: str) -> tuple[bytes | None, str]:
        """Return a document and its entity tag; None when there is none."""
        ...

    def store(self, name: str, data: bytes, tag: str) -> bool:
        """Write a document over the one of a tag (empty: over none); False when another writer was quicker."""
        ...

    def turn(self) -> AbstractContextManager[None]:
        """Keep other writers away where the server does not."""
        ...


class Notes:
    """What lies in each folder; a folder's name ends with a slash, and is empty for the one above all.

    Args:
        papers: Where the lists lie.
    """

    def __init__(self, papers: Papers) -> None:
        self._papers = papers
        self._mutexes: dict[str, threading.RLock] = defaultdict(threading.RLock)
        self._known = {""}  # folders that those above them name; they stay
        self._open: dict[str, float] = {}  # when this process named what it is about to write
        self._settled: dict[str, dict[str, Entry]] = defaultdict(dict)

    def index(self, folder: str) -> Index:
        """Return what lies in a folder, with all that this process knows."""
        if self._settled.get(folder):
            self._edit(folder, lambda index: index)
        return self._read(folder)[0]

    def expect(self, names: Iterable[str]) -> None:
        """Name files that are about to be written, and the folders that lead to them."""
        at = time.time()
        for folder, lasts in by_folder(name for name in names if name not in self._open).items():
            self._know(folder)
            self._edit(folder, lambda index, lasts=lasts: index.with_opened(lasts, at))  # type: ignore[misc]
            self._open |= {folder + last: at for last in lasts}

    def noted_at(self, name: str) -> float:
        """Return when a file was named; 0 when it is not."""
        if (at := self._open.get(name)) is not None:
            return at
        folder, last = _split(name)
        found = self._read(folder)[0].files.get(last)
        return found.noted_at if found else 0.0

    def settle(self, name: str, size_bytes: int, modified_at: float, version: str) -> None:
        """Note what a file is that was written; it is written down with what comes next."""
        at = self._open.pop(name, None)
        if at is None:
            return  # another thread writes it too, and it is looked for
        folder, last = _split(name)
        mine = self._settled[folder]
        mine[last] = Entry(at, size_bytes, modified_at or at, version)
        if len(mine) >= SETTLED_AT_ONCE:
            self._edit(folder, lambda index: index)

    def mend(self, folder: str, found: Mapping[str, Entry], gone: Mapping[str, float]) -> None:
        """Write down what was found of files that a writer left open."""
        self._edit(folder, lambda index: index.with_settled(found).without(gone))

    def strike(self, names: Iterable[str], remove: Callable[[list[str]], None]) -> None:
        """Have files removed that stay named until they are."""
        at = time.time()
        for folder, lasts in by_folder(names).items():
            index = self.index(folder)
            there = [last for last in lasts if last in index.files]
            if there:
                self._edit(folder, lambda index, there=there: index.with_opened(there, at))  # type: ignore[misc]
            remove([folder + last for last in lasts])
            for last in lasts:
                self._open.pop(folder + last, None)
            if there:
                self._edit(folder, lambda index, there=there: index.without(dict.fromkeys(there, at)))  # type: ignore[misc]

    def _know(self, folder: str) -> None:
        """Have every folder on the way to one named by the folder above it, from the top."""
        parts = folder.split("/")[:-1]
        for length in range(len(parts)):
            above, name = "".join(f"{part}/" for part in parts[:length]), parts[length]
            if f"{above}{name}/" not in self._known:
                self._edit(above, lambda index, name=name: index.with_folder(name))  # type: ignore[misc]
                self._known.add(f"{above}{name}/")

    def _edit(self, folder: str, edit: Edit) -> None:
        """Change a list, and read back that it is changed; what is settled goes along.

        Raises:
            StoreError: ``store_unreachable``: others write it all the time.
        """
        with self._mutexes[folder], self._papers.turn():
            settled = dict(self._settled.get(folder, {}))
            for _ in range(ROUNDS):
                index, tag, is_there = self._read(folder)
                changed = edit(index.with_settled(settled))
                if changed == index:
                    self._forget(folder, settled)
                    return
                if not self._papers.store(folder + INDEX, changed.as_json(), tag if is_there else ""):
                    time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))  # noqa: S311 - a pause, no secret
        cause = f"{self._papers.address}/{folder}{INDEX}: others write it all the time"
        raise StoreError("store_unreachable", cause, "Run again when they have finished; nothing is lost")

    def _forget(self, folder: str, settled: Mapping[str, Entry]) -> None:
        mine = self._settled.get(folder, {})
        for name, entry in settled.items():
            if mine.get(name) == entry:
                del mine[name]

    def _read(self, folder: str) -> tuple[Index, str, bool]:
        text, tag = self._papers.load(folder + INDEX)
        if text is None:
            return Index(), "", False
        return read_index(text, f"{self._papers.address}/{folder}{INDEX}"), tag, True


def by_folder(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the last names of files by their folders.

    >>> by_folder(["a/b", "a/c", "d"])
    {'a/': ['b', 'c'], '': ['d']}
    """
    found: dict[str, list[str]] = {}
    for name in names:
        folder, last = _split(name)
        found.setdefault(folder, []).append(last)
    return found


def _split(name: str) -> tuple[str, str]:
    folder, slash, last = name.rpartition("/")
    return folder + slash, last
