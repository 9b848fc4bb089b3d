"""What a store has of one title, as one look found it: for plans, which ask much and change nothing."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from vod_assets.adapters.blobs.looked_at import LookedAt
from vod_assets.adapters.store import layout
from vod_assets.adapters.store.notes import parsed
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.artifacts import Kept, Past, Remembered
from vod_assets.ports.blobs import Blobs


class TitleFolder:
    """Reads what one storage has of a title; each document once, and only what was there at the look."""

    def __init__(self, blobs: Blobs, title: str) -> None:
        self.title = title
        self._seen = LookedAt(blobs, layout.title_folder(title))
        self._folders: dict[str, str] = {}
        self._documents: dict[str, dict[str, Any] | None] = {}

    @property
    def word(self) -> str:
        """A word that changes whenever anything that is kept of the title is added, changed or lost."""
        return self._seen.word

    @property
    def is_torn(self) -> bool:
        """Whether something went away between the look and its reading."""
        return self._seen.is_torn

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was ever made of the title."""
        return not self._seen.folders(layout.title_folder(self.title))

    @cached_property
    def record(self) -> TitleRecord | None:
        """The title's record."""
        document = self._read(layout.title_folder(self.title) + layout.RECORD)
        return TitleRecord.model_validate(document) if document else None

    def peek(self, asset: str, recipe_id: str) -> Kept | None:
        """Return what is kept of a recipe, and whether its own files are there."""
        folder = f"{self._folder(asset)}{recipe_id}/"
        committed = self._read(folder + layout.COMMITTED)
        if committed is None:
            return None
        artifact = artifact_of(committed)
        return Kept(artifact, self._has_files(f"{folder}{artifact.attempt}/", artifact))

    def pointed(self, asset: str) -> str | None:
        """Return the recipe that an asset's pointer names."""
        pointer = self._read(self._folder(asset) + layout.POINTER)
        return str(pointer["recipe"]) if pointer else None

    def recipes(self, asset: str) -> list[str]:
        """Return every recipe of which anything lies there, committed or not."""
        return self._seen.folders(self._folder(asset))

    def was_made(self, asset: str) -> bool:
        """Whether anything is remembered of an asset."""
        return self._seen.has(layout.memory_name(self.title, asset))

    def remembered(self, asset: str) -> Mapping[str, Remembered]:
        """Return what the asset's pointer named last, and the leaves of that, by recipe; also when it is gone."""
        kept = self._read(layout.memory_name(self.title, asset)) or {}
        return {recipe_id: Remembered(artifact_of(one), one["recipe"]) for recipe_id, one in kept.items()}

    def history(self, asset: str) -> Iterator[Past]:
        """Yield everything that was committed of an asset and not removed since; at its files nobody looks."""
        for recipe_id in self.recipes(asset):
            committed = self._read(f"{self._folder(asset)}{recipe_id}/" + layout.COMMITTED)
            if committed is not None:
                yield Past(committed["digest"], committed["recipe"])

    def _folder(self, asset: str) -> str:
        if asset not in self._folders:
            self._folders[asset] = layout.asset_folder(self.title, asset)
        return self._folders[asset]

    def _has_files(self, folder: str, artifact: Artifact) -> bool:
        if not artifact.files:
            return True
        sizes = dict(self._seen.sizes(folder))
        return all(sizes.get(file.path) == file.size_bytes for file in artifact.files)

    def _read(self, name: str) -> dict[str, Any] | None:
        if name not in self._documents:
            data = self._seen.read(name)
            self._documents[name] = parsed(data, f"{self._seen.address}/{name}") if data is not None else None
        return self._documents[name]


def artifact_of(committed: Mapping[str, Any]) -> Artifact:
    """Return an artifact with the digest that was reckoned when it was committed: a long film's has much in it."""
    artifact = Artifact.model_validate(committed["artifact"])
    artifact.__dict__["digest"] = committed["digest"]
    return artifact
