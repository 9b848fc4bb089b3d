"""The artifact store, on whatever storage: an artifact is committed whole, or nobody ever sees it.

Files go under an attempt's own folder, never twice to one name; ``artifact.json`` names the winning attempt and is
created exactly once; the pointer moves last. See `vod_assets.adapters.store.layout` for the names.
"""

import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from vod_assets.adapters.blobs.disk import DiskBlobs, disk_errors, synced_sha256
from vod_assets.adapters.blobs.state import state_of
from vod_assets.adapters.store import layout
from vod_assets.adapters.store.notes import TitleNotes, pretty
from vod_assets.adapters.store.scratch import Scratch, last_touched
from vod_assets.adapters.transfers import Load, in_parallel
from vod_assets.domain.artifact import Artifact, ArtifactFile, IndexEntry
from vod_assets.domain.errors import StoreError
from vod_assets.domain.media_types import TRACKS, headers_of
from vod_assets.domain.recipe import Recipe
from vod_assets.ports import Attempt, RunGuard
from vod_assets.ports.artifacts import Kept, Remembered
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.leases import Hold

LEAST_UNHELD_SECONDS = 24 * 3600  # a draft of a note may be being written by anybody


class BlobArtifactStore(TitleNotes):
    """Keeps artifacts in a storage that creates a name exactly once.

    On a disk, an attempt's folder is where its files stay. Elsewhere it is a scratch folder, sent before the commit
    and kept afterwards: whoever reads the artifact on this machine does not fetch it again.

    Args:
        blobs: The storage.
        guard: Asked before anything is committed.
        scratch: Where files of a storage that is no disk are worked on and kept.
    """

    def __init__(self, blobs: Blobs, guard: RunGuard, scratch: Scratch) -> None:
        super().__init__(blobs)
        self.guard, self.scratch = guard, scratch

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return the artifact of a recipe if it is whole; one that lost a file is set aside, to be made again."""
        folder = layout.recipe_folder(title, recipe.asset, recipe.id)
        artifact = self._read_artifact(folder)
        if artifact is None or self._is_whole(artifact):
            return artifact
        self.blobs.move(folder + layout.COMMITTED, f"{folder}damaged-{secrets.token_hex(4)}.json")
        return None

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

    @contextmanager
    def attempt(self, title: str, recipe: Recipe) -> Iterator[Attempt]:
        """Open a private directory; on leaving, whatever was not committed is removed."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        name = f"{stamp}-{secrets.token_hex(4)}"
        folder = f"{layout.recipe_folder(title, recipe.asset, recipe.id)}{name}/"
        directory = self.blobs.path(folder) or self.scratch.attempt(name)
        with disk_errors(directory):
            directory.mkdir(parents=True)
        try:
            yield Attempt(recipe=recipe, title=title, name=name, directory=directory)
        finally:
            winner = self._read_artifact(layout.recipe_folder(title, recipe.asset, recipe.id))
            if winner is None or winner.attempt != name:
                shutil.rmtree(directory, ignore_errors=True)
                if self.blobs.path(folder) is None:
                    self.blobs.delete([blob.name for blob in self.blobs.walk(folder)])

    def commit(
        self, attempt: Attempt, document: Mapping[str, Any], entries: Mapping[str, Artifact] | None = None
    ) -> Artifact:
        """Make the attempt the artifact of its recipe; the loser of a race gets the winner's."""
        self.guard.check()
        title, recipe = attempt.title, attempt.recipe
        folder = layout.recipe_folder(title, recipe.asset, recipe.id)
        artifact = Artifact(
            title=title,
            asset=recipe.asset,
            recipe=recipe.id,
            attempt=attempt.name,
            files=described(attempt.directory),
            entries=tuple(leaf.entry(name) for name, leaf in (entries or {}).items()),
            document=dict(document),
        )
        self._send(artifact, attempt.directory)
        committed = {
            "artifact": artifact.model_dump(mode="json"),
            "digest": artifact.digest,
            "recipe": recipe.as_document(),
        }
        self.guard.check()
        if not self.blobs.create(folder + layout.COMMITTED, pretty(committed)):
            return self.load(title, recipe.asset, recipe.id)
        if self.blobs.path(folder) is None:
            self.scratch.adopt(artifact.digest, attempt.directory, artifact.size_bytes)
        return artifact

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

    def point(self, artifact: Artifact) -> None:
        """Move the pointer; a reader sees the old one or the new one. What it names is remembered before."""
        self.guard.check()
        name = layout.asset_folder(artifact.title, artifact.asset) + layout.POINTER
        pointer = {"asset": artifact.asset, "recipe": artifact.recipe, "digest": artifact.digest}
        if self._read(name) != pointer:
            self._remember(artifact)
            self.blobs.replace(name, pretty(pointer))

    def local_path(self, artifact: Artifact, path: str = "") -> Path:
        """Return the local path of a file of an artifact, or of their directory; fetched once per machine."""
        directory = self.blobs.path(self._folder(artifact)) or self._staged(artifact)
        return directory / path if path else directory

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

    def state(self, title: str) -> str:
        """Return a word that changes with anything that is kept of a title."""
        return state_of(self.blobs, layout.title_folder(title))

    def is_untouched(self, title: str) -> bool:
        """Whether a title has nothing but its record."""
        return not self.blobs.folders(layout.title_folder(title))

    def has_traces(self, title: str, recipe: Recipe) -> bool:
        """Whether anything lies where a recipe's artifact would."""
        return bool(self.blobs.folders(layout.recipe_folder(title, recipe.asset, recipe.id)))

    def remove(self, title: str) -> None:
        """Remove a title; its record goes first, so that nobody meets half of one."""
        record = self.record(title)
        folder = layout.title_folder(title)
        self.blobs.delete([folder + layout.RECORD])
        if record is not None and self.title_of(record.source) == title:
            self.blobs.delete([layout.source_name(record.source)])
        self.blobs.delete([blob.name for blob in self.blobs.walk(folder)])
        if directory := self.blobs.path(folder):
            shutil.rmtree(directory, ignore_errors=True)  # drafts and empty folders

    def unreferenced(self, older_than_seconds: int) -> list[str]:
        """Return the addresses of old attempts and drafts that no commit names.

        What is still written to is not old, however long ago it was begun.
        """
        return sorted(self._shown(name) for name in self._older_strays(older_than_seconds))

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what `unreferenced` names, title by title, and return its addresses.

        Each title is looked at again once it is held: what was an attempt may have been committed meanwhile.
        """
        found = self._older_strays(older_than_seconds)
        swept = [name for name in found if not layout.title_of(name)]
        self.blobs.delete(swept)
        for title in sorted({layout.title_of(name) for name in found} - {""}):
            with hold(title) as is_held:
                for name in self._older_strays(older_than_seconds, layout.title_folder(title)) if is_held() else ():
                    if is_held():
                        self._remove_stray(name)
                        swept.append(name)
        return sorted(self._shown(name) for name in swept)

    def committed_at(self, artifact: Artifact) -> float:
        """Return when an artifact was committed, by the storage's clock."""
        committed = self.blobs.stat(self._recipe_folder(artifact) + layout.COMMITTED)
        return committed.modified_at if committed else 0.0

    def pointed(self, title: str, asset: str) -> str | None:
        """Return the recipe that an asset's pointer names."""
        pointer = self._read(layout.asset_folder(title, asset) + layout.POINTER)
        return str(pointer["recipe"]) if pointer else None

    def discard(self, artifact: Artifact) -> None:
        """Remove an artifact, its commit first: a kill in between leaves an attempt that `sweep` removes."""
        folder = self._recipe_folder(artifact)
        if self._read_artifact(folder) == artifact:
            self.blobs.delete([folder + layout.COMMITTED])
            self._remove_folder(self._folder(artifact).removesuffix("/"))
            if directory := self.blobs.path(folder):
                with suppress(OSError):  # another attempt lies there
                    directory.rmdir()

    def _remove_folder(self, name: str) -> bool:
        """Remove a folder of an attempt; return whether it was one, and no file."""
        path = self.blobs.path(name)
        if path is not None and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
            return True
        below = [blob.name for blob in self.blobs.walk(f"{name}/", with_drafts=True)]
        self.blobs.delete(below)
        return bool(below)

    def _remove_stray(self, name: str) -> None:
        if not self._remove_folder(name):
            self.blobs.delete([name])

    def _older_strays(self, older_than_seconds: int, prefix: str = "") -> list[str]:
        """Return attempts and drafts that are old; what belongs to no title nobody can hold, so it lies longer."""
        ages = {True: older_than_seconds, False: max(older_than_seconds, LEAST_UNHELD_SECONDS)}
        now = time.time()
        return [name for name, at in self._strays(prefix).items() if now - at > ages[bool(layout.title_of(name))]]

    def _strays(self, prefix: str) -> dict[str, float]:
        """Return when each attempt or draft that no commit names was touched last."""
        touched: dict[str, float] = {}
        committed: set[str] = set()
        for blob in self.blobs.walk(prefix, with_drafts=True):
            place = layout.place(blob.name)
            if place.is_commit:
                committed.add(place.recipe)
            elif place.is_stray:
                touched[place.stray] = max(touched.get(place.stray, 0.0), blob.modified_at)
        if root := self.blobs.path(""):
            touched = _touched_on_disk(root, prefix, set(touched))
        winners = {f"{recipe}/{self._winner(recipe)}" for recipe in committed}
        return {name: at for name, at in touched.items() if name not in winners}

    def _winner(self, recipe_folder: str) -> str:
        artifact = self._read_artifact(recipe_folder + "/")
        return artifact.attempt if artifact else ""

    def _send(self, artifact: Artifact, directory: Path) -> None:
        """Put an attempt's files where they stay; the storage has exactly these bytes afterwards."""
        folder = self._folder(artifact)
        if self.blobs.path(folder) is not None:
            return

        def send(file: ArtifactFile) -> None:
            # an origin in the same bucket copies the file with its type
            self.blobs.send(directory / file.path, folder + file.path, file.sha256, headers_of(TRACKS + file.path))

        load = Load(f"sending {artifact.asset}", artifact.size_bytes)
        in_parallel(send, artifact.files, load, self.blobs.transfers)

    def _staged(self, artifact: Artifact) -> Path:
        folder = self._folder(artifact)

        def fetch_all(directory: Path) -> None:
            def fetch(file: ArtifactFile) -> None:
                target = directory / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                self.blobs.fetch(folder + file.path, target, file.sha256)

            load = Load(f"fetching {artifact.asset}", artifact.size_bytes)
            in_parallel(fetch, artifact.files, load, self.blobs.transfers)

        return self.scratch.folder(artifact.digest, artifact.size_bytes, fetch_all)

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

    def _remember(self, artifact: Artifact) -> None:
        named = [(artifact.asset, artifact.recipe), *((entry.asset, entry.recipe) for entry in artifact.entries)]
        kept = {recipe_id: self._committed(artifact.title, asset, recipe_id) for asset, recipe_id in named}
        known = {recipe_id: one for recipe_id, one in kept.items() if one}
        self.blobs.replace(layout.memory_name(artifact.title, artifact.asset), pretty(known))

    def _committed(self, title: str, asset: str, recipe_id: str) -> dict[str, Any] | None:
        return self._read(layout.recipe_folder(title, asset, recipe_id) + layout.COMMITTED)

    def _read_artifact(self, recipe_folder: str) -> Artifact | None:
        document = self._read(recipe_folder + layout.COMMITTED)
        return Artifact.model_validate(document["artifact"]) if document else None


def described(directory: Path) -> tuple[ArtifactFile, ...]:
    """Return what an attempt holds, each file synced to the disk and hashed."""
    files = [path for path in sorted(directory.rglob("*")) if path.is_file()]
    with disk_errors(directory):
        return tuple(
            ArtifactFile(
                path=path.relative_to(directory).as_posix(), sha256=synced_sha256(path), size_bytes=path.stat().st_size
            )
            for path in files
        )


def _touched_on_disk(root: Path, prefix: str, strays: set[str]) -> dict[str, float]:
    """Return when strays were touched last, and those folders of attempts that have no file: a bucket knows neither."""
    attempts = root.glob(f"{prefix or 'titles/*/'}*/*/*")
    folders = {path.relative_to(root).as_posix() for path in attempts if path.is_dir()}
    return {name: last_touched(root / name) for name in strays | folders}


def disk_store(root: Path, guard: RunGuard) -> BlobArtifactStore:
    """Return the artifact store of a folder; it works where it keeps, and needs no scratch cache."""
    return BlobArtifactStore(DiskBlobs(root), guard, Scratch(root / "scratch", 0))
