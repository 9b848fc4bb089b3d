"""A catalogue of published titles, made of tiny documents where media would be: everything else is the product's."""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.cms.static import StaticCms
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.adapters.origin.blobs import BlobOrigin
from vod_assets.adapters.origin.local import LocalOrigin
from vod_assets.adapters.source.local import LocalSources
from vod_assets.adapters.store.artifacts import BlobArtifactStore, disk_store
from vod_assets.adapters.store.scratch import Scratch
from vod_assets.defs.guard import PARTITION_TAG
from vod_assets.defs.partitions import TITLES
from vod_assets.defs.reconciling import Reconciler
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.release import Release
from vod_assets.domain.title import TitleRecord
from vod_assets.end_state import GRACE_SECONDS
from vod_assets.ports import Origin
from vod_assets.ports.blobs import Blob, Blobs
from vod_assets_tests.fakes import Switch
from vod_assets_tests.releases import made

URL = "http://127.0.0.1:8080"
AGE_SECONDS = 2 * GRACE_SECONDS
ASSETS = ["cms_entry", "mezzanine", "poster"]


@dg.job
def nothing() -> None:
    """Have no steps."""


class Aged:
    """A bucket in which some folders are old: nobody can set its times."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs, self.old = blobs, set[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.blobs, name)

    def stat(self, name: str) -> Blob | None:
        """Return what is known of a file."""
        found = self.blobs.stat(name)
        return self._aged(found) if found else None

    def walk(self, *place: str, with_drafts: bool = False) -> Iterator[Blob]:
        """Yield files."""
        return map(self._aged, self.blobs.walk(*place, with_drafts=with_drafts))

    def _aged(self, blob: Blob) -> Blob:
        is_old = any(blob.name.startswith(f"{folder}/") for folder in self.old)
        return replace(blob, modified_at=blob.modified_at - AGE_SECONDS) if is_old else blob


@dataclass(frozen=True)
class Storages:
    """Where artifacts, leases and releases lie, seen as named bytes too, so that a fault can be put into them."""

    kept: Blobs
    published: Blobs
    store: BlobArtifactStore
    origin: Origin
    leases: BlobLeases

    @classmethod
    def on_disk(cls, folder: Path) -> "Storages":
        """Return folders."""
        return cls(
            kept=DiskBlobs(folder / "store"),
            published=DiskBlobs(folder / "origin"),
            store=disk_store(folder / "store", Switch()),
            origin=LocalOrigin(folder / "origin", URL),
            leases=BlobLeases(DiskBlobs(folder / "store")),
        )

    @classmethod
    def at(cls, address: str, access: Access, scratch: Path) -> "Storages":
        """Return a bucket or a share."""
        kept, published = (Aged(open_blobs(f"{address}/{below}", access)) for below in ("store", "origin"))
        return cls(
            kept=kept,
            published=published,
            store=BlobArtifactStore(kept, Switch(), Scratch(scratch, 1 << 30)),
            origin=BlobOrigin(published, URL, scratch),
            leases=BlobLeases(kept),
        )

    def age(self, blobs: Blobs, name: str) -> None:
        """Make a folder look as if nobody had touched it for two days."""
        path, old = blobs.path(name), time.time() - AGE_SECONDS
        for one in (path, *path.rglob("*")) if path else ():
            os.utime(one, (old, old))
        if isinstance(blobs, Aged):
            blobs.old.add(name)


@dataclass
class Catalogue:
    """Published titles, and hands to make them and to do them harm.

    Attributes:
        folder: Of the sources, the CMS and what is on its way.
    """

    folder: Path
    instance: dg.DagsterInstance
    storages: Storages

    def __post_init__(self) -> None:
        self.store, self.origin, self.leases = self.storages.store, self.storages.origin, self.storages.leases
        self.cms = StaticCms(self.folder / "cms", URL, self.origin)
        self.sources = LocalSources(self.folder / "fingerprints")

    @cached_property
    def scratch(self) -> Path:
        """Where releases are put together."""
        scratch = self.folder / "made"
        scratch.mkdir(parents=True, exist_ok=True)
        return scratch

    @property
    def reconciler(self) -> Reconciler:
        """What is on trial."""
        return Reconciler(self.instance, self.store, self.sources, self.origin, self.cms, self.leases, ASSETS)

    def source(self, title: str) -> Path:
        """Return where a title's source lies."""
        return self.folder / "sources" / f"{title}.mov"

    def add(self, title: str) -> None:
        """Register a title and publish it."""
        self.register(title)
        self.make(title)

    def register(self, title: str) -> None:
        """Register a title."""
        self.source(title).parent.mkdir(exist_ok=True)
        self.source(title).write_text(title)
        self.store.register(TitleRecord(title_id=title, source=self.source(title).as_uri()))
        self.instance.add_dynamic_partitions(TITLES, [title])

    def make(self, title: str, words: str = "segment") -> None:
        """Do what a run of the title's graph does."""
        fingerprint = self.sources.fingerprint(self.source(title).as_uri())
        self.commit(title, Recipe("mezzanine", parameters=fingerprint.model_dump()), fingerprint.model_dump())
        self.commit(title, Recipe("poster", {"mezzanine": fingerprint.sha256}), {}, "picture")
        release = self.release(title, words)
        self.show(title, release)
        self.tell(title, release)

    def release(self, title: str, words: str) -> Release:
        """Place a release."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            return made(Path(folder), title, words).place(self.origin, Path(folder))

    def show(self, title: str, release: Release) -> None:
        """Publish a release."""
        record = self.store.record(title)
        assert record is not None
        self.cms.publish(entry_for(record, release, self.origin.url).as_document())

    def tell(self, title: str, release: Release) -> None:
        """Commit that a release was published."""
        recipe = Recipe("cms_entry", {"release": release.digest}, {"number": release.number})
        self.commit(title, recipe, {"release": release.number})

    def commit(
        self, title: str, recipe: Recipe, document: dict[str, Any], text: str = "", *, told: bool = True
    ) -> Artifact:
        """Commit an artifact, point at it, and tell Dagster of it."""
        artifact = self.store.find(title, recipe)
        if artifact is None:
            with self.store.attempt(title, recipe) as attempt:
                if text:
                    (attempt.directory / "file").write_text(text)
                artifact = self.store.commit(attempt, document)
        self.store.point(artifact)
        if told:
            tags = {"dagster/data_version": artifact.digest}
            self.instance.report_runless_asset_event(
                dg.AssetMaterialization(artifact.asset, partition=title, tags=tags)
            )
        return artifact

    def poster(self, title: str) -> str:
        """Return the name of the folder of a title's poster, in the store."""
        artifact = self.store.latest(title, "poster")
        assert artifact is not None
        return f"titles/{title}/poster/{artifact.recipe}/{artifact.attempt}"

    def track(self, title: str) -> str:
        """Return the name of the folder of a title's video track, at the origin."""
        released = json.loads(self.origin.read(title, "releases/1/release.json") or b"{}")
        digest = next(track["digest"] for track in released["tracks"] if track["name"] == "h264_240p")
        return f"{title}/tracks/{digest}"

    def put_lone_track(self, title: str) -> str:
        """Place a track that no release names, and return the name of its folder."""
        data = f"nobody names this track of {title}".encode()
        digest = hashlib.sha256(data).hexdigest()
        file = self.scratch / digest
        file.write_bytes(data)
        self.origin.put_track(title, digest, {"init.mp4": file}, {"init.mp4": digest})
        return f"{title}/tracks/{digest}"

    def run(self, title: str, executor: dict[str, str], **options: Any) -> dg.DagsterRun:
        """Record a run that a process executes."""
        tags = {PARTITION_TAG: title, **executor}
        status = options.get("status", dg.DagsterRunStatus.STARTED)
        return self.instance.create_run_for_job(nothing, status=status, tags=tags)


Fault = Callable[[Catalogue, str], None]
