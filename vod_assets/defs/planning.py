"""Plans: what a run of a title would make, and why, found out by running the assets' own bodies without their work.

Each body names its recipes and asks for what they make. A run's `Maker` makes it; a plan's takes note of what is
missing and hands on an artifact whose bytes nobody knows yet. A body that needs to look into such an artifact ends
there: what it makes depends on what is yet to be made.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any

import dagster as dg

from vod_assets.defs.artifact_io import ARTIFACTS, ArtifactIOManager, is_rendition
from vod_assets.defs.chances import Needed
from vod_assets.defs.foretelling import Later, PlanningMaker, PlanningStore, Unmade
from vod_assets.defs.guard import Wanted, WantedResource
from vod_assets.defs.making import NotMadeYet
from vod_assets.defs.partitions import TITLE_STATE
from vod_assets.defs.resources import known_profiles, resource_definitions
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import VodError
from vod_assets.domain.plan import NEVER_MADE, PlannedAsset, TitlePlan
from vod_assets.ports import Progress, Transfer
from vod_assets.ports.artifacts import ArtifactStore, TitleView
from vod_assets.ports.plans import Settled
from vod_assets.settings import Settings

OUTSIDE = frozenset({"sources", "origin", "cms"})
_UNHEARD = logging.Logger("a plan", logging.CRITICAL + 1)


class _Silent:
    """A reporter that tells nobody."""

    def started(self, title: str, step: str) -> None:
        """Pass over it."""

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Pass over it."""

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Pass over it."""

    def made(self, title: str, asset: str, reused: bool) -> None:
        """Pass over it."""


@dataclass
class _Work:
    """The plan of one title while it is made.

    Attributes:
        failing: Assets that may fail, because the source is another one than the mezzanine, and what waits for them.
        digests: What `_digests` found.
    """

    title: str
    store: PlanningStore
    maker: PlanningMaker
    artifacts: ArtifactIOManager
    look: "Look"
    failing: set[str] = field(default_factory=set)
    digests: dict[str, frozenset[str]] = field(default_factory=dict)

    def planned(self, key: str, needed: Collection[str], unknown: str, obstacle: str) -> PlannedAsset:
        """Return what was found out about an asset.

        Args:
            key: The asset, or a check as ``asset.check``.
            needed: What it is made of.
            unknown: Why nobody can know yet what it will be; empty: it is known.
            obstacle: Why it cannot be made; empty: it can.
        """
        if key not in self.store.expected and obstacle:
            self.store.blocked.add(key)
            return PlannedAsset(asset=key, obstacle=obstacle)
        if not self.failing.isdisjoint(needed):
            self.failing.add(key)
        reason = self.maker.reasons.get(key, "")
        if unknown and key not in self.store.expected:
            was_made = "." in key or self.store.seen.was_made(key)
            reason = reason or (unknown if was_made else NEVER_MADE)
            self.maker.promise(self.title, key, Needed(needed, self._digests, self.look.moved))
        is_certain = not reason or (key in self.maker.certain and key not in self.failing)
        return PlannedAsset(asset=key, reason=reason, is_certain=is_certain)

    def moves(self, key: str) -> bool:
        """Whether a run would have an asset point at something else than it does, or not come to it."""
        artifact = self.store.expected.get(key)
        if artifact is None or key in self.maker.reasons or isinstance(artifact, Unmade):
            return True
        return artifact.recipe != self.store.seen.pointed(key)

    def input(self, key: str) -> Artifact | Later:
        """Return what a body takes; rungs that the profile has not are not looked up, for no body looks at them."""
        if is_rendition(key) and key not in self.rungs:
            return Artifact.nothing(self.title, key, "the profile has no such rung")
        if self.look.changed is None or key in self.store.expected:
            return self.artifacts.upstream(self.title, key)
        return Later(partial(self.artifacts.upstream, self.title, key))

    @cached_property
    def rungs(self) -> frozenset[str]:
        """The renditions that the title's profile asks for."""
        return frozenset(self.artifacts.profile_of(self.title).rendition_keys())

    def settled(self, names: Iterable[str]) -> Settled:
        """Return what is known of a title of which everything is reused."""
        kept = {(name, recipe_id) for name in names for recipe_id in self.store.seen.recipes(name)}
        empty = (name for name, artifact in self.store.expected.items() if artifact.empty)
        return Settled("", is_sole=kept <= self.maker.used, empty=tuple(sorted(empty)))

    def _digests(self, asset: str) -> frozenset[str]:
        """Return the digests that an asset and its leaves will have in this run."""
        if asset not in self.digests:
            artifact = self.store.latest(self.title, asset)
            leaves = () if artifact is None or isinstance(artifact, Unmade) else artifact.entries
            own = () if artifact is None else (artifact.digest,)
            self.digests[asset] = frozenset((*own, *(leaf.digest for leaf in leaves)))
        return self.digests[asset]


@dataclass
class Look:
    """What is known of a title before it is planned.

    Attributes:
        view: What there is of it.
        changed: Assets and checks that may come out otherwise than when all of it would have been reused with no
            pointer moved; None: that was never so, as the title is.
        settled: What is known since then; when a plan has found a title to be so, what is known now.
        moved: Assets that the plan finds to move their pointer, or that a run would not come to.
        asked_outside: Whether the plan asked about sources, origin or CMS.
    """

    view: TitleView
    changed: frozenset[str] | None = None
    settled: Settled | None = None
    moved: set[str] = field(default_factory=set)
    asked_outside: bool = False

    def to_ask(self, body: "Body", keys: Sequence[str], rungs: Collection[str]) -> Sequence[str]:
        """Return for which of its assets a body has to be asked: they, or what they are made of, may have changed.

        Args:
            body: The body.
            keys: Its assets in this plan.
            rungs: The renditions that the profile asks for; of others it does not matter what anything is made of.
        """
        if self.changed is None:
            return keys
        is_moved = not self.moved.isdisjoint(body.needed)
        return [k for k in keys if k in self.changed or (is_moved and (not is_rendition(k) or k in rungs))]


class _Noted:
    """A resource of which a plan is known to have asked something."""

    def __init__(self, resource: Any, look: Look) -> None:
        self._resource, self._look = resource, look

    def __getattr__(self, name: str) -> Any:
        self._look.asked_outside = True
        return getattr(self._resource, name)


class Planner:
    """Plans titles with the assets and the resources of a deployment.

    Args:
        assets: Every asset and check, in an order in which each comes after what it needs.
        store: Where artifacts are kept.
        profiles: Known profiles.
        resources: What the bodies ask for besides: they are asked what they are, and never to do anything.
        metadata_mapping: See `ArtifactIOManager`.
    """

    def __init__(
        self,
        assets: Iterable[dg.AssetsDefinition],
        store: ArtifactStore,
        profiles: Mapping[str, Any],
        resources: Mapping[str, Any],
        metadata_mapping: str = "",
    ) -> None:
        self.bodies = [Body.of(definition) for definition in assets]
        self.store, self.profiles = store, profiles
        self.metadata_mapping = metadata_mapping
        self.resources = {**resources, "guard": Wanted(), "reporter": _Silent()}
        self._reused = {name: PlannedAsset(asset=name) for name in self.names()}

    def plan(
        self,
        title: str,
        selected: frozenset[str] | None = None,
        force: Sequence[str] = (),
        look: "Look | None" = None,
    ) -> TitlePlan:
        """Return what a run of a title would make.

        Args:
            title: A registered title.
            selected: Assets of the run; None: all.
            force: Patterns of assets that the run makes again though they are there.
            look: What there is of the title; None: that is looked up now.
        """
        look = look or Look(self.store.view(title))
        work = self._work(title, force, look)
        rungs = work.rungs if look.changed is not None else ()
        planned: list[PlannedAsset] = []
        for body in self.bodies:
            keys = [key for key in body.names if selected is None or key in selected]
            asked = look.to_ask(body, keys, rungs)
            found = {one.asset: one for one in self._planned(body, asked, work)} if asked else {}
            look.moved.update(key for key in asked if "." not in key and work.moves(key))
            planned += [found.get(key) or self._reused[key] for key in keys]
        if look.changed is None:
            is_settled = not look.moved and not any(one.reason or one.obstacle for one in planned)
            look.settled = work.settled(self._reused) if is_settled else None
        return TitlePlan(title=title, assets=tuple(planned))

    def plan_first(self, title: str, view: TitleView) -> TitlePlan:
        """Return what a whole run would make of a title of which nothing was ever made: all of it.

        Of its source and of the files beside it, no more is asked than whether they can be used.
        """
        work, planned = self._work(title, (), Look(view)), []
        for body in self.bodies:
            keys, obstacle = list(body.names), _waits_for(body, work.store)
            if not obstacle and keys == ["mezzanine"]:
                obstacle = self._source_obstacle(work)
            if not obstacle and keys == ["metadata"]:
                planned += self._planned(body, keys, work)
                continue
            work.store.blocked.update(keys if obstacle else ())
            reason = "" if obstacle else NEVER_MADE
            planned += [PlannedAsset(asset=key, reason=reason, obstacle=obstacle) for key in keys]
        return TitlePlan(title=title, assets=tuple(planned))

    def names(self, selected: frozenset[str] | None = None) -> tuple[str, ...]:
        """Return every asset and check of a plan, in its order."""
        known = (key for body in self.bodies for key in body.names)
        return tuple(key for key in known if selected is None or key in selected)

    def _work(self, title: str, force: Sequence[str], look: Look) -> "_Work":
        planning = PlanningStore(self.store, look.view)
        maker = PlanningMaker(title, planning, force)
        if look.changed is not None and look.settled is not None and look.settled.is_sole:
            maker.chances.empty = frozenset(look.settled.empty)
        artifacts = ArtifactIOManager(planning, self.profiles, maker, self.metadata_mapping)
        return _Work(title, planning, maker, artifacts, look)

    def _source_obstacle(self, work: "_Work") -> str:
        try:
            work.artifacts.profile_of(work.title)
            self.resources["sources"].identity(work.artifacts.record(work.title).source)
        except VodError as error:
            return str(error.about(title=work.title))
        return ""

    def _doubt_source(self, body: "Body", keys: Sequence[str], work: "_Work") -> None:
        """Call uncertain what reads the source, unless that is known to be the mezzanine's still: it would fail there.

        No source is fetched to know it.
        """
        made = [key for key in keys if key in work.maker.reasons]
        if not made or not {"mezzanine", "sources"} <= {*body.needed, *body.resources}:
            return
        if "mezzanine" in work.store.expected or (work.look.changed is not None and "mezzanine" not in work.look.moved):
            return  # the mezzanine was found to be the source's by this plan, or by one that the source is known from
        mezzanine = work.store.latest(work.title, "mezzanine")
        if mezzanine is None:
            return
        with suppress(VodError):
            work.look.asked_outside = True
            source = self.resources["sources"].known_fingerprint(work.artifacts.record(work.title).source)
            if isinstance(mezzanine, Unmade) or source.sha256 == mezzanine.document["sha256"]:
                return
        work.failing.update(made)

    def _planned(self, body: "Body", keys: Sequence[str], work: "_Work") -> list[PlannedAsset]:
        expected = work.store.expected
        unknown, obstacle = "", _waits_for(body, work.store)
        try:
            for result in () if obstacle else self._run(body, keys, work):
                expected[result.asset_key.to_user_string()] = result.value
            self._doubt_source(body, keys, work)
        except NotMadeYet:
            unknown = "input changed: " + ", ".join(_unmade_inputs(body, expected)) or "input changed"
        except dg.Failure as failure:
            obstacle = str(failure.description)
        except VodError as error:
            obstacle = str(error)
        return [work.planned(key, body.needed, unknown, obstacle) for key in keys]

    def _run(self, body: "Body", keys: Sequence[str], work: "_Work") -> Iterable[Any]:
        inputs = {name: work.input(key) for name, key in body.inputs.items()}
        outside = {name: _Noted(self.resources[name], work.look) for name in OUTSIDE if name in self.resources}
        wanted = {"artifacts": work.artifacts, **self.resources, **outside}
        resources = {key: wanted[key] for key in body.resources if key in wanted}
        told = body.function(body.context(work.title, keys), **inputs, **resources)
        if isinstance(told, dg.AssetCheckResult):
            return []  # its report was asked for like any artifact
        return [told] if isinstance(told, dg.MaterializeResult) else told


@dataclass(frozen=True)
class Body:
    """An asset's or a check's body, with what Dagster's definition says of it: to ask that again takes long.

    Attributes:
        names: What it makes.
        inputs: The assets that it takes, by the names of its arguments.
        needed: The same assets, in an order that is the same in every process.
    """

    name: str
    names: tuple[str, ...]
    inputs: Mapping[str, str]
    needed: tuple[str, ...]
    resources: tuple[str, ...]
    function: Callable[..., Any]

    @classmethod
    def of(cls, definition: dg.AssetsDefinition) -> "Body":
        """Return the body of a definition."""
        inputs, compute = inputs_of(definition), definition.op.compute_fn
        return cls(
            name=definition.op.name,
            names=tuple(_names(definition)),
            inputs=inputs,
            needed=tuple(sorted(inputs.values())),
            resources=tuple(sorted(definition.required_resource_keys)),
            function=getattr(compute, "decorated_fn"),  # noqa: B009 - Dagster's types do not say so
        )

    def context(self, title: str, keys: Sequence[str]) -> Any:
        """Return what the body is told about its run."""
        return SimpleNamespace(
            partition_key=title,
            op_execution_context=SimpleNamespace(op=SimpleNamespace(name=self.name)),
            selected_asset_keys={dg.AssetKey(key) for key in keys},
            instance=None,
            run_id="",
            log=_UNHEARD,
        )


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
        profiles = known_profiles(settings)
        yield Planner(in_order(definitions), store, profiles, named, settings.metadata_mapping)


def in_order(definitions: dg.Definitions) -> list[dg.AssetsDefinition]:
    """Return every asset and check once, each after what it needs; checks after all that they look at."""
    graph = definitions.resolve_asset_graph()
    repository = definitions.get_repository_def()
    by_key = {key: one for one in repository.assets_defs_by_key.values() for key in one.keys}
    made = graph.materializable_asset_keys
    ordered = list(dict.fromkeys(by_key[key] for key in graph.toposorted_asset_keys if key in made))
    checks = list(dict.fromkeys(repository.asset_checks_defs_by_key.values()))
    return [*ordered, *checks]


def inputs_of(definition: dg.AssetsDefinition) -> dict[str, str]:
    """Return the assets that a body takes, by the names of its arguments; the state of the title is not one."""
    named = definition.keys_by_input_name.items()
    return {name: key.to_user_string() for name, key in named if key != TITLE_STATE}


def _names(definition: dg.AssetsDefinition) -> list[str]:
    if isinstance(definition, dg.AssetChecksDefinition):
        return [key.to_user_string().replace(":", ".") for key in definition.check_keys]
    return [key.to_user_string() for key in definition.keys]


def _waits_for(body: Body, store: PlanningStore) -> str:
    """Return why a run does not come to an asset, if something it needs cannot be made."""
    blocked = [name for name in body.needed if name in store.blocked]
    return f"waits for {', '.join(blocked)}" if blocked else ""


def _unmade_inputs(body: Body, expected: Mapping[str, Artifact]) -> list[str]:
    return [name for name in body.needed if isinstance(expected.get(name), Unmade)]
