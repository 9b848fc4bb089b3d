"""Plans: what a run of a title would make, and why, found out by running the assets' own bodies without their work.

Each body names its recipes and asks for what they make. A run's `Maker` makes it; a plan's takes note of what is
missing and hands on an artifact whose bytes nobody knows yet. A body that needs to look into such an artifact ends
there: what it makes depends on what is yet to be made.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg

from vod_assets.defs.artifact_io import ARTIFACTS, ArtifactIOManager
from vod_assets.defs.guard import Guarding
from vod_assets.defs.making import Made, Maker, NotMadeYet, Results, Work
from vod_assets.defs.resources import known_profiles, resource_definitions
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.errors import VodError
from vod_assets.domain.plan import PlannedAsset, TitlePlan, why_changed
from vod_assets.domain.recipe import Recipe
from vod_assets.ports import Progress
from vod_assets.ports.artifacts import ArtifactStore, Kept, Remembered
from vod_assets.settings import Settings

NOWHERE = Path("/nowhere")
_UNHEARD = logging.Logger("a plan", logging.CRITICAL + 1)
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


class PlanningMaker(Maker):
    """Makes nothing; takes note of what a run would make, and why."""

    is_real = False

    def __init__(self, store: PlanningStore) -> None:
        super().__init__(store)
        self.planned = store
        self.reasons: dict[str, str] = {}

    def find(self, title: str, recipe: Recipe) -> Artifact | None:
        """Return a recipe's artifact if it is whole; take note if it is not."""
        kept = self.planned.store.peek(title, recipe)
        if kept is not None and kept.is_whole:
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
        kept = self.planned.store.peek(title, recipe)
        if kept is not None:
            return self._keep(kept.artifact)
        entries = tuple(leaf.entry(name) for name, leaf in leaves.items())
        return self._keep(Artifact(title=title, asset=recipe.asset, recipe=recipe.id, entries=entries))

    def _foretold(self, title: str, recipe: Recipe) -> Artifact:
        kept = self.planned.store.peek(title, recipe)
        if kept is not None:  # it lost a file; its document says what the same recipe makes again
            return self._keep(kept.artifact)
        once = self.planned.remembered(title, recipe.asset).get(recipe.id)
        return self._keep(once.artifact if once else Unmade(title=title, asset=recipe.asset, recipe=recipe.id))

    def _keep(self, artifact: Artifact) -> Artifact:
        self.planned.leaves[artifact.asset, artifact.recipe] = artifact
        return artifact

    def _why(self, title: str, recipe: Recipe, kept: Kept | None) -> str:
        if kept is not None:
            return "missing: it lost a file"
        before = self.planned.remembered(title, recipe.asset)
        if recipe.id in before:
            return "missing: it is gone from the store"
        return why_changed(recipe, [one.recipe for one in before.values()]) if before else "never made"


class _Silent:
    """A reporter that tells nobody."""

    def started(self, title: str, step: str) -> None:
        """Pass over it."""

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Pass over it."""

    def made(self, title: str, asset: str, reused: bool) -> None:
        """Pass over it."""


class Wanted(Guarding):
    """A guard that lets everything pass: a plan does nothing that could be unwanted."""

    def check(self) -> None:
        """Return."""


class WantedResource(dg.ConfigurableResource[Guarding]):
    """Gives plans their guard."""

    def create_resource(self, context: dg.InitResourceContext) -> Wanted:
        """Return the guard."""
        return Wanted()


class Planner:
    """Plans titles with the assets and the resources of a deployment.

    Args:
        assets: Every asset and check, in an order in which each comes after what it needs.
        store: Where artifacts are kept.
        profiles: Known profiles.
        resources: What the bodies ask for besides: they are asked what they are, and never to do anything.
    """

    def __init__(
        self,
        assets: Iterable[dg.AssetsDefinition],
        store: ArtifactStore,
        profiles: Mapping[str, Any],
        resources: Mapping[str, Any],
    ) -> None:
        self.assets, self.store, self.profiles = list(assets), store, profiles
        self.resources = {**resources, "guard": Wanted(), "reporter": _Silent()}

    def plan(self, title: str, selected: frozenset[str] | None = None) -> TitlePlan:
        """Return what a run of a title would make.

        Args:
            title: A registered title.
            selected: Assets of the run; None: all.
        """
        store = PlanningStore(self.store)
        maker = PlanningMaker(store)
        artifacts = ArtifactIOManager(store, self.profiles, maker)
        planned: list[PlannedAsset] = []
        for definition in self.assets:
            keys = _names(definition) if selected is None else [key for key in _names(definition) if key in selected]
            if keys:
                planned += self._planned(definition, title, keys, artifacts, maker)
        return TitlePlan(title=title, assets=tuple(planned))

    def _planned(
        self,
        definition: dg.AssetsDefinition,
        title: str,
        keys: list[str],
        artifacts: ArtifactIOManager,
        maker: PlanningMaker,
    ) -> list[PlannedAsset]:
        store: Any = artifacts.store
        before = set(maker.reasons)
        unknown = ""
        try:
            for result in self._run(definition, title, keys, artifacts):
                store.expected[result.asset_key.to_user_string()] = result.value
        except NotMadeYet:
            unknown = "input changed: " + ", ".join(_unmade_inputs(definition, store.expected)) or "input changed"
        except VodError as error:
            unknown = f"cannot be planned: {error}"
        planned = []
        for key in keys:
            reason = maker.reasons.get(key, "") if key in maker.reasons and key not in before else ""
            if unknown and key not in store.expected:
                store.expected[key] = Unmade(title=title, asset=key, recipe="of what is yet to be made")
                reason = reason or unknown
            planned.append(PlannedAsset(asset=key, reason=reason))
        return planned

    def _run(
        self, definition: dg.AssetsDefinition, title: str, keys: list[str], artifacts: ArtifactIOManager
    ) -> Iterable[Any]:
        body: Any = definition.op.compute_fn
        context = _context(definition, title, keys)
        inputs = {name: artifacts.load_input(_input(title, key)) for name, key in definition.keys_by_input_name.items()}
        wanted = {"artifacts": artifacts, **self.resources}
        resources = {key: wanted[key] for key in definition.required_resource_keys if key in wanted}
        told = body.decorated_fn(context, **inputs, **resources)
        if isinstance(told, dg.AssetCheckResult):
            return []  # its report was asked for like any artifact
        return [told] if isinstance(told, dg.MaterializeResult) else told


@contextmanager
def open_planner(definitions: dg.Definitions, store: ArtifactStore, settings: Settings) -> Iterator[Planner]:
    """Return a planner of a deployment's whole graph.

    Args:
        definitions: The deployment's.
        store: Where artifacts are kept.
        settings: What the resources are opened with.
    """
    resources = resource_definitions(settings, guard=WantedResource())
    bodies = [name for name in resources if name not in (ARTIFACTS, "guard", "reporter")]
    with dg.build_resources({name: resources[name] for name in bodies}) as opened:
        named = {name: getattr(opened, name) for name in bodies}
        yield Planner(in_order(definitions), store, known_profiles(settings), named)


def in_order(definitions: dg.Definitions) -> list[dg.AssetsDefinition]:
    """Return every asset and check once, each after what it needs; checks after all that they look at."""
    graph = definitions.resolve_asset_graph()
    repository = definitions.get_repository_def()
    by_key = {key: one for one in repository.assets_defs_by_key.values() for key in one.keys}
    ordered = list(dict.fromkeys(by_key[key] for key in graph.toposorted_asset_keys if key in by_key))
    checks = list(dict.fromkeys(repository.asset_checks_defs_by_key.values()))
    return [*ordered, *checks]


def _names(definition: dg.AssetsDefinition) -> list[str]:
    if isinstance(definition, dg.AssetChecksDefinition):
        return [key.to_user_string().replace(":", ".") for key in definition.check_keys]
    return [key.to_user_string() for key in definition.keys]


def _unmade_inputs(definition: dg.AssetsDefinition, expected: Mapping[str, Artifact]) -> list[str]:
    names = [key.to_user_string() for key in definition.keys_by_input_name.values()]
    return [name for name in names if isinstance(expected.get(name), Unmade)]


def _context(definition: dg.AssetsDefinition, title: str, keys: list[str]) -> Any:
    op = SimpleNamespace(op=SimpleNamespace(name=definition.op.name))
    selected = {dg.AssetKey(key) for key in keys}
    return SimpleNamespace(
        partition_key=title,
        op_execution_context=op,
        selected_asset_keys=selected,
        instance=None,
        run_id="",
        log=_UNHEARD,
    )


def _input(title: str, key: dg.AssetKey) -> Any:
    return SimpleNamespace(partition_key=title, asset_key=key)
