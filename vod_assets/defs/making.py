"""Making what the store does not have."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.pieces import PIECE
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.selecting import is_named
from vod_assets.ports import ArtifactStore, Attempt

Work = Callable[[Path], Mapping[str, Any]]
Result = dg.MaterializeResult[Artifact]
Results = Iterator[Result]


class NotMadeYet(Exception):  # noqa: N818 - a state, and no error
    """What a plan would have to look at is yet to be made."""


@dataclass(frozen=True)
class Made:
    """An artifact, and whether it was found instead of made."""

    artifact: Artifact
    reused: bool
    seconds: float = 0.0


@dataclass(frozen=True)
class Wanted:
    """A recipe to be made, and the document that it will have.

    Attributes:
        pieces: What it is joined of, each kept by itself; none: it is made whole, or nobody can say before.
    """

    recipe: Recipe
    document: Mapping[str, Any]
    pieces: Sequence[Recipe] = ()


class Maker:
    """Makes what the store does not have. A plan has another one, which makes nothing and takes note.

    Args:
        store: Where artifacts are kept.
        force: Assets that are made again though the store has them, once each; ``*`` and ``?`` stand for others.

    Attributes:
        is_real: Whether anything is made, so that what a person sees of it can be looked up.
    """

    is_real = True

    def __init__(self, store: ArtifactStore, force: Sequence[str] = ()) -> None:
        self.store, self.force = store, tuple(force)
        self._made_again: set[str] = set()

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return a recipe's artifact if the store has it whole, and nobody asked for it to be made again."""
        return None if self.is_forced(recipe) else self.store.find(title, recipe)

    def is_forced(self, recipe: Recipe) -> bool:
        """Whether a recipe is to be made though it was made before."""
        named = recipe.asset.removesuffix(PIECE)  # a piece is as much of its rendition as its frames are
        return recipe.id not in self._made_again and is_named(named, self.force)

    def commit(
        self, attempt: Attempt, document: Mapping[str, Any], entries: Mapping[str, Artifact] | None = None
    ) -> Artifact:
        """Make an attempt the artifact of its recipe; what was forced takes the place of what was there."""
        if not self.is_forced(attempt.recipe):
            return self.store.commit(attempt, document, entries)
        kept = self.store.peek(attempt.title, attempt.recipe.asset, attempt.recipe.id)
        artifact = self.store.commit(attempt, document, entries, replacing=kept.artifact if kept else None)
        self._made_again.add(attempt.recipe.id)
        return artifact

    def make(self, title: str, recipe: Recipe, work: Work, *, is_composed: bool) -> Made:
        """Return a recipe's artifact, made now if it has to be; see `vod_assets.defs.step.Step.make`."""
        found = self.find(title, recipe)
        if found is not None:
            return Made(found, reused=True)
        started = time.monotonic()
        with self.store.attempt(title, recipe) as attempt:
            artifact = self.commit(attempt, plain(work(attempt.directory)))
        return Made(artifact, reused=False, seconds=time.monotonic() - started)

    def make_together(self, title: str, wanted: Sequence[Wanted], work: Callable[[], Results]) -> Results:
        """Do the work of several recipes that one tool makes together, and yield each result."""
        return work()

    def publishes(self, asset: str, why: str) -> None:
        """Take note that an asset changes something outside."""

    def index(self, title: str, recipe: Recipe, leaves: Mapping[str, Artifact]) -> Artifact:
        """Return the index of leaves, committed now if it has to be."""
        found = self.find(title, recipe)
        if found is not None:
            return found
        with self.store.attempt(title, recipe) as attempt:
            return self.commit(attempt, {}, leaves)
