"""What a store has: artifacts that were committed whole, and what pointers name. Reading changes nothing."""

from collections.abc import Iterator
from typing import Any

from vod_assets.adapters.store import layout
from vod_assets.adapters.store.notes import TitleNotes
from vod_assets.adapters.store.view import TitleFolder, artifact_of
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.errors import StoreError
from vod_assets.domain.flipped_byte import Sums
from vod_assets.ports.artifacts import Kept, Provenance, Remembered


class CommittedArtifacts(TitleNotes):
    """Reads the artifacts of a storage."""

    def peek(self, title: str, asset: str, recipe_id: str) -> Kept | None:
        """Return what is kept of a recipe."""
        artifact = self._read_artifact(layout.recipe_folder(title, asset, recipe_id))
        return Kept(artifact, self._has_files(artifact)) if artifact else None

    def remembered(self, title: str, asset: str) -> dict[str, Remembered]:
        """Return what the asset's pointer named last, and the leaves of that, by recipe; also when it is gone."""
        kept = self._read(layout.memory_name(title, asset)) or {}
        return {
            recipe_id: Remembered(Artifact.model_validate(one["artifact"]), one["recipe"])
            for recipe_id, one in kept.items()
        }

    def made_of(self, title: str, asset: str, recipe_id: str) -> dict[str, str]:
        """Return the digest of each artifact that a recipe's was made of, by name; none when it is not there."""
        committed = self._committed(title, asset, recipe_id)
        return dict(committed["recipe"]["inputs"]) if committed else {}

    def provenance(self, title: str, asset: str, recipe_id: str) -> Provenance | None:
        """Return how what is kept of a recipe came to be; None: it is not there."""
        committed = self._committed(title, asset, recipe_id)
        if committed is None:
            return None
        artifact, sums = artifact_of(committed), committed.get("sums", "")
        of_each = {one.path: sums[at * Sums.DIGITS :][: Sums.DIGITS] for at, one in enumerate(artifact.files)}
        return Provenance(artifact, committed["recipe"], committed.get("run", ""), of_each if sums else {})

    def view(self, title: str) -> TitleFolder:
        """Return what there is of a title now, as one look finds it."""
        return TitleFolder(self.blobs, title)

    def load(self, title: str, asset: str, recipe_id: str) -> Artifact:
        """Return a committed artifact, as an index names it."""
        artifact = self._read_artifact(layout.recipe_folder(title, asset, recipe_id))
        if artifact is None:
            raise StoreError(
                "artifact_missing",
                f"{asset} of recipe {recipe_id[:12]} is not in the store",
                f"Materialise {asset} again",
                title=title,
            )
        return artifact

    def latest(self, title: str, asset: str) -> Artifact | None:
        """Return what the asset's pointer names, or None when it names nothing that is whole."""
        folder = layout.asset_folder(title, asset)
        pointer = self._read(folder + layout.POINTER)
        artifact = self._read_artifact(f"{folder}{pointer['recipe']}/") if pointer else None
        return artifact if artifact is not None and self._is_whole(artifact) else None

    def file_address(self, artifact: Artifact, path: str = "") -> str:
        """Return where a file of an artifact lies in the store, for whoever reads the store itself."""
        return f"{self.address}/{self._folder(artifact)}{path}".removesuffix("/")

    def artifacts(self, title: str) -> Iterator[Artifact]:
        """Yield every committed artifact, superseded ones included, in the order of their addresses."""
        for blob in self.blobs.walk(layout.title_folder(title)):
            if layout.place(blob.name).is_commit:
                artifact = self._read_artifact(blob.name.removesuffix(layout.COMMITTED))
                if artifact is not None:
                    yield artifact

    def committed_at(self, artifact: Artifact) -> float:
        """Return when an artifact was committed, by the storage's clock."""
        committed = self.blobs.stat(self._recipe_folder(artifact) + layout.COMMITTED)
        return committed.modified_at if committed else 0.0

    def pointed(self, title: str, asset: str) -> str | None:
        """Return the recipe that an asset's pointer names."""
        pointer = self._read(layout.asset_folder(title, asset) + layout.POINTER)
        return str(pointer["recipe"]) if pointer else None

    def pointed_at(self, title: str, asset: str) -> float:
        """Return when an asset's pointer was last moved, by the storage's clock."""
        pointer = self.blobs.stat(layout.asset_folder(title, asset) + layout.POINTER)
        return pointer.modified_at if pointer else 0.0

    def _is_whole(self, artifact: Artifact) -> bool:
        return self._has_files(artifact) and all(self._has_leaf(artifact.title, entry) for entry in artifact.entries)

    def _has_files(self, artifact: Artifact) -> bool:
        if not artifact.files:
            return True
        folder = self._folder(artifact)
        sizes = {blob.name.removeprefix(folder): blob.size_bytes for blob in self.blobs.walk(folder)}
        return all(sizes.get(file.path) == file.size_bytes for file in artifact.files)

    def _has_leaf(self, title: str, entry: IndexEntry) -> bool:
        leaf = self._read_artifact(layout.recipe_folder(title, entry.asset, entry.recipe))
        return leaf is not None and leaf.digest == entry.digest and self._is_whole(leaf)

    def _folder(self, artifact: Artifact) -> str:
        return f"{self._recipe_folder(artifact)}{artifact.attempt}/"

    def _recipe_folder(self, artifact: Artifact) -> str:
        return layout.recipe_folder(artifact.title, artifact.asset, artifact.recipe)

    def _committed(self, title: str, asset: str, recipe_id: str) -> dict[str, Any] | None:
        return self._read(layout.recipe_folder(title, asset, recipe_id) + layout.COMMITTED)

    def _read_artifact(self, recipe_folder: str) -> Artifact | None:
        document = self._read(recipe_folder + layout.COMMITTED)
        return Artifact.model_validate(document["artifact"]) if document else None
