"""Probing a title: which encodes of samples are made, and that none is made twice."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from vod_assets.defs.making import Made
from vod_assets.defs.source import made_from
from vod_assets.defs.step import Step
from vod_assets.defs.together import found_or_made
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.filters import DETERMINISTIC_MP4, Filter
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probing import Probe, ProbedWindow, Window, around_words, excerpt_of
from vod_assets.domain.quality import METRICS, seen_at
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition import range_filters, rung_filters, shared_filters, video_arguments
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import ProbeJob, QualityMeter, Sampling, SourceStore

PROBE = "rate_quality.probe"
MEASURES = 5  # to be raised when the same sample is measured differently
OF_THE_FILE = {*DETERMINISTIC_MP4, "force_key_frames", "maxrate", "bufsize", "movflags", "tag:v", "brand"}


@dataclass(frozen=True)
class Point:
    """A rung's size, encoded at one rate factor."""

    rung: Rung
    preset: RungPreset
    crf: int


@dataclass(frozen=True)
class Prober:
    """Probes the samples of a title with one codec.

    Attributes:
        dynamic_range: Of the rungs that are probed.
        viewed: The rung whose size all scores are measured at: a viewer's screen does not shrink with the rung.
    """

    at: Step
    mezzanine: Artifact
    info: MediaInfo
    ladder: Ladder
    preset: VideoPreset
    dynamic_range: str
    viewed: Rung
    sources: SourceStore
    meter: QualityMeter

    def probes(self, points: Sequence[Point], windows: Sequence[Window]) -> dict[Point, Made]:
        """Return the probe of every point: found, or made now, all of them from one decode of each sample."""
        recipes = {point: self._recipe(point, windows) for point in points}
        return found_or_made(self.at, recipes, lambda missing: self._made(missing, windows))

    def _made(self, recipes: Mapping[Point, Recipe], windows: Sequence[Window]) -> dict[Point, Made]:
        source = self.at.source(self.mezzanine, self.sources)
        points = list(recipes)
        with ExitStack() as stack:
            store, title = self.at.artifacts.store, self.at.title
            opened = [stack.enter_context(store.attempt(title, recipes[point])) for point in points]
            beside = opened[0].directory.parent
            scratch = Path(stack.enter_context(TemporaryDirectory(dir=beside, prefix=".scratch-")))
            came = [self._sampled(source, points, window, scratch) for window in windows]
            self.at.source(self.mezzanine, self.sources)  # it must still be the file that was fingerprinted
            documents = (self._document(point, [one[number] for one in came]) for number, point in enumerate(points))
            return {
                point: Made(self.at.artifacts.maker.commit(attempt, plain(document)), reused=False)
                for point, attempt, document in zip(points, opened, documents, strict=True)
            }

    def _sampled(self, source: Path, points: Iterable[Point], window: Window, scratch: Path) -> list[ProbedWindow]:
        rate, device = self.ladder.frame_rate, self.preset.tool.device
        excerpt = excerpt_of(window, self.info, self.ladder, self.preset)
        sampling = Sampling(window, excerpt, rate, self._shared(), self._reference(), device)
        progressed = partial(self.at.reporter.progressed, self.at.title, self.at.name)
        around = around_words(excerpt, self.preset)
        jobs = [self._job(point, around) for point in points]
        return self.meter.probe(source, self.info, sampling, jobs, scratch, progressed)

    def _job(self, point: Point, around: Mapping[str, str] = MappingProxyType({})) -> ProbeJob:
        viewed = self.viewed.width, self.viewed.height
        return ProbeJob(
            filters=self._filters(point.rung),
            options=self._options(point) | dict(around),
            metric=METRICS[self.dynamic_range],
            seen=seen_at(viewed, self._reference()),
            viewed=viewed,
            coded=(point.rung.width, point.rung.height),
        )

    def _shared(self) -> tuple[Filter, ...]:
        video = self.info.video
        return (*shared_filters(video, self.ladder), *range_filters(video, self.dynamic_range))

    def _filters(self, rung: Rung) -> tuple[Filter, ...]:
        return rung_filters(self.info.video, rung, self.preset)

    def _reference(self) -> tuple[Filter, ...]:
        return tuple(one for one in self._filters(self.viewed) if one.name != "hwupload")

    def _options(self, point: Point) -> dict[str, str]:
        """Return the encoder's options at a point, without a cap: a curve that a cap bends cannot be followed."""
        rung = point.rung.model_copy(update={"crf": Fraction(point.crf)})
        ladder = self.ladder.model_copy(update={"rungs": (rung,)})
        options = video_arguments(self.info.video, self.preset, point.preset, ladder)
        return {name: value for name, value in options.items() if name not in OF_THE_FILE}

    def _recipe(self, point: Point, windows: Sequence[Window]) -> Recipe:
        job = self._job(point)
        parameters = {
            "stream": self.info.video.index,
            "start_seconds": self.info.video.start_seconds,
            "timeline": self.info.timeline,
            "shared": self._shared(),
            "filters": job.filters,
            "options": job.options,
            "metric": job.metric,
            "seen": job.seen,
            "windows": windows,
            "measures": MEASURES,
        }
        return Recipe(PROBE, {"mezzanine": self.mezzanine.digest}, parameters, self.meter.build_ids)

    def _document(self, point: Point, windows: Sequence[ProbedWindow]) -> dict[str, Any]:
        job = self._job(point)
        probe = Probe(
            codec=self.preset.codec,
            width=point.rung.width,
            height=point.rung.height,
            crf=Fraction(point.crf),
            metric=job.metric,
            viewed=job.viewed,
            frame_rate=self.ladder.frame_rate,
            windows=tuple(windows),
        )
        return probe.model_dump() | made_from(self.mezzanine)
