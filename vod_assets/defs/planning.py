"""Plans: what a run of a title would make, and why, found out by running the assets' own bodies without their work.

Each body names its recipes and asks for what they make. A run's `Maker` makes it; a plan's takes note of what is
missing and hands on an artifact whose bytes nobody knows yet. A body that needs to look into such an artifact ends
there: what it makes depends on what is yet to be made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import dagster as dg

from vod_assets.defs.artifact_io import ARTIFACTS, ArtifactIOManager
from vod_assets.defs.bodies import Body, Look, Noted
from vod_assets.defs.foretelling import PlanningMaker, PlanningStore, Unmade
from vod_assets.defs.guard import Wanted, WantedResource
from vod_assets.defs.making import NotMadeYet
from vod_assets.defs.plan_work import Work
from vod_assets.defs.resources import known_profiles, resource_definitions
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.errors import VodError
from vod_assets.domain.plan import NEVER_MADE, PlannedAsset, TitlePlan
from vod_assets.ports import Progress, Transfer
from vod_assets.ports.artifacts import ArtifactStore, TitleView
from vod_assets.settings import Settings

OUTSIDE = frozenset({"sources", "origin", "cms", "publisher", "rtsp"})
WORDS = frozenset({"metadata", "markers"})  # made of files beside the source, which may be wrong


class _Silent:
    """A reporter that tells nobody."""

    def started(self, title: str, step: str) -> None:
        """Pass over it."""

    def progressed(self, title: str, step: str, progress: Progress) -> None:
        """Pass over it."""

    def moved(self, title: str, step: str, transfer: Transfer) -> None:
        """Pass over it."""

    def made(self, title: str, asset: str, reused: bool, empty: str = "") -> None:
        """Pass over it."""


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
        look: Look | None = None,
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
        is_any_asked = selected is None or any(work.is_asked(name) for name in selected)
        for body in self.bodies:
            keys = [key for key in body.names if selected is None or key in selected]
            asked = [key for key in look.to_ask(body, keys, rungs) if not is_any_asked or work.is_asked(key)]
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
        work, planned = self._work(title, (), Look(view)), dict(self._reused)
        for body in self.bodies:
            keys, obstacle = [key for key in body.names if work.is_asked(key)], _waits_for(body, work.store)
            if not keys:
                continue
            if not obstacle and keys == ["mezzanine"]:
                obstacle = self._source_obstacle(work)
            if not obstacle and keys[0] in WORDS:
                planned |= {one.asset: one for one in self._planned(body, keys, work)}
                continue
            if keys == ["media_info"]:
                work.store.expected["media_info"] = Unmade(title=title, asset="media_info", recipe=NEVER_MADE)
            work.store.blocked.update(keys if obstacle else ())
            reason = "" if obstacle else NEVER_MADE
            planned |= {key: PlannedAsset(asset=key, reason=reason, obstacle=obstacle) for key in keys}
        return TitlePlan(title=title, assets=tuple(planned.values()))

    def names(self, selected: frozenset[str] | None = None) -> tuple[str, ...]:
        """Return every asset and check of a plan, in its order."""
        known = (key for body in self.bodies for key in body.names)
        return tuple(key for key in known if selected is None or key in selected)

    def _work(self, title: str, force: Sequence[str], look: Look) -> Work:
        planning = PlanningStore(self.store, look.view)
        maker = PlanningMaker(title, planning, force)
        if look.changed is not None and look.settled is not None and look.settled.is_sole:
            maker.chances.empty = frozenset(look.settled.empty)
        artifacts = ArtifactIOManager(planning, self.profiles, maker, self.metadata_mapping)
        return Work(title, planning, maker, artifacts, look)

    def _source_obstacle(self, work: Work) -> str:
        try:
            work.artifacts.profile_of(work.title)
            self.resources["sources"].identity(work.artifacts.record(work.title).source)
        except VodError as error:
            return str(error.about(title=work.title))
        return ""

    def _doubt_source(self, body: Body, keys: Sequence[str], work: Work) -> None:
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

    def _planned(self, body: Body, keys: Sequence[str], work: Work) -> list[PlannedAsset]:
        expected = work.store.expected
        unknown, obstacle = "", _waits_for(body, work.store)
        try:
            for result in () if obstacle else self._run(body, keys, work):
                expected[result.asset_key.to_user_string()] = result.value
        except NotMadeYet:
            unknown = "input changed: " + ", ".join(_unmade_inputs(body, expected)) or "input changed"
        except dg.Failure as failure:
            obstacle = str(failure.description)
        except VodError as error:
            obstacle = str(error)
        if not obstacle:
            self._doubt_source(body, keys, work)
        return [work.planned(key, body.needed, unknown, obstacle) for key in keys]

    def _run(self, body: Body, keys: Sequence[str], work: Work) -> Iterable[Any]:
        inputs = {name: work.input(key) for name, key in body.inputs.items()}
        outside = {name: Noted(self.resources[name], work.look) for name in OUTSIDE if name in self.resources}
        wanted = {"artifacts": work.artifacts, **self.resources, **outside}
        resources = {key: wanted[key] for key in body.resources if key in wanted}
        told = body.function(body.context(work.title, keys), **inputs, **resources)
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


def _waits_for(body: Body, store: PlanningStore) -> str:
    """Return why a run does not come to an asset, if something it needs cannot be made."""
    blocked = [name for name in body.needed if name in store.blocked]
    return f"waits for {', '.join(blocked)}" if blocked else ""


def _unmade_inputs(body: Body, expected: Mapping[str, Artifact]) -> list[str]:
    return [name for name in body.needed if isinstance(expected.get(name), Unmade)]
