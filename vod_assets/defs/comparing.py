"""Renditions compared with their source: alike ones together, against one decode of it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from vod_assets.defs.making import Made
from vod_assets.defs.source import made_from
from vod_assets.defs.step import Step
from vod_assets.defs.together import found_or_made
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.filters import Filter
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.quality import METRICS
from vod_assets.domain.quality_presets import QualityPreset
from vod_assets.domain.quality_report import ASSET
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition import range_filters, rung_filters, rung_preset, shared_filters
from vod_assets.domain.video_presets import VideoPreset
from vod_assets.ports import ComparedRendition, Comparing, QualityMeter, SourceStore

MEASURES = 1  # to be raised when the same renditions are measured differently
VIDEO_FILE = "video.mp4"


@dataclass(frozen=True)
class Alike:
    """Renditions of one codec and dynamic range, the largest first."""

    preset: VideoPreset
    dynamic_range: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class Measuring:
    """What renditions are measured with."""

    at: Step
    mezzanine: Artifact
    info: MediaInfo
    ladder: Ladder
    quality: QualityPreset
    sources: SourceStore
    meter: QualityMeter

    def leaves(self, alike: Alike) -> dict[str, Made]:
        """Return what every rendition came to: found, or measured now, all of them against one decode of the source."""
        recipes = {rung: self._recipe(alike, rung) for rung in alike.rungs}
        made = found_or_made(self.at, recipes, partial(self._measured, alike))
        return {rung.key: one for rung, one in made.items()}

    def _measured(self, alike: Alike, recipes: Mapping[Rung, Recipe]) -> dict[Rung, Made]:
        """Measure some renditions; the largest is seen beside them whether or not it was measured before."""
        at, source = self.at, self.at.source(self.mezzanine, self.sources)
        with ExitStack() as stack:
            opened = {
                rung: stack.enter_context(at.artifacts.store.attempt(at.title, recipe))
                for rung, recipe in recipes.items()
            }
            beside = next(iter(opened.values())).directory.parent
            scratch = Path(stack.enter_context(TemporaryDirectory(dir=beside, prefix=".scratch-")))
            rungs = [*dict.fromkeys((alike.rungs[0], *opened))]
            directories = {rung: opened[rung].directory if rung in opened else scratch for rung in rungs}
            compared = [self._rendition(alike, rung, directories[rung]) for rung in rungs]
            progressed = partial(at.reporter.progressed, at.title, at.name)
            came = self.meter.compare(source, self.info, self._comparing(alike), compared, scratch, progressed)
            at.source(self.mezzanine, self.sources)  # it must still be the file that was fingerprinted
            documents = {
                rung: one.model_dump() | made_from(self.mezzanine) for rung, one in zip(rungs, came, strict=True)
            }
            return {
                rung: Made(at.artifacts.maker.commit(attempt, plain(documents[rung])), reused=False)
                for rung, attempt in opened.items()
            }

    def _comparing(self, alike: Alike) -> Comparing:
        return Comparing(self.ladder.frame_rate, self._shared(alike), METRICS[alike.dynamic_range], self.quality.every)

    def _shared(self, alike: Alike) -> tuple[Filter, ...]:
        video = self.info.video
        return (*shared_filters(video, self.ladder), *range_filters(video, alike.dynamic_range))

    def _rendition(self, alike: Alike, rung: Rung, directory: Path) -> ComparedRendition:
        rendition = self.at.artifacts.upstream(self.at.title, rung.key)
        filters = tuple(one for one in rung_filters(self.info.video, rung, alike.preset) if one.name != "hwupload")
        path = self.at.path(rendition, VIDEO_FILE)
        return ComparedRendition(rung.key, path, (rung.width, rung.height), filters, directory)

    def _recipe(self, alike: Alike, rung: Rung) -> Recipe:
        rendition = self.at.artifacts.upstream(self.at.title, rung.key)
        largest = alike.rungs[0]
        parameters = {
            "stream": self.info.video.index,
            "timeline": self.info.timeline,
            "shared": self._shared(alike),
            "filters": rung_filters(self.info.video, rung, alike.preset),
            "size": [rung.width, rung.height],
            "viewed": [largest.width, largest.height],
            "metric": METRICS[alike.dynamic_range],
            "every": self.quality.every,
            "measures": MEASURES,
        }
        inputs = {"mezzanine": self.mezzanine.digest, "rendition": rendition.digest}
        return Recipe(ASSET, inputs, parameters, self.meter.build_ids)


def renditions_alike(at: Step, ladder: Ladder) -> Iterator[Alike]:
    """Yield the renditions that a title's profile makes, those together that share a decode of the source."""
    for preset in at.profile.video:
        keys = {f"{preset.codec}_{rung.name}" for rung in preset.rungs}
        made = sorted((one for one in ladder.made if one.key in keys), key=lambda one: -one.width * one.height)
        for dynamic_range in dict.fromkeys(rung_preset(preset, one).dynamic_range for one in made):
            rungs = tuple(one for one in made if rung_preset(preset, one).dynamic_range == dynamic_range)
            yield Alike(preset, dynamic_range, rungs)
