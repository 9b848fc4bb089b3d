"""The quality report: every rendition measured against its source, and whether each is good enough."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from vod_assets.defs.house import Artifacts, Guard, Reporter, skippable_spec
from vod_assets.defs.judging import Judgement, check_specs, waivable
from vod_assets.defs.making import Made, NotMadeYet
from vod_assets.defs.partitions import titles
from vod_assets.defs.showing import poster_metadata, sparkline, table
from vod_assets.defs.source import made_from
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.documents import plain
from vod_assets.domain.filters import Filter
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.quality import METRICS
from vod_assets.domain.quality_presets import QualityPreset
from vod_assets.domain.quality_report import ASSET, FLOOR, RenditionQuality, below_floor
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rendition import range_filters, rung_filters, rung_preset, shared_filters
from vod_assets.domain.video_presets import VideoPreset
from vod_assets.ports import ComparedRendition, Comparing, QualityMeter, SourceStore

MEASURES = 1  # to be raised when the same renditions are measured differently
VIDEO_FILE = "video.mp4"
SCORES_FILE, SHEET_FILE = "scores.json", "worst.webp"
INPUTS = ("mezzanine", "media_info", "encoding_ladder", "video_tracks")

CHECKS = {FLOOR: "Every rendition is as good as the profile's floors ask for."}


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
        if not self.at.is_real:
            return {rung.key: self.at.make(recipe, _never) for rung, recipe in recipes.items()}
        kept = {rung: self.at.find(recipe) for rung, recipe in recipes.items()}
        found = {rung.key: Made(artifact, reused=True) for rung, artifact in kept.items() if artifact}
        missing = {rung: recipe for rung, recipe in recipes.items() if rung.key not in found}
        made = self._measured(alike, missing) if missing else {}
        return {rung.key: (found | made)[rung.key] for rung in alike.rungs}

    def _measured(self, alike: Alike, recipes: Mapping[Rung, Recipe]) -> dict[str, Made]:
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
                rung.key: Made(at.artifacts.maker.commit(attempt, plain(documents[rung])), reused=False)
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


@dg.multi_asset(
    name=ASSET,
    specs=[
        skippable_spec(
            ASSET,
            group="quality",
            kinds={"ffmpeg"},
            inputs=INPUTS,
            description=(
                "VMAF and XPSNR of every rendition against the source, at its own size, with its worst frames.\n\n"
                "Upstream: mezzanine, encoding_ladder, the renditions (by video_tracks). Downstream: release, where\n"
                "the profile requires quality_report.floor. Empty, with the reason, when the profile has no quality."
            ),
        )
    ],
    check_specs=check_specs(ASSET, CHECKS),
    partitions_def=titles,
    can_subset=True,
)
def quality_report(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    media_info: Artifact,
    encoding_ladder: Artifact,
    video_tracks: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
    meter: dg.ResourceParam[QualityMeter],
) -> Iterator[dg.MaterializeResult[Artifact] | dg.AssetCheckResult]:
    """Measure a title's renditions, and judge them by the profile's floors."""
    with step(context, artifacts, guard, reporter) as at:
        quality = at.profile.quality
        if quality is None or video_tracks.empty:
            reason = f"profile {at.profile.name} has no quality" if quality is None else "the title has no rendition"
            made = at.nothing(ASSET, reason)
            yield at.result(made)
        else:
            ladder = encoding_ladder.read(Ladder)
            measuring = Measuring(at, mezzanine, media_info.read(MediaInfo), ladder, quality, sources, meter)
            leaves: dict[str, Made] = {}
            for alike in _alike(at, ladder):
                leaves |= measuring.leaves(alike)
            made = at.index(ASSET, leaves, "the title has no rendition")
            yield at.result(made, partial(_facts, at, leaves))
        if at.is_real and any(key.name == FLOOR for key in context.selected_asset_check_keys):
            yield _floor(at, made.artifact)


def _alike(at: Step, ladder: Ladder) -> Iterator[Alike]:
    for preset in at.profile.video:
        keys = {f"{preset.codec}_{rung.name}" for rung in preset.rungs}
        made = sorted((one for one in ladder.made if one.key in keys), key=lambda one: -one.width * one.height)
        for dynamic_range in dict.fromkeys(rung_preset(preset, one).dynamic_range for one in made):
            rungs = tuple(one for one in made if rung_preset(preset, one).dynamic_range == dynamic_range)
            yield Alike(preset, dynamic_range, rungs)


def _floor(at: Step, report: Artifact) -> dg.AssetCheckResult:
    measured = [leaf.read(RenditionQuality) for leaf in at.leaves(report).values()]
    findings = below_floor(measured, at.profile.quality) if at.profile.quality else []
    otherwise = report.empty or "no rendition is below a floor"
    return waivable(at, Judgement(f"{ASSET}.{FLOOR}", {ASSET: report.digest}, findings, otherwise))


def _facts(at: Step, leaves: Mapping[str, Made]) -> dict[str, Any]:
    """Return what a person sees: figures of the largest rendition, which Dagster plots, and a row each."""
    measured = {key: made.artifact.read(RenditionQuality) for key, made in leaves.items()}
    largest = max(measured.values(), key=lambda one: (one.width * one.height, one.key))
    files = leaves[largest.key].artifact
    scores = json.loads(at.path(files, SCORES_FILE).read_text())
    frames = [score for _, score in scores["vmaf"]] or scores["xpsnr"]
    facts: dict[str, Any] = {"renditions": _table(list(measured.values())), "xpsnr_mean": float(largest.xpsnr.mean)}
    if largest.vmaf:
        facts |= {
            "vmaf_mean": float(largest.vmaf.mean),
            "vmaf_harmonic_mean": float(largest.vmaf.harmonic_mean),
            "vmaf_1st_percentile": float(largest.vmaf.first_percentile),
        }
    facts["frames"] = sparkline(frames, f"frames of {largest.key}")
    if any(file.path == SHEET_FILE for file in files.files):
        facts["worst_frames"] = poster_metadata(at.path(files, SHEET_FILE), "source and rendition")
    return facts


def _table(measured: Sequence[RenditionQuality]) -> Any:
    return table(
        [
            {
                "rendition": one.key,
                "VMAF": _text(one.vmaf.mean if one.vmaf else None),
                "harmonic mean": _text(one.vmaf.harmonic_mean if one.vmaf else None),
                "1st percentile": _text(one.vmaf.first_percentile if one.vmaf else None),
                "XPSNR": _text(one.xpsnr.mean),
                "VMAF at the largest size": _text(one.viewed_vmaf),
                "worst at": ", ".join(f"{float(frame.seconds):.1f} s" for frame in one.worst),
            }
            for one in measured
        ]
    )


def _text(value: Any) -> str:
    return "–" if value is None else f"{float(value):.2f}"


def _never(_directory: Path) -> dict[str, Any]:
    """Raise: a plan makes nothing."""
    raise NotMadeYet
