"""Plans of a whole catalogue: a title of which nothing has changed since its last plan is answered from memory."""

from collections.abc import Sequence
from functools import cached_property
from importlib import resources as files
from pathlib import Path
from typing import Any

from vod_assets.defs.planning import Planner
from vod_assets.domain.documents import digest_of
from vod_assets.domain.errors import SourceError, VodError
from vod_assets.domain.plan import PlannedAsset, TitlePlan
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.plans import PlanMemory, Remark, RememberedPlan, Seal
from vod_assets.settings import Settings


class SealedPlanner:
    """Plans titles, and remembers each plan together with everything that it depends on.

    Args:
        planner: Plans a title from nothing but what is there.
        memory: Where plans are remembered.
        deployment: See `deployment_word`.
        selected: Assets of the run; None: all.
        force: Patterns of assets that the run makes again though they are there.
    """

    def __init__(
        self,
        planner: Planner,
        memory: PlanMemory,
        deployment: str,
        selected: frozenset[str] | None = None,
        force: Sequence[str] = (),
    ) -> None:
        self.planner, self.memory, self.deployment = planner, memory, deployment
        self.selected, self.force = selected, tuple(force)
        self.asked = digest_of([sorted(selected) if selected is not None else None, list(force)])[:16]

    def plan(self, title: str) -> TitlePlan:
        """Return what a run of a title would make."""
        if self.selected is None and not self.force and self.planner.store.is_untouched(title):
            return self.planner.plan_first(title)
        seal = self._seal(title)
        kept = self.memory.recall(self.asked, title) if seal else None
        if kept is not None and kept.seal == seal:
            return self.unfolded(title, kept.remarks)
        plan = self.planner.plan(title, self.selected, self.force)
        if seal is not None and self._seal(title) == seal:  # nothing happened to it meanwhile
            self.memory.keep(self.asked, title, RememberedPlan(seal, folded(plan)))
        return plan

    def unfolded(self, title: str, remarks: Sequence[Remark]) -> TitlePlan:
        """Return the plan that was folded."""
        said = {
            key: PlannedAsset(asset=key, reason=reason, obstacle=obstacle, is_certain=is_certain)
            for key, reason, obstacle, is_certain in remarks
        }
        return TitlePlan(title=title, assets=tuple({**self._reused, **said}.values()))

    def _seal(self, title: str) -> Seal | None:
        """Return what a title's plan depends on; None when that cannot be known."""
        try:
            record = self.planner.store.record(title)
            return Seal(self.deployment, self._state(record)) if record else None
        except VodError:
            return None

    def _state(self, record: TitleRecord) -> str:
        title, resources = record.title_id, self.planner.resources
        addresses = [record.source, *(sidecar.address for sidecar in record.sidecars)]
        seen = [_identity(resources["sources"], address) for address in addresses]
        entry = resources["cms"].entry(title)
        states = [self.planner.store.state(title), resources["origin"].state(title)]
        return digest_of([*states, *seen, dict(entry) if entry is not None else None])

    @cached_property
    def _reused(self) -> dict[str, PlannedAsset]:
        return {name: PlannedAsset(asset=name) for name in self.planner.names(self.selected)}


def folded(plan: TitlePlan) -> list[Remark]:
    """Return what is to be said of a plan's assets; those that are reused are left out."""
    return [(one.asset, one.reason, one.obstacle, one.is_certain) for one in plan.assets if one.reason or one.obstacle]


def deployment_word(planner: Planner, settings: Settings) -> str:
    """Return a word for what the plans of all titles depend on: profiles, tools, settings and the program itself."""
    builds = {name: dict(getattr(one, "build_ids", {})) for name, one in planner.resources.items()}
    mapping = settings.metadata_mapping
    profiles = {name: profile.model_dump() for name, profile in planner.profiles.items()}
    said = _identity(planner.resources["sources"], mapping) if mapping else ""
    return digest_of([profiles, builds, planner.names(), said, repr(settings), _program()])[:32]


def _program() -> list[str]:
    """Return a word for each of our own modules: what they do with equal inputs may have changed."""
    package = Path(str(files.files("vod_assets")))
    found = ((path, path.stat()) for path in sorted(package.rglob("*.py")))
    return [f"{path} {status.st_size} {status.st_mtime_ns}" for path, status in found]


def _identity(sources: Any, address: str) -> str:
    try:
        return str(sources.identity(address))
    except SourceError as error:
        return str(error)
