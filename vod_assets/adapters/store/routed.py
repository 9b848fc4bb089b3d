"""Several stores behind one: each group of assets may have its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from vod_assets.adapters.store.artifacts import BlobArtifactStore
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import Attempt
from vod_assets.ports.artifacts import Kept, Past, Provenance, Remembered, TitleView
from vod_assets.ports.leases import Hold


class RoutedArtifactStore:
    """Keeps each artifact in the store of its asset's group; what is known of titles is in the default one.

    Args:
        default: The store of every group that has none of its own.
        by_group: Stores by group: ``{"renditions": …, "packages": …}``.
        group_of: Returns the group of an asset.
    """

    def __init__(
        self,
        default: BlobArtifactStore,
        by_group: Mapping[str, BlobArtifactStore],
        group_of: Callable[[str], str],
    ) -> None:
        self.default, self.by_group, self.group_of = default, dict(by_group), group_of
        self.address = default.address

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return the artifact of a recipe if it is whole."""
        return self.store(recipe.asset).find(title, recipe)

    def peek(self, title: str, asset: str, recipe_id: str) -> Kept | None:
        """Return what is kept of a recipe."""
        return self.store(asset).peek(title, asset, recipe_id)

    def remembered(self, title: str, asset: str) -> Mapping[str, Remembered]:
        """Return what the asset's pointer named last."""
        return self.store(asset).remembered(title, asset)

    def made_of(self, title: str, asset: str, recipe_id: str) -> Mapping[str, str]:
        """Return the digest of each artifact that a recipe's was made of, by name."""
        return self.store(asset).made_of(title, asset, recipe_id)

    def provenance(self, title: str, asset: str, recipe_id: str) -> Provenance | None:
        """Return how what is kept of a recipe came to be."""
        return self.store(asset).provenance(title, asset, recipe_id)

    def attempt(self, title: str, recipe: Recipe) -> AbstractContextManager[Attempt]:
        """Open a private directory."""
        return self.store(recipe.asset).attempt(title, recipe)

    def commit(
        self,
        attempt: Attempt,
        document: Mapping[str, Any],
        entries: Mapping[str, Artifact] | None = None,
        *,
        replacing: Artifact | None = None,
    ) -> Artifact:
        """Make the attempt the artifact of its recipe."""
        return self.store(attempt.recipe.asset).commit(attempt, document, entries, replacing=replacing)

    def load(self, title: str, asset: str, recipe_id: str) -> Artifact:
        """Return a committed artifact."""
        return self.store(asset).load(title, asset, recipe_id)

    def latest(self, title: str, asset: str) -> Artifact | None:
        """Return what the asset's pointer names."""
        return self.store(asset).latest(title, asset)

    def point(self, artifact: Artifact) -> None:
        """Move the pointer."""
        self.store(artifact.asset).point(artifact)

    def local_path(self, artifact: Artifact, path: str = "") -> Path:
        """Return a local path of a file of an artifact, or of their directory."""
        return self.store(artifact.asset).local_path(artifact, path)

    def file_address(self, artifact: Artifact, path: str = "") -> str:
        """Return where a file of an artifact lies in its store."""
        return self.store(artifact.asset).file_address(artifact, path)

    def record(self, title: str) -> TitleRecord | None:
        """Return ``title.json``."""
        return self.default.record(title)

    def register(self, record: TitleRecord) -> None:
        """Write ``title.json`` and which title its address belongs to."""
        self.default.register(record)

    def order(self, title: str, orders: Mapping[str, Any]) -> TitleRecord | None:
        """Write what operators say of a title."""
        return self.default.order(title, orders)

    def title_of(self, address: str) -> str | None:
        """Return the title id of an address."""
        return self.default.title_of(address)

    def titles(self) -> list[str]:
        """Return every registered title id, sorted."""
        return self.default.titles()

    def records(self) -> Iterator[TitleRecord]:
        """Yield the record of every title, in the order of `titles`."""
        return self.default.records()

    def assets(self, title: str) -> list[str]:
        """Return the names of the assets that were ever begun for a title, sorted."""
        return sorted({asset for store in self.stores for asset in store.assets(title)})

    def refuse(self, title: str, refusal: Mapping[str, Any]) -> None:
        """Write ``refused/<title>.json``."""
        self.default.refuse(title, refusal)

    def refusals(self) -> dict[str, dict[str, Any]]:
        """Return every refusal by title id, sorted."""
        return self.default.refusals()

    def forgive(self, title: str) -> None:
        """Remove a title's refusal."""
        self.default.forgive(title)

    def artifacts(self, title: str) -> Iterator[Artifact]:
        """Yield every committed artifact, store by store."""
        return chain.from_iterable(store.artifacts(title) for store in self.stores)

    def view(self, title: str) -> "RoutedView":
        """Return what there is of a title now, in any store."""
        views = {store.address: store.view(title) for store in self.stores}
        return RoutedView(views[self.default.address], views, lambda asset: views[self.store(asset).address])

    def remove(self, title: str) -> None:
        """Remove a title; its record goes first."""
        for store in self.stores:
            store.remove(title)

    def unreferenced(self, older_than_seconds: int) -> list[str]:
        """Return the addresses of old attempts and drafts that no commit names, of all stores."""
        return sorted(chain.from_iterable(store.unreferenced(older_than_seconds) for store in self.stores))

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what `unreferenced` names, title by title, and return its addresses."""
        return sorted(chain.from_iterable(store.sweep(older_than_seconds, hold) for store in self.stores))

    def committed_at(self, artifact: Artifact) -> float:
        """Return when an artifact was committed."""
        return self.store(artifact.asset).committed_at(artifact)

    def pointed(self, title: str, asset: str) -> str | None:
        """Return the recipe that an asset's pointer names."""
        return self.store(asset).pointed(title, asset)

    def pointed_at(self, title: str, asset: str) -> float:
        """Return when an asset's pointer was last moved."""
        return self.store(asset).pointed_at(title, asset)

    def discard(self, artifact: Artifact) -> None:
        """Remove an artifact, its commit first."""
        self.store(artifact.asset).discard(artifact)

    @property
    def stores(self) -> list[BlobArtifactStore]:
        """Every store once, the default first."""
        return list({store.address: store for store in (self.default, *self.by_group.values())}.values())

    def store(self, asset: str) -> BlobArtifactStore:
        """Return the store of an asset."""
        return self.by_group.get(self.group_of(asset), self.default)


@dataclass(frozen=True)
class RoutedView:
    """What several stores have of one title: each asset is looked for in the store of its group."""

    default: TitleView
    views: Mapping[str, TitleView]
    of: Callable[[str], TitleView]

    @property
    def word(self) -> str:
        """A word that changes with anything that is kept of the title, in any store."""
        return " ".join(view.word for view in self.views.values())

    @property
    def is_torn(self) -> bool:
        """Whether something went away between the look and its reading."""
        return any(view.is_torn for view in self.views.values())

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was ever made of the title."""
        return all(view.is_untouched for view in self.views.values())

    @property
    def record(self) -> TitleRecord | None:
        """The title's record."""
        return self.default.record

    def peek(self, asset: str, recipe_id: str) -> Kept | None:
        """Return what is kept of a recipe."""
        return self.of(asset).peek(asset, recipe_id)

    def pointed(self, asset: str) -> str | None:
        """Return the recipe that an asset's pointer names."""
        return self.of(asset).pointed(asset)

    def recipes(self, asset: str) -> list[str]:
        """Return every recipe of which anything lies there, committed or not."""
        return self.of(asset).recipes(asset)

    def was_made(self, asset: str) -> bool:
        """Whether anything is remembered of an asset."""
        return self.of(asset).was_made(asset)

    def remembered(self, asset: str) -> Mapping[str, Remembered]:
        """Return what the asset's pointer named last."""
        return self.of(asset).remembered(asset)

    def history(self, asset: str) -> Iterable[Past]:
        """Return everything that was committed of an asset and not removed since."""
        return self.of(asset).history(asset)
