"""What a plan has instead of a run's store and maker: nothing is made, and note is taken of what would be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.chances import Chances, Needed
from vod_assets.defs.making import Made, Maker, NotMadeYet, Results, Wanted, Work
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.documents import plain
from vod_assets.domain.plan import FORCED, NEVER_MADE, why_changed
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.artifacts import ArtifactStore, Kept, Past, Remembered, TitleView

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


class Undigested(Unmade):
    """One whose document is known before, and whose files are not."""

    def __getattribute__(self, name: str) -> Any:
        return Artifact.__getattribute__(self, name) if name == "document" else super().__getattribute__(name)


class Later:
    """An artifact that is there, and is read when anything of it is asked for: of most inputs nothing ever is."""

    def __init__(self, load: Callable[[], Artifact]) -> None:
        self._load = load

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found, name)

    @cached_property
    def _found(self) -> Artifact:
        return self._load()


@dataclass
class PlanningStore:
    """Lays what a plan expects of a title over what a store has of it, as one look found it."""

    store: ArtifactStore
    seen: TitleView
    expected: dict[str, Artifact] = field(default_factory=dict)
    leaves: dict[tuple[str, str], Artifact] = field(default_factory=dict)
    memory: dict[str, Mapping[str, Remembered]] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept | None] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def record(self, title: str) -> TitleRecord | None:
        """Return ``title.json``."""
        return self.seen.record

    def peek(self, title: str, asset: str, recipe_id: str) -> Kept | None:
        """Return what is kept of a recipe; an index is whole when its leaves are."""
        place = asset, recipe_id
        if place not in self.kept:
            kept = self.seen.peek(asset, recipe_id)
            if kept is not None and not all(self._has_leaf(title, entry) for entry in kept.artifact.entries):
                kept = Kept(kept.artifact, is_whole=False)
            self.kept[place] = kept
        return self.kept[place]

    def pointed(self, _title: str, asset: str) -> str | None:
        """Return the recipe that the asset's pointer names now."""
        return self.seen.pointed(asset)

    def latest(self, title: str, asset: str) -> Artifact | None:
        """Return what a run would find the asset's pointer at."""
        if asset in self.expected:
            return self.expected[asset]
        recipe_id = self.seen.pointed(asset)
        kept = self.peek(title, asset, recipe_id) if recipe_id else None
        return kept.artifact if kept is not None and kept.is_whole else None

    def load(self, title: str, asset: str, recipe_id: str) -> Artifact:
        """Return an artifact that is there or would be."""
        kept = self.peek(title, asset, recipe_id)
        found = self.leaves.get((asset, recipe_id)) or (kept.artifact if kept else None)
        return found if found is not None else self.store.load(title, asset, recipe_id)

    def remembered(self, title: str, asset: str) -> Mapping[str, Remembered]:
        """Return what the asset's pointer named last."""
        if asset not in self.memory:
            self.memory[asset] = self.seen.remembered(asset)
        return self.memory[asset]

    def past(self, title: str, asset: str) -> Iterator[Past]:
        """Yield all that an asset is known to have been, what is gone since included."""
        yield from self.seen.history(asset)
        pointed = self.seen.pointed(asset)
        kept = self.peek(title, asset, pointed) if pointed else None
        if kept is None or not kept.is_whole:  # else all that is remembered is among what is kept
            for one in self.remembered(title, asset).values():
                yield Past(one.artifact.digest, one.recipe, is_kept=False)

    def local_path(self, _artifact: Artifact, path: str = "") -> Path:
        """Return a path that leads nowhere: a plan opens no file."""
        return NOWHERE / path

    def _has_leaf(self, title: str, entry: IndexEntry) -> bool:
        leaf = self.peek(title, entry.asset, entry.recipe)
        return leaf is not None and leaf.is_whole and leaf.artifact.digest == entry.digest

    def forgive(self, title: str) -> None:
        """Do nothing."""

    def refuse(self, title: str, refusal: Mapping[str, Any]) -> None:
        """Do nothing."""


class PlanningMaker(Maker):
    """Makes nothing; takes note of what a run would make, and why.

    Attributes:
        reasons: Why each asset would be made.
        certain: Assets that would be made whatever comes out of what is made before them.
        chances: Says what may turn out to be there.
        used: Assets and recipes that a run would reuse.
        pieces: Of how many pieces an asset would be joined, and how many of them are there.
    """

    is_real = False

    def __init__(self, title: str, store: PlanningStore, force: Sequence[str] = ()) -> None:
        super().__init__(store, force)
        self.planned = store
        self.reasons: dict[str, str] = {}
        self.certain: set[str] = set()
        self.chances = Chances(partial(store.past, title))
        self.used: set[tuple[str, str]] = set()
        self.pieces: dict[str, tuple[int, int]] = {}

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return a recipe's artifact if a run would reuse it; take note if it would not."""
        kept = self.planned.peek(title, recipe.asset, recipe.id)
        if kept is not None and kept.is_whole and not self.is_forced(recipe):
            self.used.add((recipe.asset, recipe.id))
            return kept.artifact
        self.reasons.setdefault(recipe.asset, self._why(title, recipe, kept))
        if not self.chances.may_be_there(recipe):
            self.certain.add(recipe.asset)
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

    def make_together(self, title: str, wanted: Sequence[Wanted], work: Callable[[], Results]) -> Results:
        """Yield what would be."""
        for one in wanted:
            there = sum(self._is_there(title, piece) for piece in one.pieces)
            self.pieces[one.recipe.asset] = len(one.pieces), there
            value = self._foretold(title, one.recipe, one.document)
            yield dg.MaterializeResult(asset_key=one.recipe.asset, value=value)

    def _is_there(self, title: str, recipe: Recipe) -> bool:
        kept = self.planned.peek(title, recipe.asset, recipe.id)
        return kept is not None and kept.is_whole and not self.is_forced(recipe)

    def publishes(self, asset: str, why: str) -> None:
        """Take note why an asset would be made, though its artifact is there."""
        self.reasons.setdefault(asset, why)
        self.certain.add(asset)

    def index(self, title: str, recipe: Recipe, leaves: Mapping[str, Artifact]) -> Artifact:
        """Return the index that is there, or that leaves would be listed in."""
        kept = self.planned.peek(title, recipe.asset, recipe.id)
        if kept is not None:
            self.used.add((recipe.asset, recipe.id))
            return self._keep(kept.artifact)
        entries = tuple(leaf.entry(name) for name, leaf in leaves.items())
        index = Artifact(title=title, asset=recipe.asset, recipe=recipe.id, entries=entries)
        if not self.chances.opened.keys().isdisjoint(recipe.inputs.values()):
            self.chances.opens(index, is_doubtful=self.chances.may_come_out_as_before(recipe))
        return self._keep(index)

    def promise(self, title: str, asset: str, made_of: Needed) -> None:
        """Take note of an asset whose content nobody can know yet.

        Args:
            title: The title.
            asset: The asset, or a check.
            made_of: See `Chances.may_stay`.
        """
        may_stay = self.chances.may_stay(asset, made_of, is_kept=True)
        if not may_stay:
            self.certain.add(asset)
        unmade = Unmade(title=title, asset=asset, recipe="of what is yet to be made")
        self.chances.opens(unmade, is_doubtful=may_stay or self.chances.may_stay(asset, made_of, is_kept=False))
        self.planned.expected[asset] = self._keep(unmade)

    def _foretold(self, title: str, recipe: Recipe, document: Mapping[str, Any] | None = None) -> Artifact:
        kept = self.planned.peek(title, recipe.asset, recipe.id)
        if kept is not None:  # forced, or it lost a file: its document says what the same recipe makes again
            return self._keep(kept.artifact)
        once = self.planned.remembered(title, recipe.asset).get(recipe.id)
        if once is not None:
            return self._keep(once.artifact)
        unmade = _unmade(title, recipe, document)
        self.chances.opens(unmade, is_doubtful=self.chances.may_come_out_as_before(recipe))
        return self._keep(unmade)

    def _keep(self, artifact: Artifact) -> Artifact:
        """Hand an artifact that is there, or would be, to whoever asks for it later."""
        self.planned.leaves[artifact.asset, artifact.recipe] = artifact
        return artifact

    def _why(self, title: str, recipe: Recipe, kept: Kept | None) -> str:
        if kept is not None:
            return FORCED if kept.is_whole else "missing: it lost a file"
        before = self.planned.remembered(title, recipe.asset)
        if recipe.id in before:
            return "missing: it is gone from the store"
        return why_changed(recipe, [one.recipe for one in before.values()]) if before else NEVER_MADE


def _unmade(title: str, recipe: Recipe, document: Mapping[str, Any] | None) -> Unmade:
    if document is None:
        return Unmade(title=title, asset=recipe.asset, recipe=recipe.id)
    return Undigested(title=title, asset=recipe.asset, recipe=recipe.id, document=plain(document))
