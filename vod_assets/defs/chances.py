"""What nobody can know before a run: whether what it would make of new inputs is there already.

A run reuses an artifact when the store has one of the same recipe. Where an input is yet to be made, its digest is
open, and so is the recipe. Then each recipe that the store has is asked whether it may be that one: it is not if it
names an input that this run will certainly not have.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.plan import PARTS
from vod_assets.domain.recipe import Recipe
from vod_assets.ports.artifacts import Past

INDEX = {"kind": "index"}  # parameters of what lists leaves, and is made of nothing else
Made = Mapping[str, frozenset[str]]


@dataclass
class Chances:
    """Says of one title what may be there already, and what may come out as it was.

    Attributes:
        past: Returns all that an asset is known to have been, what is gone since included.
        opened: The asset of each digest that only stands for one that nobody knows yet.
        doubtful: Those of them that may turn out to be one that the asset has had before.
    """

    past: Callable[[str], Collection[Past]]
    opened: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)

    def opens(self, artifact: Artifact, *, is_doubtful: bool) -> None:
        """Take note of an artifact that nobody knows yet."""
        self.opened[artifact.digest] = artifact.asset
        if is_doubtful:
            self.doubtful.add(artifact.digest)

    def may_be_there(self, recipe: Recipe) -> bool:
        """Whether a recipe that was not found may turn out to be one that the store has."""
        if self.opened.keys().isdisjoint(recipe.inputs.values()):
            return False
        return any(one.is_kept and self._may_be(recipe, one.recipe) for one in self.past(recipe.asset))

    def may_come_out_as_before(self, recipe: Recipe) -> bool:
        """Whether a recipe may make what the asset was before: by other tools, of what may be the same inputs."""
        return any(self._may_be(recipe, one.recipe, but="tools") for one in self.past(recipe.asset))

    def may_stay(self, asset: str, made_of: Made, *, is_kept: bool) -> bool:
        """Whether an asset of whose recipe nothing is known but its inputs may be one that it was before.

        Args:
            asset: An asset, or a check.
            made_of: Each of the assets that it needs, with the digests that it and its leaves will have in this run.
            is_kept: Ask of those only that the store has still.
        """
        before = [one for one in self.past(asset) if one.recipe["parameters"] != INDEX and one.is_kept >= is_kept]
        return any(not self._is_ruled_out(one.recipe["inputs"].values(), made_of) for one in before)

    def _may_be(self, recipe: Recipe, other: Mapping[str, Any], but: str = "") -> bool:
        ours, inputs = recipe.as_document(), other["inputs"]
        if any(ours[part] != other[part] for part in PARTS if part not in ("inputs", but)):
            return False
        return inputs.keys() == recipe.inputs.keys() and all(
            self._may_become(mine, inputs[name]) for name, mine in recipe.inputs.items()
        )

    def _may_become(self, mine: str, digest: str) -> bool:
        """Whether an input may turn out to have a digest that an older recipe names.

        A digest of which nothing is known is that of something lost, which may be made again.
        """
        if mine not in self.opened:
            return mine == digest
        return mine in self.doubtful or not self._was(self.opened[mine], digest)

    def _is_ruled_out(self, inputs: Collection[str], made_of: Made) -> bool:
        """Whether any of an older recipe's inputs is known to be what a needed asset was, and will not be again."""
        return any(
            digest not in digests and self.doubtful.isdisjoint(digests) and self._was(name, digest)
            for digest in inputs
            for name, digests in made_of.items()
        )

    def _was(self, asset: str, digest: str) -> bool:
        return any(one.digest == digest for one in self.past(asset))
