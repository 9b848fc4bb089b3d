"""Making what the store does not have."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.recipe import Recipe
from vod_assets.ports import ArtifactStore

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


class Maker:
    """Makes what the store does not have. A plan has another one, which makes nothing and takes note.

    Attributes:
        is_real: Whether anything is made, so that what a person sees of it can be looked up.
    """

    is_real = True

    def __init__(self, store: ArtifactStore) -> None:
        self.store = store

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return a recipe's artifact if the store has it whole."""
        return self.store.find(title, recipe)

    def make(self, title: str, recipe: Recipe, work: Work, *, is_composed: bool) -> Made:
        """Return a recipe's artifact, made now if it has to be; see `vod_assets.defs.step.Step.make`."""
        found = self.find(title, recipe)
        if found is not None:
            return Made(found, reused=True)
        started = time.monotonic()
        with self.store.attempt(title, recipe) as attempt:
            artifact = self.store.commit(attempt, plain(work(attempt.directory)))
        return Made(artifact, reused=False, seconds=time.monotonic() - started)

    def make_together(self, title: str, wanted: Mapping[str, Recipe], work: Callable[[], Results]) -> Results:
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
            return self.store.commit(attempt, {}, leaves)
