"""The releases of a title that anything is known of: at its origin, or in the store, which remembers what was there."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic_core import from_json

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.release import RELEASE_FILE
from vod_assets.ports import ArtifactStore, Origin
from vod_assets.ports.artifacts import Provenance

AT_ONCE = 8  # documents that are asked for together: an origin may be far away
TAKEN_DOWN = "it was taken down; its files are kept as evidence"
REMOVED = "it is not at the origin any more"


@dataclass(frozen=True)
class KnownReleases:
    """Releases of one title; each is read once, and only when it is needed."""

    store: ArtifactStore
    origin: Origin
    title: str

    def carrying(self, path: str) -> list[int]:
        """Return the numbers of the releases that carry a file, ascending: those at the origin, else those that did.

        Raises:
            ConfigError: ``not_published``: none does, or did.
        """
        kind, folder = path.split("/")[:2]
        if kind == "releases":
            found = [int(folder)] if self._text(int(folder)) or int(folder) in self._remembered else []
        else:
            found = [number for number, text in self._all_texts.items() if folder.encode() in text]
            found = found or [number for number, one in self._remembered.items() if _has_track(one, folder)]
        if not found:
            cause = f"no release at {self.origin.address} carries {path}"
            raise ConfigError("not_published", cause, "`vod releases` lists those that are there", self.title)
        return sorted(found)

    def newest_with(self, path: str, sha256: str) -> int | None:
        """Return the newest release that has a manifest in these bytes; None: none has, or had."""
        for number in sorted({*self.origin.releases(self.title), *self._remembered}, reverse=True):
            if any((one["path"], one["sha256"]) == (path, sha256) for one in self.document(number)["manifests"]):
                return number
        return None

    def document_of(self, number: int) -> Mapping[str, Any]:
        """Return ``release.json`` of a release by its number.

        Raises:
            ConfigError: ``not_published``: there is none, or it cannot be read.
        """
        self.carrying(f"releases/{number}/{RELEASE_FILE}")
        return self.document(number)

    def document(self, number: int) -> Mapping[str, Any]:
        """Return ``release.json`` of a release that carries something.

        Raises:
            ConfigError: ``not_published``: it cannot be read.
        """
        text = self._text(number)
        if text is None:
            said: Mapping[str, Any] = self._remembered[number].artifact.document["release"]
            return said
        try:
            release: dict[str, Any] = from_json(text)
        except ValueError as error:
            cause = f"the document of release {number} cannot be read"
            raise ConfigError("not_published", cause, f"Run `vod verify {self.title}`", self.title) from error
        return release

    def made(self, number: int) -> Provenance | None:
        """Return how a release came to be; None: the store has nothing of that."""
        return next((one for one in self._kept() if one.artifact.document["release"]["number"] == number), None)

    def gone(self, number: int) -> str:
        """Return why a release is not at the origin; empty: it is."""
        if self._text(number) is not None:
            return ""
        return TAKEN_DOWN if self.origin.is_blocked(self.title) else REMOVED

    @cached_property
    def _read(self) -> dict[int, bytes | None]:
        return {}

    def _text(self, number: int) -> bytes | None:
        if number not in self._read:
            self._read[number] = self.origin.read(self.title, f"releases/{number}/{RELEASE_FILE}")
        return self._read[number]

    @cached_property
    def _all_texts(self) -> dict[int, bytes]:
        numbers = self.origin.releases(self.title)
        if len(numbers) > 1:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(self._text, numbers))
        return {number: text for number in numbers if (text := self._text(number)) is not None}

    @cached_property
    def _remembered(self) -> dict[int, Provenance]:
        return {one.artifact.document["release"]["number"]: one for one in self._kept()}

    def _kept(self) -> Iterator[Provenance]:
        """Yield what the store has of how releases were made, that of the latest first."""
        latest = self.store.pointed(self.title, "release")
        others = (one for one in self.store.view(self.title).recipes("release") if one != latest)
        for recipe_id in (one for several in ([latest] if latest else [], others) for one in several):
            found = self.store.provenance(self.title, "release", recipe_id)
            if found is not None and "release" in found.artifact.document:
                yield found


def _has_track(made: Provenance, digest: str) -> bool:
    return any(one["digest"] == digest for one in made.artifact.document["release"]["tracks"])
