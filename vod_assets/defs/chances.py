"""What nobody can know before a run: whether what it would make of new inputs is there already.

A run reuses an artifact when the store has one of the same recipe. Where an input is yet to be made, its digest is
open, and so is the recipe. Then each recipe that the store has is asked whether it may be that one: it is not if it
names an input that this run will certainly not have.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import is_rendition
from vod_assets.domain.plan import PARTS
from vod_assets.domain.recipe import Recipe
from vod_assets.ports.artifacts import Past

INDEX = {"kind": "index"}  # parameters of what lists leaves, and is made of nothing else
BESIDES = frozenset(
    {"mezzanine", "media_info", "audio_levels", "encoding_ladder", "poster"}
)  # read; named where nothing is


@dataclass(frozen=True)
class Needed:
    """What an asset is made of in this run.

    Attributes:
        names: The assets that it needs.
        digests: Returns the digests that one of them and its leaves will have.
        moved: All assets that will not be what they were.
    """

    names: Collection[str]
    digests: Callable[[str], frozenset[str]]
    moved: Collection[str]

    @property
    def named(self) -> list[str]:
        """Those that its recipes name, whatever they turn out to be; of rungs, variants choose some."""
        others = [name for name in self.names if name not in BESIDES]
        return [name for name in others if not is_rendition(name)] if others else [*self.names]

    def is_any(self, digest: str) -> bool:
        """Whether a digest is one of theirs."""
        return any(digest in self.digests(name) for name in self.names)


@dataclass
class Chances:
    """Says of one title what may be there already, and what may come out as it was.

    Attributes:
        past: Returns all that an asset is known to have been, what is gone since included.
        opened: The asset of each digest that only stands for one that nobody knows yet.
        doubtful: Those of them that may turn out to be one that the asset has had before.
        empty: Assets that do not apply to the title, if the store has nothing but what it was made of as it was: then
            no recipe that is there names anything new. None: the store may have more.
    """

    past: Callable[[str], Iterable[Past]]
    opened: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    empty: frozenset[str] | None = None
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    def opens(self, artifact: Artifact, *, is_doubtful: bool) -> None:
        """Take note of an artifact that nobody knows yet."""
        self.opened[artifact.digest] = artifact.asset
        if is_doubtful:
            self.doubtful.add(artifact.digest)

    def may_be_there(self, recipe: Recipe) -> bool:
        """Whether a recipe that was not found may turn out to be one that the store has."""
        if self.opened.keys().isdisjoint(recipe.inputs.values()) or self._is_out_of_question(recipe):
            return False
        return any(one.is_kept and self._may_be(recipe, one.recipe) for one in self.past(recipe.asset))

    def may_come_out_as_before(self, recipe: Recipe) -> bool:
        """Whether a recipe may make what the asset was before: by other tools, of what may be the same inputs."""
        return not self._is_out_of_question(recipe) and any(
            self._may_be(recipe, one.recipe, but="tools") for one in self.past(recipe.asset)
        )

    def may_stay(self, asset: str, made_of: Needed, *, is_kept: bool) -> bool:
        """Whether an asset of whose recipes nothing is known but their inputs may have no new one.

        Args:
            asset: An asset, or a check.
            made_of: What it is made of.
            is_kept: Ask of those recipes only that the store has still.
        """
        is_new = any(self._is_surely_new(made_of.digests(name)) for name in made_of.named if name in made_of.moved)
        if self.empty is not None and is_new:
            return asset in self.empty
        if self.empty is not None and all(self._may_be_old(made_of, name) for name in made_of.names):
            return True
        inputs = (
            one.recipe["inputs"].values()
            for one in self.past(asset)
            if one.is_kept >= is_kept and one.recipe["parameters"] != INDEX
        )
        possible = (digests for digests in inputs if not any(self._is_ruled_out(one, made_of) for one in digests))
        if not is_new:
            return any(True for _ in possible)
        return any(not digests or any(self._is_of_nothing(one, made_of) for one in digests) for digests in possible)

    def _may_be(self, recipe: Recipe, other: Mapping[str, Any], but: str = "") -> bool:
        inputs = other["inputs"]
        if inputs.keys() != recipe.inputs.keys():
            return False
        if not all(self._may_become(mine, inputs[name]) for name, mine in recipe.inputs.items()):
            return False
        ours = recipe.as_document()
        return all(ours[part] == other[part] for part in PARTS if part not in ("inputs", but))

    def _may_become(self, mine: str, digest: str) -> bool:
        """Whether an input may turn out to have a digest that an older recipe names.

        A digest of which nothing is known is that of something lost, which may be made again.
        """
        if mine not in self.opened:
            return mine == digest
        return mine in self.doubtful or not self._was(self.opened[mine], digest)

    def _is_ruled_out(self, digest: str, made_of: Needed) -> bool:
        """Whether an older recipe's input is known to be what a needed asset was, and will not be again."""
        return not made_of.is_any(digest) and any(
            self.doubtful.isdisjoint(made_of.digests(name)) and self._was(name, digest) for name in made_of.names
        )

    def _is_of_nothing(self, digest: str, made_of: Needed) -> bool:
        """Whether nobody knows what an older recipe's input was."""
        return not made_of.is_any(digest) and not any(self._was(name, digest) for name in made_of.names)

    def _is_out_of_question(self, recipe: Recipe) -> bool:
        return self.empty is not None and self._is_surely_new(recipe.inputs.values())

    def _may_be_old(self, made_of: Needed, name: str) -> bool:
        return name not in made_of.moved or not self.doubtful.isdisjoint(made_of.digests(name))

    def _is_surely_new(self, digests: Iterable[str]) -> bool:
        return any(one in self.opened and one not in self.doubtful for one in digests)

    def _was(self, asset: str, digest: str) -> bool:
        if asset not in self._known:
            self._known[asset] = frozenset(one.digest for one in self.past(asset))
        return digest in self._known[asset]
