"""The plan of one title while it is made."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial

from vod_assets.defs.artifact_io import ArtifactIOManager
from vod_assets.defs.bodies import Look
from vod_assets.defs.chances import Needed
from vod_assets.defs.foretelling import Later, PlanningMaker, PlanningStore, Unmade
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import is_rendition, not_asked
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.plan import NEVER_MADE, PlannedAsset
from vod_assets.domain.profile import Profile
from vod_assets.ports.plans import Settled


@dataclass
class Work:
    """The plan of one title while it is made.

    Attributes:
        failing: Assets that may fail, because the source is another one than the mezzanine, and what waits for them.
        digests: What `_digests` found.
    """

    title: str
    store: PlanningStore
    maker: PlanningMaker
    artifacts: ArtifactIOManager
    look: Look
    failing: set[str] = field(default_factory=set)
    digests: dict[str, frozenset[str]] = field(default_factory=dict)

    def is_asked(self, key: str) -> bool:
        """Whether a run of the title makes an asset, or a check as ``asset.check``; see `leaves_out`."""
        try:
            return not self.artifacts.leaves_out(self.title, self.profile, key.partition(".")[0])
        except ConfigError:  # there is no such profile: the bodies say so
            return True

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
        pieces, there = self.maker.pieces.get(key, (0, 0))
        return PlannedAsset(asset=key, reason=reason, is_certain=is_certain, pieces=pieces, pieces_there=there)

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
    def profile(self) -> Profile:
        """The title's."""
        return self.artifacts.profile_of(self.title)

    @cached_property
    def rungs(self) -> frozenset[str]:
        """The renditions that the title's profile asks for."""
        return frozenset(self.profile.rendition_keys())

    def _not_asked(self, asset: str) -> Artifact | None:
        """Return what is read of an asset that the profile does not ask for, and of which there is nothing."""
        why = not_asked(self.profile, asset)
        return Artifact.nothing(self.title, asset, why) if why else None

    def settled(self, names: Iterable[str]) -> Settled:
        """Return what is known of a title of which everything is reused."""
        kept = {(name, recipe_id) for name in names for recipe_id in self.store.seen.recipes(name)}
        expected = self.store.expected
        left_out = {(name, one) for name, one in kept if name not in expected and one == self.store.seen.pointed(name)}
        left_out = {(name, one) for name, one in left_out if not self.is_asked(name)}
        empty = {name for name, artifact in expected.items() if artifact.empty} | {name for name, _ in left_out}
        return Settled("", is_sole=kept <= self.maker.used | left_out, empty=tuple(sorted(empty)))

    def _digests(self, asset: str) -> frozenset[str]:
        """Return the digests that an asset and its leaves will have in this run."""
        if asset not in self.digests:
            artifact = self.store.latest(self.title, asset) or self._not_asked(asset)
            leaves = () if artifact is None or isinstance(artifact, Unmade) else artifact.entries
            own = () if artifact is None else (artifact.digest,)
            self.digests[asset] = frozenset((*own, *(leaf.digest for leaf in leaves)))
        return self.digests[asset]
