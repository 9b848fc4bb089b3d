"""Removing what nothing uses any more from stores and origins; each title is held while something of it goes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import dagster as dg

from vod_assets.defs.holding import Holder
from vod_assets.defs.runs import active_runs
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.collecting import Holdings, outdated
from vod_assets.domain.errors import StoreError
from vod_assets.domain.release import Release
from vod_assets.ports import ArtifactStore, Cms, Leases, Origin
from vod_assets.ports.leases import IsHeld
from vod_assets.releasing import load_release

LEAST_STRAY_SECONDS = 24 * 3600  # who writes may stand still for hours: a share that is away, a paused machine


@dataclass
class Collected:
    """What was removed, or would be.

    Attributes:
        artifacts: Addresses of superseded artifacts.
        releases: Releases that are kept no longer.
        tracks: Tracks at the origin that no release names.
        leftovers: What killed writers left.
        busy: Titles that were left alone because a run works on them.
    """

    artifacts: list[str] = field(default_factory=list)
    artifact_bytes: int = 0
    releases: list[str] = field(default_factory=list)
    tracks: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Unused:
    """What nothing uses of one title."""

    artifacts: list[Artifact]
    tracks: list[str]
    releases: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.artifacts or self.tracks or self.releases)


@dataclass(frozen=True)
class Retention:
    """How many releases of a title stay at its origin.

    Attributes:
        cms: Says which of them is shown.
        keep: How many of the newest stay; 0: all.
    """

    cms: Cms
    keep: int

    def outdated(self, store: ArtifactStore, origin: Origin, title: str, age: int) -> list[int]:
        """Return the numbers of a title's releases that are kept no longer."""
        numbers = origin.releases(title)
        if not self.keep or len(numbers) <= self.keep:
            return []
        placed_at = {number: origin.placed_at(title, number) for number in numbers}
        return outdated(placed_at, self.shown(store, title), self.keep, age, time.time())

    def shown(self, store: ArtifactStore, title: str) -> set[int]:
        """Return the numbers of the releases that the CMS shows, or an operator has ordered to be shown."""
        entry, record = self.cms.entry(title) or {}, store.record(title)
        held = [record.held_back.shown] if record is not None and record.held_back is not None else []
        return {int((entry.get("release") or {}).get("number") or 0), *held}


@dataclass
class Collector:
    """Collects what nothing uses.

    Attributes:
        retention: How many releases stay; None: all.
        age: Only what nothing has used for so many seconds.
        stray_age: Only what may still be being written when nobody has touched it for so many seconds.
        who: Names the command to whoever has to wait for it.
    """

    instance: dg.DagsterInstance
    store: ArtifactStore
    origin: Origin
    leases: Leases
    age: int
    stray_age: int
    who: str = "gc"
    retention: Retention | None = None
    collected: Collected = field(default_factory=Collected)

    def named(self) -> Collected:
        """Return what would be removed, and do nothing."""
        for title in self._titles():
            self._note(title, self._unused(title))
        strays = [*self.store.unreferenced(self.stray_age), *self.origin.leftovers(self.stray_age)]
        self.collected.leftovers += sorted(strays)
        return self.collected

    def collect(self) -> Collected:
        """Remove what nothing uses and return it; titles that a run works on are left alone."""
        for title in self._titles():
            if self._unused(title):
                self._collect_title(title)
        self.sweep()
        return self.collected

    def sweep(self) -> None:
        """Remove what killed writers left."""
        swept = [*self.store.sweep(self.stray_age, self.hold), *self.origin.sweep(self.stray_age, self.hold)]
        self.collected.leftovers += sorted(swept)

    @contextmanager
    def hold(self, title: str) -> Iterator[IsHeld]:
        """Hold a title that no run works on, and give what tells whether it is held."""
        if active_runs(self.instance, title, self.leases):
            self._note_busy(title)
            yield lambda: False
            return
        with Holder(self.instance, self.leases, self.who).held_if_free(title) as is_held:
            if not is_held():
                self._note_busy(title)
            yield is_held

    def _titles(self) -> list[str]:
        return sorted({*self.store.titles(), *self.origin.titles()})

    def _collect_title(self, title: str) -> None:
        with self.hold(title) as is_held:
            if not is_held():
                return
            unused = self._unused(title)  # as it is now that nobody else works on it
            for artifact in unused.artifacts:
                if is_held():
                    self.store.discard(artifact)
            for number in unused.releases:
                if is_held():
                    self._remove_release(title, number, is_held)
            there = self.origin.releases(title)
            if unused.releases:  # one that is shown by now has stayed, and needs its tracks
                unused = replace(unused, tracks=self._unused(title).tracks)
            self._note(title, replace(unused, releases=[one for one in unused.releases if one not in there]))
            for digest in unused.tracks:
                if is_held():
                    self.origin.remove_track(title, digest)

    def _remove_release(self, title: str, number: int, is_held: IsHeld) -> None:
        """Remove a release, unless it is to be shown.

        Who rolls back waits for no lease: it orders a release, then looks whether that is there. Here it is made one
        that nobody finds, then the order is looked for. So one of both learns of the other.
        """
        retention = self.retention
        if retention is not None and number in self._outdated(title):
            self.origin.remove_release(
                title, number, lambda: not is_held() or number in retention.shown(self.store, title)
            )

    def _note(self, title: str, unused: Unused) -> None:
        self.collected.artifacts += [self.store.file_address(artifact) for artifact in unused.artifacts]
        self.collected.artifact_bytes += sum(artifact.size_bytes for artifact in unused.artifacts)
        self.collected.releases += [f"{self.origin.address}/{title}/releases/{number}" for number in unused.releases]
        self.collected.tracks += [f"{self.origin.address}/{title}/tracks/{digest}" for digest in unused.tracks]

    def _note_busy(self, title: str) -> None:
        if title not in self.collected.busy:
            self.collected.busy.append(title)

    def _unused(self, title: str) -> Unused:
        try:
            known = {number: load_release(self.origin, title, number) for number in self.origin.releases(title)}
        except StoreError:
            return Unused([], [])  # it cannot be read which tracks it uses
        if not known and self.origin.is_blocked(title):
            return Unused([], [])  # evidence, and so is how it was made
        old = self._outdated(title)
        releases = [release for number, release in known.items() if number not in old]
        named = {track.digest for release in releases for track in release.tracks}
        tracks = [digest for digest in self.origin.tracks(title, self.stray_age) if digest not in named]
        return Unused(self._superseded(title, releases), tracks, old)

    def _outdated(self, title: str) -> list[int]:
        return self.retention.outdated(self.store, self.origin, title, self.age) if self.retention else []

    def _superseded(self, title: str, releases: list[Release]) -> list[Artifact]:
        store = self.store
        artifacts = list(store.artifacts(title))
        pointed = {asset: store.pointed(title, asset) for asset in {artifact.asset for artifact in artifacts}}
        holdings = Holdings(
            artifacts=artifacts,
            committed_at={(artifact.asset, artifact.recipe): store.committed_at(artifact) for artifact in artifacts},
            pointed={asset: recipe for asset, recipe in pointed.items() if recipe is not None},
            pointed_at={asset: store.pointed_at(title, asset) for asset in pointed},
            released={track.digest for release in releases for track in release.tracks},
        )
        return holdings.superseded(self.age, time.time())
