"""Plans of a whole catalogue: a title of which nothing has changed since its last plan is answered from memory."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from vod_assets.defs.bodies import Look
from vod_assets.defs.deployment import Deployment, seen
from vod_assets.defs.planning import Planner
from vod_assets.domain.documents import digest_of
from vod_assets.domain.errors import VodError
from vod_assets.domain.plan import PlannedAsset, TitlePlan
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.plans import PlanMemory, Remark, RememberedPlan, Seal, Settled


class SealedPlanner:
    """Plans titles, and remembers each plan together with everything that it depends on.

    Args:
        planner: Plans a title from nothing but what is there.
        memory: Where plans are remembered.
        deployment: The deployment that it plans with.
        selected: Assets of the run; None: all.
        force: Patterns of assets that the run makes again though they are there.
    """

    def __init__(
        self,
        planner: Planner,
        memory: PlanMemory,
        deployment: Deployment,
        selected: frozenset[str] | None = None,
        force: Sequence[str] = (),
    ) -> None:
        self.planner, self.memory, self.deployment = planner, memory, deployment
        self.selected, self.force = selected, tuple(force)
        self._changes: dict[tuple[str, str], frozenset[str] | None] = {}
        memory.keep_deployment(deployment.word, deployment.as_document())
        self.asked = digest_of([sorted(selected) if selected is not None else None, list(force)])[:16]

    def plan(self, title: str) -> TitlePlan:
        """Return what a run of a title would make."""
        view = self.planner.store.view(title)
        if self.selected is None and not self.force and view.is_untouched:
            return self.planner.plan_first(title, view)
        outside = self._outside(view.record)
        state = digest_of([view.word, outside])
        kept = self.memory.recall(self.asked, title) if outside else None
        if kept is not None and kept.seal == Seal(self.deployment.word, state):
            return self.unfolded(title, kept.remarks)
        settled = kept.settled if kept is not None and kept.seal.title == state else None
        look = Look(view, self._changed(settled, view.record), settled)
        plan = self.planner.plan(title, self.selected, self.force, look)
        is_same = not view.is_torn and (not look.asked_outside or self._outside(view.record) == outside)
        if outside and is_same:  # nothing happened meanwhile
            if look.settled is not None and not look.moved:
                settled = replace(look.settled, deployment=self.deployment.word)
            self.memory.keep(
                self.asked, title, RememberedPlan(Seal(self.deployment.word, state), folded(plan), settled)
            )
        return plan

    def unfolded(self, title: str, remarks: Sequence[Remark]) -> TitlePlan:
        """Return the plan that was folded."""
        said = {
            key: PlannedAsset(
                asset=key,
                reason=reason,
                obstacle=obstacle,
                is_certain=is_certain,
                pieces=pieces,
                pieces_there=pieces_there,
            )
            for key, reason, obstacle, is_certain, pieces, pieces_there in remarks
        }
        return TitlePlan(title=title, assets=tuple({**self._reused, **said}.values()))

    def _outside(self, record: TitleRecord | None) -> str:
        """Return a word for what a title's plan depends on besides its artifacts; empty when that cannot be known."""
        if record is None:
            return ""
        title, resources = record.title_id, self.planner.resources
        addresses = [record.source, *(sidecar.address for sidecar in record.sidecars)]
        try:
            words = [seen(resources["sources"], address) for address in addresses]
            entry, streamed = resources["cms"].entry(title), resources["rtsp"].registered(title)
            shown = [dict(entry) if entry is not None else None, *([streamed] if streamed else [])]
            return digest_of([resources["origin"].state(title), *words, *shown])
        except VodError:
            return ""

    def _changed(self, settled: Settled | None, record: TitleRecord | None) -> frozenset[str] | None:
        """Return what may come out otherwise than under the deployment that a title was settled under; None: all."""
        if settled is None or record is None:
            return None
        known = settled.deployment, record.profile
        if known not in self._changes:
            before = self.memory.deployment(settled.deployment)
            changed = self.deployment.changed(before, record.profile, self.planner.bodies) if before else None
            self._changes[known] = changed
        return self._changes[known]

    @cached_property
    def _reused(self) -> dict[str, PlannedAsset]:
        return {name: PlannedAsset(asset=name) for name in self.planner.names(self.selected)}


def folded(plan: TitlePlan) -> list[Remark]:
    """Return what is to be said of a plan's assets; those that are reused are left out."""
    return [
        (one.asset, one.reason, one.obstacle, one.is_certain, one.pieces, one.pieces_there)
        for one in plan.assets
        if one.reason or one.obstacle
    ]
