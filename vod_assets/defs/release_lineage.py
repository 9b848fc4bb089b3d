"""What a release was made of, as it is kept with it: recipes, tool builds, and what the checks came to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vod_assets.defs.step import Step
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.lineage import TrackLineage, summed_up, together
from vod_assets.ports.artifacts import Provenance

FROM = {"image_tracks": "thumbnails"}  # of tracks that name no source: a packager made none of them


def lineage_of(at: Step, packages: Mapping[str, Artifact], leaves: Iterable[Artifact]) -> dict[str, Any]:
    """Return what a release's document says of how it was made.

    Args:
        at: The step of the title.
        packages: The packages by their asset.
        leaves: The tracks that they play, and the poster.
    """
    names, known = _names(at, packages), _Sources(at)
    made = {leaf.digest: _of(at, leaf, tuple(sorted(names[leaf.digest])), known) for leaf in leaves}
    whole = summed_up({asset: package.recipe for asset, package in packages.items()}, made.values())
    return {"lineage": whole.model_dump(), "made": {digest: one.model_dump() for digest, one in made.items()}}


class _Sources:
    """Finds what tracks were packaged from; each asset is read once."""

    def __init__(self, at: Step) -> None:
        self.at = at
        self._seen: dict[str, dict[str, Provenance]] = {}

    def find(self, asset: str, digests: Iterable[str]) -> Provenance | None:
        """Return how one of some artifacts of an asset came to be; None: it is not what the asset is now."""
        if asset not in self._seen:
            self._seen[asset] = {one.artifact.digest: one for one in self._current(asset)}
        return next((self._seen[asset][digest] for digest in digests if digest in self._seen[asset]), None)

    def _current(self, asset: str) -> Iterator[Provenance]:
        store, title = self.at.artifacts.store, self.at.title
        recipe_id = store.pointed(title, asset)
        whole = store.provenance(title, asset, recipe_id) if recipe_id else None
        if whole is None:
            return
        leaves = (store.provenance(title, one.asset, one.recipe) for one in whole.artifact.entries)
        yield from (one for one in (whole, *leaves) if one is not None)


def _of(at: Step, leaf: Artifact, names: tuple[str, ...], known: _Sources) -> TrackLineage:
    own = at.artifacts.store.provenance(at.title, leaf.asset, leaf.recipe)
    recipe: Mapping[str, Any] = own.recipe if own else {"inputs": {}, "tools": {}}
    asset = leaf.document.get("source_asset", "") or FROM.get(leaf.asset, "")
    source = known.find(asset, recipe["inputs"].values()) if asset else None
    return TrackLineage(
        asset=leaf.asset,
        recipe=leaf.recipe,
        names=names,
        source_asset=asset,
        source_recipe=source.artifact.recipe if source else "",
        tools=together([recipe["tools"], *([source.recipe["tools"]] if source else [])]),
        **{field: leaf.document[field] for field in ("scheme", "kid", "track_class") if field in leaf.document},
    )


def _names(at: Step, packages: Mapping[str, Artifact]) -> dict[str, set[str]]:
    """Return what the variants call each track, by its digest."""
    names: dict[str, set[str]] = defaultdict(set)
    for package in packages.values():
        for variant, leaf in at.leaves(package).items():
            for track in (IndexEntry.model_validate(one) for one in leaf.document["tracks"]):
                names[track.digest].add(f"{variant}/{track.name}")
    return names
