"""Plans: what a run of a title would make, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from vod_assets.domain.documents import Document
from vod_assets.domain.recipe import Recipe

PARTS = {"inputs": "input changed", "parameters": "recipe changed", "tools": "tool changed"}
NEVER_MADE = "never made"
FORCED = "forced"


class PlannedAsset(Document):
    """What a run would do about one asset.

    Attributes:
        asset: The asset's key, or a check's as ``asset.check``.
        reason: Why it would be made; empty: it would be reused.
        obstacle: Why a run cannot come to it as things are; then it is neither made nor reused.
        is_certain: Whether it would be made whatever comes out of what is made before it. What a new source holds, and
            whether another tool makes other bytes, nobody knows before: then it may turn out to be reused.
        pieces: How many it would be joined of; 0: none, or that is not known before.
        pieces_there: How many of them are there already.
    """

    asset: str
    reason: str = ""
    obstacle: str = ""
    is_certain: bool = True
    pieces: int = 0
    pieces_there: int = 0

    @property
    def executes(self) -> bool:
        """Whether a run would make it."""
        return bool(self.reason)


class TitlePlan(Document):
    """What a run of a title would do, asset by asset, in the order of the graph."""

    title: str
    assets: tuple[PlannedAsset, ...]

    @property
    def executed(self) -> tuple[str, ...]:
        """Assets that a run would make."""
        return tuple(planned.asset for planned in self.assets if planned.executes)

    @property
    def certain(self) -> tuple[str, ...]:
        """Those of them that it would make whatever comes out of what is made before."""
        return tuple(planned.asset for planned in self.assets if planned.executes and planned.is_certain)

    @property
    def needs_run(self) -> bool:
        """Whether a run would make anything."""
        return any(planned.executes for planned in self.assets)

    @property
    def obstacle(self) -> str:
        """Why a run would fail as things are; empty: nothing is known that would stop it."""
        return next((planned.obstacle for planned in self.assets if planned.obstacle), "")


def why_changed(recipe: Recipe, before: Sequence[Mapping[str, Any]]) -> str:
    """Return how a recipe differs from the nearest of those that the asset was made by before.

    >>> why_changed(Recipe("poster", {"mezzanine": "b"}), [{"inputs": {"mezzanine": "a"}, "parameters": {}}])
    'input changed: mezzanine'
    """
    now = recipe.as_document()
    differences = [_differences(now, one) for one in before]
    nearest = min(differences, key=len)
    said = [f"{PARTS[part]}: {name}" for part, name in nearest]
    return "; ".join(said) if said else NEVER_MADE


def _differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for part in PARTS:
        mine, theirs = now[part], before.get(part) or {}
        found += [(part, name) for name in sorted({*mine, *theirs}) if mine.get(name) != theirs.get(name)]
    return found
