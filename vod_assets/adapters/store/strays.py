"""What lies in a store and belongs to nothing: attempts that nobody committed, and drafts."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from vod_assets.adapters.store import layout
from vod_assets.adapters.store.scratch import last_touched
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.leases import Hold

LEAST_UNHELD_SECONDS = 24 * 3600  # a draft of a note may be being written by anybody


class Strays:
    """Finds and removes them; what is still written to is not old, however long ago it was begun.

    Args:
        blobs: The storage.
        winner_of: Returns the name of the attempt that was committed in a recipe's folder; empty for none.
    """

    def __init__(self, blobs: Blobs, winner_of: Callable[[str], str]) -> None:
        self._blobs, self._winner_of = blobs, winner_of

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what is old, title by title, and return its names.

        Each title is looked at again once it is held: what was an attempt may have been committed meanwhile.
        """
        found = self.older(older_than_seconds)
        swept = [name for name in found if not layout.title_of(name)]
        self._blobs.delete(swept)
        for title in sorted({layout.title_of(name) for name in found} - {""}):
            with hold(title) as is_held:
                for name in self.older(older_than_seconds, layout.title_folder(title)) if is_held() else ():
                    if is_held():
                        self._remove(name)
                        swept.append(name)
        return swept

    def older(self, older_than_seconds: int, prefix: str = "") -> list[str]:
        """Return attempts and drafts that are old; what belongs to no title nobody can hold, so it lies longer."""
        ages = {True: older_than_seconds, False: max(older_than_seconds, LEAST_UNHELD_SECONDS)}
        now = time.time()
        return [name for name, at in self._touched(prefix).items() if now - at > ages[bool(layout.title_of(name))]]

    def _touched(self, prefix: str) -> dict[str, float]:
        """Return when each attempt or draft that no commit names was touched last."""
        touched: dict[str, float] = {}
        committed: set[str] = set()
        for blob in self._blobs.walk(prefix, with_drafts=True):
            place = layout.place(blob.name)
            if place.is_commit:
                committed.add(place.recipe)
            elif place.is_stray:
                touched[place.stray] = max(touched.get(place.stray, 0.0), blob.modified_at)
        if root := self._blobs.path(""):
            touched = _touched_on_disk(root, prefix, set(touched))
        winners = {f"{recipe}/{self._winner_of(recipe + '/')}" for recipe in committed}
        return {name: at for name, at in touched.items() if name not in winners}

    def _remove(self, name: str) -> None:
        if not remove_folder(self._blobs, name):
            self._blobs.delete([name])


def remove_folder(blobs: Blobs, name: str) -> bool:
    """Remove a folder of an attempt; return whether it was one, and no file."""
    path = blobs.path(name)
    if path is not None and path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return True
    below = [blob.name for blob in blobs.walk(f"{name}/", with_drafts=True)]
    blobs.delete(below)
    return bool(below)


def _touched_on_disk(root: Path, prefix: str, strays: set[str]) -> dict[str, float]:
    """Return when strays were touched last, and those folders of attempts that have no file: a bucket knows neither."""
    attempts = root.glob(f"{prefix or 'titles/*/'}*/*/*")
    folders = {path.relative_to(root).as_posix() for path in attempts if path.is_dir()}
    return {name: last_touched(root / name) for name in strays | folders}
