"""Where artifacts are kept."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.leases import Hold


@dataclass(frozen=True)
class Attempt:
    """A private directory that one writer fills; nobody sees it before it is committed."""

    recipe: Recipe
    title: str
    name: str
    directory: Path


@dataclass(frozen=True)
class Kept:
    """What a store has of a recipe: the artifact that was committed, and whether its own files are all there."""

    artifact: Artifact
    is_whole: bool


@dataclass(frozen=True)
class Remembered:
    """What a recipe made, whether it is still there or not: equal recipes make equal bytes."""

    artifact: Artifact
    recipe: Mapping[str, Any]


@dataclass(frozen=True)
class Provenance:
    """How an artifact came to be.

    Attributes:
        recipe: What it was made of, as it was named before it was made.
        run: The Dagster run that committed it; empty: no run did, or it is older than that was written down.
        sums: Checksums of each file by its path, that lead to a byte that has changed; none of what is older than that.
    """

    artifact: Artifact
    recipe: Mapping[str, Any]
    run: str = ""
    sums: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Past:
    """What an asset once was: what came of a recipe, and whether that is there still."""

    digest: str
    recipe: Mapping[str, Any]
    is_kept: bool = True


class TitleView(Protocol):
    """What a store has of one title, as it was at one look; documents are read when they are asked for."""

    @property
    def word(self) -> str:
        """A word that changes whenever anything that is kept of the title is added, changed or lost."""
        ...

    @property
    def is_torn(self) -> bool:
        """Whether something went away between the look and its reading."""
        ...

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was ever made of the title."""
        ...

    @property
    def record(self) -> TitleRecord | None:
        """The title's record."""
        ...

    def peek(self, asset: str, recipe_id: str) -> Kept | None:
        """Return what is kept of a recipe; at the leaves of an index nobody looks."""
        ...

    def pointed(self, asset: str) -> str | None:
        """Return the recipe that an asset's pointer names, whether or not its artifact is whole."""
        ...

    def recipes(self, asset: str) -> list[str]:
        """Return every recipe of which anything lies there, committed or not."""
        ...

    def was_made(self, asset: str) -> bool:
        """Whether anything is remembered of an asset."""
        ...

    def remembered(self, asset: str) -> Mapping[str, Remembered]:
        """Return what the asset's pointer named last, and the leaves of that, by recipe; also when it is gone."""
        ...

    def history(self, asset: str) -> Iterable[Past]:
        """Return everything that was committed of an asset and not removed since; at its files nobody looks."""
        ...


class ArtifactStore(Protocol):
    """Keeps artifacts: an attempt is committed whole, or nobody ever sees it."""

    address: str

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return the artifact of a recipe if it was committed and its files are there with the right sizes."""
        ...

    def peek(self, title: str, asset: str, recipe_id: str) -> Kept | None:
        """Return what is kept of a recipe, and change nothing; at the leaves of an index nobody looks."""
        ...

    def remembered(self, title: str, asset: str) -> Mapping[str, Remembered]:
        """Return what the asset's pointer named last, and the leaves of that, by recipe; also when it is gone."""
        ...

    def made_of(self, title: str, asset: str, recipe_id: str) -> Mapping[str, str]:
        """Return the digest of each artifact that a recipe's was made of, by name; none when it is not there."""
        ...

    def provenance(self, title: str, asset: str, recipe_id: str) -> Provenance | None:
        """Return how what is kept of a recipe came to be; at its files nobody looks. None: it is not there."""
        ...

    def attempt(self, title: str, recipe: Recipe) -> AbstractContextManager[Attempt]:
        """Open a private directory below ``<asset>/<recipe>/``; on leaving, whatever was not committed is removed."""
        ...

    def commit(
        self,
        attempt: Attempt,
        document: Mapping[str, Any],
        entries: Mapping[str, Artifact] | None = None,
        *,
        replacing: Artifact | None = None,
    ) -> Artifact:
        """Make an attempt's files and document the artifact of its recipe, exactly once.

        The artifact holds every file in the attempt's directory; ``entries`` make it an index, in their order. When
        another writer was first, this attempt is removed and the winner's artifact is returned. ``replacing`` is the
        artifact of the same recipe whose place it takes: that one stays until the attempt is stored whole.

        Raises:
            Cancelled: The run is no longer wanted; nothing was committed.
            StoreError: ``store_full`` and others.
        """
        ...

    def load(self, title: str, asset: str, recipe_id: str) -> Artifact:
        """Return a committed artifact, as an index names it.

        Raises:
            StoreError: ``artifact_missing``.
        """
        ...

    def latest(self, title: str, asset: str) -> Artifact | None:
        """Return what the asset's pointer names, or None when the asset was never made or its artifact is gone."""
        ...

    def point(self, artifact: Artifact) -> None:
        """Move the asset's pointer ``latest.json`` to an artifact."""
        ...

    def local_path(self, artifact: Artifact, path: str = "") -> Path:
        """Return a local path of one file of an artifact, or of the directory that holds them all."""
        ...

    def file_address(self, artifact: Artifact, path: str = "") -> str:
        """Return the address of a file of an artifact, or of their folder, for whoever reads the store itself."""
        ...

    def view(self, title: str) -> TitleView:
        """Return what there is of a title now, as one look finds it."""
        ...

    def record(self, title: str) -> TitleRecord | None:
        """Return ``title.json``."""
        ...

    def register(self, record: TitleRecord) -> None:
        """Write ``title.json`` and the map from source address to title id; what operators say in it stays."""
        ...

    def order(self, title: str, orders: Mapping[str, Any]) -> TitleRecord | None:
        """Write what operators say of a title, by the names of `domain.title.ORDERS`; return its record, or None."""
        ...

    def title_of(self, address: str) -> str | None:
        """Return the title id that a source address was registered under."""
        ...

    def titles(self) -> list[str]:
        """Return every title id that has a ``title.json``, sorted."""
        ...

    def records(self) -> Iterator[TitleRecord]:
        """Yield the record of every title, in the order of `titles`."""
        ...

    def assets(self, title: str) -> list[str]:
        """Return the names of the assets that were ever begun for a title, sorted; cheaper than to ask for each."""
        ...

    def refuse(self, title: str, refusal: Mapping[str, Any]) -> None:
        """Write ``refused/<title>.json``; an accepted source later removes it."""
        ...

    def refusals(self) -> dict[str, dict[str, Any]]:
        """Return every refusal by title id."""
        ...

    def forgive(self, title: str) -> None:
        """Remove a title's refusal, if any."""
        ...

    def artifacts(self, title: str) -> Iterator[Artifact]:
        """Yield every committed artifact of a title, superseded ones included."""
        ...

    def remove(self, title: str) -> None:
        """Remove a title: record, pointers and artifacts."""
        ...

    def unreferenced(self, older_than_seconds: int) -> list[str]:
        """Return addresses of attempts that no ``artifact.json`` names and that are older than a grace time."""
        ...

    def sweep(self, older_than_seconds: int, hold: Hold) -> list[str]:
        """Remove what `unreferenced` names, title by title, and return its addresses; a run's title is left alone."""
        ...

    def committed_at(self, artifact: Artifact) -> float:
        """Return when an artifact was committed: seconds since the epoch, by the storage's clock."""
        ...

    def pointed(self, title: str, asset: str) -> str | None:
        """Return the recipe that an asset's pointer names, whether or not its artifact is whole."""
        ...

    def pointed_at(self, title: str, asset: str) -> float:
        """Return when an asset's pointer was last moved: seconds since the epoch, by the storage's clock; 0: never."""
        ...

    def discard(self, artifact: Artifact) -> None:
        """Remove a committed artifact; nobody ever meets half of it, and its recipe may be made again."""
        ...
