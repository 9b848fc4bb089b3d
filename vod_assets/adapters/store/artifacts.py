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
from vod_assets.adapters.store import layout
from vod_assets.adapters.store.committed import CommittedArtifacts
from vod_assets.adapters.store.notes import pretty
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.adapters.store.strays import Strays, remove_folder
from vod_assets.adapters.transfers import Load, in_parallel
from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.flipped_byte import Sums
from vod_assets.domain.media_types import TRACKS, headers_of
from vod_assets.domain.recipe import Recipe
from vod_assets.ports import Attempt, RunGuard
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.leases import Hold
from vod_assets.ports.runs import run_of


class BlobArtifactStore(CommittedArtifacts):
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
        self._strays = Strays(blobs, self._winner)

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return the artifact of a recipe if it is whole; one that lost a file is set aside, to be made again."""
        folder = layout.recipe_folder(title, recipe.asset, recipe.id)
        artifact = self._read_artifact(folder)
        if artifact is None or self._is_whole(artifact):
            return artifact
        self.blobs.move(folder + layout.COMMITTED, f"{folder}damaged-{secrets.token_hex(4)}.json")
        return None

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
        self,
        attempt: Attempt,
        document: Mapping[str, Any],
        entries: Mapping[str, Artifact] | None = None,
        *,
        replacing: Artifact | None = None,
    ) -> Artifact:
        """Make the attempt the artifact of its recipe; the loser of a race gets the winner's."""
        self.guard.check()
        title, recipe = attempt.title, attempt.recipe
        folder = layout.recipe_folder(title, recipe.asset, recipe.id)
        files, sums = described(attempt.directory)
        artifact = Artifact(
            title=title,
            asset=recipe.asset,
            recipe=recipe.id,
            attempt=attempt.name,
            files=files,
            entries=tuple(leaf.entry(name) for name, leaf in (entries or {}).items()),
            document=dict(document),
        )
        self._send(artifact, attempt.directory)
        committed = {
            "artifact": artifact.model_dump(mode="json"),
            "digest": artifact.digest,
            "recipe": recipe.as_document(),
            **({"run": run} if (run := run_of(self.guard)) else {}),
            **({"sums": sums} if sums else {}),
        }
        self.guard.check()
        if not self._is_first(folder + layout.COMMITTED, pretty(committed), replacing):
            return self.load(title, recipe.asset, recipe.id)
        if self.blobs.path(folder) is None:
            self.scratch.adopt(artifact.digest, attempt.directory, artifact.size_bytes)
        return artifact

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
        """Return the addresses of old attempts and drafts that no commit names."""
        return sorted(self._shown(name) for name in self._strays.older(older_than_seconds))

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what `unreferenced` names, title by title, and return its addresses."""
        return sorted(self._shown(name) for name in self._strays.sweep(older_than_seconds, hold))

    def discard(self, artifact: Artifact) -> None:
        """Remove an artifact, its commit first: a kill in between leaves an attempt that `sweep` removes."""
        if self._uncommit(artifact):
            self._remove_files(artifact)

    def _is_first(self, name: str, data: bytes, replacing: Artifact | None) -> bool:
        """Commit, unless another writer has; return whether this one did."""
        is_replacing = replacing is not None and self._uncommit(replacing)
        is_first = self.blobs.create(name, data)
        if replacing is not None and is_replacing:  # its files last: to remove many takes a while
            self._remove_files(replacing)
        return is_first

    def _uncommit(self, artifact: Artifact) -> bool:
        """Let nobody meet an artifact any more; return whether it was there."""
        folder = self._recipe_folder(artifact)
        is_there = self._read_artifact(folder) == artifact
        if is_there:
            self.blobs.delete([folder + layout.COMMITTED])
        return is_there

    def _remove_files(self, artifact: Artifact) -> None:
        """Remove what an artifact held that nobody meets any more."""
        remove_folder(self.blobs, self._folder(artifact).removesuffix("/"))
        if directory := self.blobs.path(self._recipe_folder(artifact)):
            with suppress(OSError):  # another attempt lies there
                directory.rmdir()

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
                with disk_errors(target):
                    target.parent.mkdir(parents=True, exist_ok=True)
                self.blobs.fetch(folder + file.path, target, file.sha256)

            load = Load(f"fetching {artifact.asset}", artifact.size_bytes)
            in_parallel(fetch, artifact.files, load, self.blobs.transfers)

        return self.scratch.folder(artifact.digest, artifact.size_bytes, fetch_all)

    def _remember(self, artifact: Artifact) -> None:
        named = [(artifact.asset, artifact.recipe), *((entry.asset, entry.recipe) for entry in artifact.entries)]
        kept = {recipe_id: self._committed(artifact.title, asset, recipe_id) for asset, recipe_id in named}
        known = {recipe_id: one for recipe_id, one in kept.items() if one}
        self.blobs.replace(layout.memory_name(artifact.title, artifact.asset), pretty(known))

    def _winner(self, recipe_folder: str) -> str:
        artifact = self._read_artifact(recipe_folder)
        return artifact.attempt if artifact else ""


def described(directory: Path) -> tuple[tuple[ArtifactFile, ...], str]:
    """Return what an attempt holds, each file synced to the disk and hashed, and the `Sums` of all in a row."""
    paths = [path for path in sorted(directory.rglob("*")) if path.is_file()]
    each = [(path, Sums()) for path in paths]
    with disk_errors(directory):
        files = tuple(
            ArtifactFile(
                path=path.relative_to(directory).as_posix(),
                sha256=synced_sha256(path, sums),
                size_bytes=path.stat().st_size,
            )
            for path, sums in each
        )
    return files, "".join(str(sums) for _, sums in each)


def disk_store(root: Path, guard: RunGuard) -> BlobArtifactStore:
    """Return the artifact store of a folder; it works where it keeps, and needs no scratch cache."""
    return BlobArtifactStore(DiskBlobs(root), guard, Scratch(root / "scratch", 0))
