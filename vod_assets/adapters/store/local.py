"""The artifact store on a local disk or a mounted share.

::

    <root>/titles/<title>/title.json
    <root>/titles/<title>/<asset>/latest.json                       pointer: recipe and digest
    <root>/titles/<title>/<asset>/<recipe>/artifact.json            what was committed, and by which attempt
    <root>/titles/<title>/<asset>/<recipe>/<attempt>/…files…
    <root>/sources/<SHA-256 of the address>.json                    which title a source address belongs to
    <root>/refused/<title>.json                                     what was refused, and why
"""

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vod_assets.domain.artifact import Artifact, ArtifactFile, IndexEntry
from vod_assets.domain.errors import StoreError
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord, checked_title_id
from vod_assets.ports import Attempt, RunGuard

ASSET_NAME = re.compile(r"[a-z][a-z0-9_.]{0,80}")
COMMITTED = "artifact.json"
POINTER = "latest.json"
DRAFT_FOLDERS = ("refused", "sources", "titles/*", "titles/*/*")  # where `_replace` writes


class LocalArtifactStore:
    """Keeps artifacts below a folder; an exclusive hard link makes each commit happen exactly once."""

    def __init__(self, root: Path, guard: RunGuard) -> None:
        self.root, self.guard = root, guard
        self.address = root.as_uri()

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return the artifact of a recipe if it is whole; one that lost a file is set aside, to be made again."""
        folder = self._asset(title, recipe.asset) / recipe.id
        artifact = _read_artifact(folder)
        if artifact is None or self._is_whole(artifact):
            return artifact
        (folder / COMMITTED).rename(folder / f"damaged-{secrets.token_hex(4)}.json")
        return None

    @contextmanager
    def attempt(self, title: str, recipe: Recipe) -> Iterator[Attempt]:
        """Open a private directory; on leaving, it is removed unless `commit` took it."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        attempt_name = f"{stamp}-{secrets.token_hex(4)}"
        folder = self._asset(title, recipe.asset) / recipe.id
        directory = folder / attempt_name
        with _disk_errors(directory):
            directory.mkdir(parents=True)
        try:
            yield Attempt(recipe=recipe, title=title, name=attempt_name, directory=directory)
        finally:
            winner = _read_artifact(folder)
            if winner is None or winner.attempt != attempt_name:
                shutil.rmtree(directory, ignore_errors=True)

    def commit(
        self, attempt: Attempt, document: Mapping[str, Any], entries: Mapping[str, Artifact] | None = None
    ) -> Artifact:
        """Make the attempt the artifact of its recipe; the loser of a race gets the winner's."""
        self.guard.check()
        with _disk_errors(attempt.directory):
            artifact = Artifact(
                title=attempt.title,
                asset=attempt.recipe.asset,
                recipe=attempt.recipe.id,
                attempt=attempt.name,
                files=tuple(_described(attempt.directory)),
                entries=tuple(leaf.entry(name) for name, leaf in (entries or {}).items()),
                document=dict(document),
            )
            committed = {
                "artifact": artifact.model_dump(mode="json"),
                "digest": artifact.digest,
                "recipe": attempt.recipe.as_document(),
            }
            target = attempt.directory.parent / COMMITTED
            draft = attempt.directory.parent / f"{attempt.name}.json"
            _write_synced(draft, _pretty(committed))
            self.guard.check()
            try:
                os.link(draft, target)
            except FileExistsError:
                return self.load(attempt.title, attempt.recipe.asset, attempt.recipe.id)
            finally:
                draft.unlink()
            _sync_directory(target.parent)
        return artifact

    def load(self, title: str, asset: str, recipe_id: str) -> Artifact:
        """Return a committed artifact, as an index names it."""
        artifact = _read_artifact(self._asset(title, asset) / recipe_id)
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
        pointer = _read_json(self._asset(title, asset) / POINTER)
        artifact = _read_artifact(self._asset(title, asset) / str(pointer["recipe"])) if pointer else None
        return artifact if artifact is not None and self._is_whole(artifact) else None

    def point(self, artifact: Artifact) -> None:
        """Move the pointer; a reader sees the old one or the new one."""
        self.guard.check()
        pointer = {"asset": artifact.asset, "recipe": artifact.recipe, "digest": artifact.digest}
        self._replace(self._asset(artifact.title, artifact.asset) / POINTER, pointer)

    def local_path(self, artifact: Artifact, path: str = "") -> Path:
        """Return the path of a file of an artifact, or of their directory."""
        folder = self._asset(artifact.title, artifact.asset) / artifact.recipe / artifact.attempt
        return folder / path if path else folder

    def record(self, title: str) -> TitleRecord | None:
        """Return ``title.json``."""
        document = _read_json(self._title(title) / "title.json")
        return TitleRecord.model_validate(document) if document else None

    def register(self, record: TitleRecord) -> None:
        """Write ``title.json`` and which title its address belongs to."""
        self._replace(self._source(record.source), {"address": record.source, "title": record.title_id})
        self._replace(self._title(record.title_id) / "title.json", record.model_dump(mode="json"))

    def title_of(self, address: str) -> str | None:
        """Return the title id of an address."""
        document = _read_json(self._source(address))
        return str(document["title"]) if document else None

    def titles(self) -> list[str]:
        """Return every registered title id, sorted."""
        return sorted(path.parent.name for path in (self.root / "titles").glob("*/title.json"))

    def refuse(self, title: str, refusal: Mapping[str, Any]) -> None:
        """Write ``refused/<title>.json``."""
        self._replace(self._refusal(title), refusal)

    def refusals(self) -> dict[str, dict[str, Any]]:
        """Return every refusal by title id, sorted."""
        paths = sorted((self.root / "refused").glob("*.json"))
        return {path.stem: document for path in paths if (document := _read_json(path))}

    def forgive(self, title: str) -> None:
        """Remove a title's refusal."""
        self._refusal(title).unlink(missing_ok=True)

    def artifacts(self, title: str) -> Iterator[Artifact]:
        """Yield every committed artifact, superseded ones included, in the order of their addresses."""
        for path in sorted(self._title(title).glob(f"*/*/{COMMITTED}")):
            artifact = _read_artifact(path.parent)
            if artifact is not None:
                yield artifact

    def remove(self, title: str) -> None:
        """Remove a title; its record goes first, so that nobody meets half of one."""
        record = self.record(title)
        (self._title(title) / "title.json").unlink(missing_ok=True)
        if record is not None and self.title_of(record.source) == title:
            self._source(record.source).unlink(missing_ok=True)
        shutil.rmtree(self._title(title), ignore_errors=True)

    def unreferenced(self, older_than_seconds: int) -> list[str]:
        """Return the addresses of old attempts and drafts that no commit names.

        What is still written to is not old, however long ago it was begun.
        """
        oldest = time.time() - older_than_seconds
        return sorted(str(stray) for stray in self._strays() if _last_touched(stray) < oldest)

    def _strays(self) -> Iterator[Path]:
        for folder in DRAFT_FOLDERS:
            yield from self.root.glob(f"{folder}/.*.json-*")
        for recipe in (path for path in (self.root / "titles").glob("*/*/*") if path.is_dir()):
            winner = _read_artifact(recipe)
            kept = {COMMITTED, winner.attempt if winner else ""}
            yield from (entry for entry in recipe.iterdir() if entry.name not in kept)

    def _is_whole(self, artifact: Artifact) -> bool:
        paths = ((self.local_path(artifact, file.path), file.size_bytes) for file in artifact.files)
        if not all(path.is_file() and path.stat().st_size == size for path, size in paths):
            return False
        return all(self._has_leaf(artifact.title, entry) for entry in artifact.entries)

    def _has_leaf(self, title: str, entry: IndexEntry) -> bool:
        leaf = _read_artifact(self._asset(title, entry.asset) / entry.recipe)
        return leaf is not None and leaf.digest == entry.digest and self._is_whole(leaf)

    def _title(self, title: str) -> Path:
        return self.root / "titles" / checked_title_id(title)

    def _asset(self, title: str, asset: str) -> Path:
        if not ASSET_NAME.fullmatch(asset):
            raise StoreError("unknown_asset", f"“{asset}” cannot name an asset", title=title)
        return self._title(title) / asset

    def _refusal(self, title: str) -> Path:
        return self.root / "refused" / f"{checked_title_id(title)}.json"

    def _source(self, address: str) -> Path:
        return self.root / "sources" / f"{hashlib.sha256(address.encode()).hexdigest()}.json"

    def _replace(self, path: Path, document: Mapping[str, Any]) -> None:
        with _disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
            _write_synced(draft, _pretty(document))
            draft.replace(path)


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    """Turn a full or read-only disk into an error that names the place."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError("disk_full", f"no space is left for {path}", "Free space there, then run again") from error
        raise StoreError("store_failed", f"{path} cannot be written: {error.strerror}", "Check the share") from error


def _described(directory: Path) -> Iterator[ArtifactFile]:
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                size_bytes = file.tell()
            yield ArtifactFile(path=path.relative_to(directory).as_posix(), size_bytes=size_bytes, sha256=sha256)


def _pretty(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise StoreError("store_damaged", f"{path} is not JSON", "Remove it and run again") from error
    return document


def _read_artifact(folder: Path) -> Artifact | None:
    document = _read_json(folder / COMMITTED)
    return Artifact.model_validate(document["artifact"]) if document else None


def _last_touched(path: Path) -> float:
    """Return when a file, or anything below a directory, was written last; now, when a writer just removes it."""
    try:
        return max(entry.lstat().st_mtime for entry in (path, *path.rglob("*")))
    except FileNotFoundError:
        return time.time()
