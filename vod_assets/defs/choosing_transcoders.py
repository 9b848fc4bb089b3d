"""Which transcoder makes which rung: the first that can, or whichever has made it before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from vod_assets.defs.encode import Encode
from vod_assets.defs.step import Step
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition_spec import RenditionSpec, rendition_spec
from vod_assets.domain.transcoders import FFMPEG
from vod_assets.ports.services import Transcoders

SERVED = 1  # to be raised when what services make is checked or written otherwise


@dataclass(frozen=True)
class Way:
    """How one rung can be made: by whom, and under which recipe."""

    name: str
    recipe: Recipe


@dataclass
class Choosing:
    """Chooses transcoders for the rungs of one codec of a title."""

    at: Step
    encode: Encode
    transcoders: Transcoders

    @cached_property
    def is_plain(self) -> bool:
        """Whether FFmpeg makes everything."""
        return tuple(self.transcoders.order) == (FFMPEG,)

    def ways(self, key: str) -> Sequence[Way]:
        """Return how a rung can be made, in order of preference; first, how it was made before.

        Raises:
            ConfigError: ``no_transcoder``: nobody can.
        """
        if self.is_plain:
            return (Way(FFMPEG, self.encode.recipe(key)),)
        able, obstacles = [], []
        for name in self.transcoders.order:
            obstacle = "" if name == FFMPEG else self.transcoders.services[name].obstacle(self.spec(key))
            if obstacle:
                obstacles.append(obstacle)
            else:
                able.append(Way(name, self._recipe(name, key)))
        if not able:
            cause = f"no transcoder can make {key}: {'; '.join(obstacles)}"
            raise ConfigError("no_transcoder", cause, "Add ffmpeg to VOD_TRANSCODERS, or change the rung")
        made = next(self._made(able), able[0]) if len(able) > 1 else able[0]
        return (made, *(way for way in able if way is not made))

    def spec(self, key: str) -> RenditionSpec:
        """Return what a rung is to be."""
        if self.encode.preset is None:
            raise KeyError(key)
        return rendition_spec(self.encode.info, self.encode.preset, self.encode.ladder, key)

    def _made(self, ways: Sequence[Way]) -> Iterator[Way]:
        """Yield how a rung was made before, unless it is to be made again."""
        maker, title = self.at.artifacts.maker, self.at.title
        for way in ways:
            kept = self.at.artifacts.store.peek(title, way.recipe.asset, way.recipe.id)
            if kept is not None and kept.is_whole and not maker.is_forced(way.recipe):
                yield way

    def _recipe(self, name: str, key: str) -> Recipe:
        if name == FFMPEG:
            return self.encode.recipe(key)
        service, spec = self.transcoders.services[name], self.spec(key)
        parameters = {
            "transcoder": name,
            "told": service.parameters(spec),
            "frames": spec.frames,
            "served": SERVED,
            **self.encode.described(key),
        }
        return Recipe(key, {"mezzanine": self.encode.mezzanine.digest}, parameters, service.build_ids)
