"""What a plan has instead of a run's store and maker: nothing is made, and note is taken of what would be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.making import Made, Maker, NotMadeYet, Results, Work
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.plan import FORCED, NEVER_MADE, why_changed
from vod_assets.domain.recipe import Recipe
from vod_assets.ports.artifacts import ArtifactStore, Kept, Remembered

NOWHERE = Path("/nowhere")
SEALED = frozenset({"files", "entries", "document"})


class Unmade(Artifact):
    """An artifact that a run would make: named by its recipe, with a content that is not known.

    What the same recipe made before is no such artifact: equal recipes make equal bytes.
    """

    @property
    def digest(self) -> str:
        """A word that no recipe was ever made from."""
        return f"unmade:{self.asset}:{self.recipe}"

    def __getattribute__(self, name: str) -> Any:
        if name in SEALED:
            raise NotMadeYet
        return super().__getattribute__(name)


@dataclass
class PlanningStore:
    """Reads a store, and lays what a plan expects over it."""

    store: ArtifactStore
    expected: dict[str, Artifact] = field(default_factory=dict)
    leaves: dict[tuple[str, str], Artifact] = field(default_factory=dict)
    memory: dict[str, Mapping[str, Remembered]] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def latest(self, title: str, asset: str) -> Artifact | None:
        """Return what a run would find the asset's pointer at."""
        return self.expected.get(asset) or self.store.latest(title, asset)

    def load(self, title: str, asset: str, recipe_id: str) -> Artifact:
        """Return an artifact that is there or would be."""
        return self.leaves.get((asset, recipe_id)) or self.store.load(title, asset, recipe_id)

    def remembered(self, title: str, asset: str) -> Mapping[str, Remembered]:
        """Return what the asset's pointer named last."""
        if asset not in self.memory:
            self.memory[asset] = self.store.remembered(title, asset)
        return self.memory[asset]

    def local_path(self, _artifact: Artifact, path: str = "") -> Path:
        """Return a path that leads nowhere: a plan opens no file."""
        return NOWHERE / path

    def forgive(self, title: str) -> None:
        """Do nothing."""

    def refuse(self, title: str, refusal: Mapping[str, Any]) -> None:
        """Do nothing."""


class PlanningMaker(Maker):
    """Makes nothing; takes note of what a run would make, and why."""

    is_real = False

    def __init__(self, store: PlanningStore, force: Sequence[str] = ()) -> None:
        super().__init__(store, force)
        self.planned = store
        self.reasons: dict[str, str] = {}

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return a recipe's artifact if a run would reuse it; take note if it would not."""
        kept = self.planned.store.peek(title, recipe.asset, recipe.id)
        if kept is not None and kept.is_whole and not self.is_forced(recipe):
            return kept.artifact
        self.reasons.setdefault(recipe.asset, self._why(title, recipe, kept))
        return None

    def make(self, title: str, recipe: Recipe, work: Work, *, is_composed: bool) -> Made:
        """Return what is there, or what would be."""
        found = self.find(title, recipe)
        if found is not None:
            return Made(found, reused=True)
        if is_composed:
            known = Artifact(title=title, asset=recipe.asset, recipe=recipe.id, document=plain(work(NOWHERE)))
            return Made(self._keep(known), reused=False)
        return Made(self._foretold(title, recipe), reused=False)

    def make_together(self, title: str, wanted: Mapping[str, Recipe], work: Callable[[], Results]) -> Results:
        """Yield what would be."""
        for key, recipe in wanted.items():
            yield dg.MaterializeResult(asset_key=key, value=self._foretold(title, recipe))

    def publishes(self, asset: str, why: str) -> None:
        """Take note why an asset would be made, though its artifact is there."""
        self.reasons.setdefault(asset, why)

    def index(self, title: str, recipe: Recipe, leaves: Mapping[str, Artifact]) -> Artifact:
        """Return the index that is there, or that leaves would be listed in."""
        kept = self.planned.store.peek(title, recipe.asset, recipe.id)
        if kept is not None:
            return self._keep(kept.artifact)
        entries = tuple(leaf.entry(name) for name, leaf in leaves.items())
        return self._keep(Artifact(title=title, asset=recipe.asset, recipe=recipe.id, entries=entries))

    def _foretold(self, title: str, recipe: Recipe) -> Artifact:
        kept = self.planned.store.peek(title, recipe.asset, recipe.id)
        if kept is not None:  # forced, or it lost a file: its document says what the same recipe makes again
            return self._keep(kept.artifact)
        once = self.planned.remembered(title, recipe.asset).get(recipe.id)
        return self._keep(once.artifact if once else Unmade(title=title, asset=recipe.asset, recipe=recipe.id))

    def _keep(self, artifact: Artifact) -> Artifact:
        self.planned.leaves[artifact.asset, artifact.recipe] = artifact
        return artifact

    def _why(self, title: str, recipe: Recipe, kept: Kept | None) -> str:
        if kept is not None:
            return FORCED if kept.is_whole else "missing: it lost a file"
        before = self.planned.remembered(title, recipe.asset)
        if recipe.id in before:
            return "missing: it is gone from the store"
        return why_changed(recipe, [one.recipe for one in before.values()]) if before else NEVER_MADE
