"""What a plan has instead of a run's store and maker: nothing is made, and note is taken of what would be."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.artifact_io import is_rendition
from vod_assets.defs.making import Made, Maker, NotMadeYet, Results, Work
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.documents import plain
from vod_assets.domain.plan import FORCED, NEVER_MADE, is_only_of_tools, why_changed
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.artifacts import ArtifactStore, Kept, Remembered

NOWHERE = Path("/nowhere")
SEALED = frozenset({"files", "entries", "document"})
MAY_STAY = frozenset(
    {"audio_aac", "audio_tracks", "captions", "text_tracks"}
)  # a new source may have the same, or none


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


def may_stay(asset: str) -> bool:
    """Whether an asset may come out as it was although its inputs have changed."""
    return asset in MAY_STAY or is_rendition(asset)


@dataclass
class PlanningStore:
    """Reads what a store has of one title, everything once, and lays what a plan expects over it."""

    store: ArtifactStore
    expected: dict[str, Artifact] = field(default_factory=dict)
    leaves: dict[tuple[str, str], Artifact] = field(default_factory=dict)
    memory: dict[str, Mapping[str, Remembered]] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept | None] = field(default_factory=dict)
    found: dict[str, TitleRecord | None] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def record(self, title: str) -> TitleRecord | None:
        """Return ``title.json``."""
        if title not in self.found:
            self.found[title] = self.store.record(title)
        return self.found[title]

    def peek(self, title: str, asset: str, recipe_id: str) -> Kept | None:
        """Return what is kept of a recipe; an index is whole when its leaves are."""
        place = asset, recipe_id
        if place not in self.kept:
            kept = self.store.peek(title, asset, recipe_id)
            if kept is not None and not all(self._has_leaf(title, entry) for entry in kept.artifact.entries):
                kept = Kept(kept.artifact, is_whole=False)
            self.kept[place] = kept
        return self.kept[place]

    def latest(self, title: str, asset: str) -> Artifact | None:
        """Return what a run would find the asset's pointer at."""
        if asset in self.expected:
            return self.expected[asset]
        recipe_id = self.store.pointed(title, asset)
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
            self.memory[asset] = self.store.remembered(title, asset)
        return self.memory[asset]

    def has_forgotten(self, title: str) -> bool:
        """Whether it is lost what was made of a title before, so that nobody can say what is new."""
        return not self.remembered(title, "mezzanine") and not self.store.is_untouched(title)

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
        fresh: Digests that nobody has had before.
        doubtful: Those of them that may turn out to be the old ones: other tools can make equal bytes.
    """

    is_real = False

    def __init__(self, store: PlanningStore, force: Sequence[str] = ()) -> None:
        super().__init__(store, force)
        self.planned = store
        self.reasons: dict[str, str] = {}
        self.certain: set[str] = set()
        self.fresh: set[str] = set()
        self.doubtful: set[str] = set()

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return a recipe's artifact if a run would reuse it; take note if it would not."""
        kept = self.planned.peek(title, recipe.asset, recipe.id)
        if kept is not None and kept.is_whole and not self.is_forced(recipe):
            return kept.artifact
        self.reasons.setdefault(recipe.asset, self._why(title, recipe, kept))
        if not self._is_in_doubt(recipe.inputs.values()):
            self.certain.add(recipe.asset)
        return None

    def make(self, title: str, recipe: Recipe, work: Work, *, is_composed: bool) -> Made:
        """Return what is there, or what would be."""
        found = self.find(title, recipe)
        if found is not None:
            return Made(found, reused=True)
        if is_composed:
            known = Artifact(title=title, asset=recipe.asset, recipe=recipe.id, document=plain(work(NOWHERE)))
            return Made(self._keep(known, is_doubtful=self._is_in_doubt(recipe.inputs.values())), reused=False)
        return Made(self._foretold(title, recipe), reused=False)

    def make_together(self, title: str, wanted: Mapping[str, Recipe], work: Callable[[], Results]) -> Results:
        """Yield what would be."""
        for key, recipe in wanted.items():
            yield dg.MaterializeResult(asset_key=key, value=self._foretold(title, recipe))

    def publishes(self, asset: str, why: str) -> None:
        """Take note why an asset would be made, though its artifact is there."""
        self.reasons.setdefault(asset, why)
        self.certain.add(asset)

    def index(self, title: str, recipe: Recipe, leaves: Mapping[str, Artifact]) -> Artifact:
        """Return the index that is there, or that leaves would be listed in."""
        kept = self.planned.peek(title, recipe.asset, recipe.id)
        if kept is not None:
            return self._keep(kept.artifact)
        entries = tuple(leaf.entry(name) for name, leaf in leaves.items())
        index = Artifact(title=title, asset=recipe.asset, recipe=recipe.id, entries=entries)
        return self._keep(index, is_doubtful=self._is_in_doubt([leaf.digest for leaf in leaves.values()]))

    def promise(self, title: str, asset: str, *, is_certain: bool, is_doubtful: bool) -> None:
        """Take note of an asset whose content nobody can know yet.

        Args:
            title: The title.
            asset: The asset.
            is_certain: Whether it would be made for certain.
            is_doubtful: Whether what is made may turn out to be what is there already.
        """
        if is_certain:
            self.certain.add(asset)
        unmade = Unmade(title=title, asset=asset, recipe="of what is yet to be made")
        self.planned.expected[asset] = self._keep(unmade, is_doubtful=is_doubtful)

    def _is_in_doubt(self, inputs: Collection[str]) -> bool:
        """Whether all that is new of some inputs may turn out to be as it was."""
        return bool(self.doubtful.intersection(inputs)) and not (self.fresh - self.doubtful).intersection(inputs)

    def _foretold(self, title: str, recipe: Recipe) -> Artifact:
        kept = self.planned.peek(title, recipe.asset, recipe.id)
        if kept is not None:  # forced, or it lost a file: its document says what the same recipe makes again
            return self._keep(kept.artifact)
        once = self.planned.remembered(title, recipe.asset).get(recipe.id)
        if once is not None:
            return self._keep(once.artifact)
        is_doubtful = (
            is_only_of_tools(self._why(title, recipe, None))
            or self.planned.has_forgotten(title)
            or self.planned.store.has_traces(title, recipe)
            or self._is_in_doubt(recipe.inputs.values())
        )
        return self._keep(Unmade(title=title, asset=recipe.asset, recipe=recipe.id), is_doubtful=is_doubtful)

    def _keep(self, artifact: Artifact, *, is_doubtful: bool | None = None) -> Artifact:
        """Hand an artifact to whoever asks for it later.

        Args:
            artifact: What is there, or would be.
            is_doubtful: Whether it may turn out to be what is there already; None: it is.
        """
        self.planned.leaves[artifact.asset, artifact.recipe] = artifact
        if is_doubtful is not None:
            self.fresh.add(artifact.digest)
        if is_doubtful:
            self.doubtful.add(artifact.digest)
        return artifact

    def _why(self, title: str, recipe: Recipe, kept: Kept | None) -> str:
        if kept is not None:
            return FORCED if kept.is_whole else "missing: it lost a file"
        before = self.planned.remembered(title, recipe.asset)
        if recipe.id in before:
            return "missing: it is gone from the store"
        return why_changed(recipe, [one.recipe for one in before.values()]) if before else NEVER_MADE
