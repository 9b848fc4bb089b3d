"""Lineage: what was published came of what, and what is published together was made from one source."""

from collections.abc import Iterable, Mapping

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.publication import Lineage


class TrackLineage(Document):
    """How a track of a release came to be.

    Attributes:
        asset: The asset that it is a leaf of, ``video_tracks``, and the recipe of that leaf.
        names: What the variants call it: ``clear/h264_1080p``; none for a poster.
        source_asset: Key of the rendition or other asset that it was packaged from; empty: of none.
        source_recipe: Recipe of that; empty: it was not in the store any more.
        tools: Build id of each tool that made one of both; of one that did in two builds, both.
        scheme: How it is encrypted: ``cbcs``, ``cenc``, ``aes128``; ``none``.
        kid: Id of the content key.
    """

    asset: str
    recipe: str
    names: tuple[str, ...] = ()
    source_asset: str = ""
    source_recipe: str = ""
    tools: dict[str, str] = {}
    scheme: str = "none"
    kid: str = ""
    track_class: str = ""

    @property
    def recipes(self) -> dict[str, str]:
        """Recipes by what they made: ``video_tracks/clear/h264_1080p``, ``h264_1080p``."""
        own = {f"{self.asset}/{name}": self.recipe for name in self.names} or {self.asset: self.recipe}
        return own | ({self.source_asset: self.source_recipe} if self.source_recipe else {})


def together(tools: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the builds of several makings by the tool's name; of a tool in several builds, all, sorted."""
    found: dict[str, set[str]] = {}
    for one in tools:
        for name, builds in one.items():
            found.setdefault(name, set()).update(builds.split())
    return {name: " ".join(sorted(builds)) for name, builds in sorted(found.items())}


def summed_up(packages: Mapping[str, str], tracks: Iterable[TrackLineage]) -> Lineage:
    """Return the lineage of a whole release, as its CMS entry carries it.

    Args:
        packages: Recipe of each package, by its asset.
        tracks: Of every track.
    """
    made = list(tracks)
    recipes = {name: recipe for one in made for name, recipe in one.recipes.items()}
    return Lineage(recipes=dict(packages) | dict(sorted(recipes.items())), tools=together(one.tools for one in made))


def require_one_source(mezzanine: str, made_from: Iterable[tuple[str, str]]) -> None:
    """Return when everything was made from one mezzanine.

    Args:
        mezzanine: Digest of the mezzanine that will be named as the source.
        made_from: Assets, each with the digest of the mezzanine that it was made from; empty for what lay beside it.

    Raises:
        ConfigError: ``artifacts_mixed``, naming the assets that were made from another one.
    """
    others = sorted({asset for asset, digest in made_from if digest not in ("", mezzanine)})
    if others:
        named = ", ".join(others)
        cause = f"the source is {mezzanine[:12]} now, and what would be published of {named} was made from another one"
        raise ConfigError("artifacts_mixed", cause, f"Materialise {named} again, and all that follows")
