"""The quality report: every rendition measured against its source, and whether each is good enough."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import dagster as dg

from vod_assets.defs.comparing import Measuring, renditions_alike
from vod_assets.defs.house import Artifacts, Guard, Reporter, skippable_spec
from vod_assets.defs.judging import Judgement, check_specs, waivable
from vod_assets.defs.making import Made
from vod_assets.defs.partitions import titles
from vod_assets.defs.releasable import asked_of
from vod_assets.defs.showing import poster_metadata, sparkline, table
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.quality_report import ASSET, FLOOR, RenditionQuality, below_floor
from vod_assets.ports import QualityMeter, SourceStore

SCORES_FILE, SHEET_FILE = "scores.json", "worst.webp"
INPUTS = ("mezzanine", "media_info", "encoding_ladder", "video_tracks")

CHECKS = {FLOOR: "Every rendition is as good as the profile's floors ask for."}


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
            for alike in renditions_alike(at, ladder):
                leaves |= measuring.leaves(alike)
            made = at.index(ASSET, leaves, "the title has no rendition")
            yield at.result(made, partial(_facts, at, leaves))
        if at.is_real and any(key.name == FLOOR for key in context.selected_asset_check_keys):
            yield _floor(at, made.artifact)


def _floor(at: Step, report: Artifact) -> dg.AssetCheckResult:
    leaves, played = at.leaves(report), at.profile.played_keys()
    made_of = {key: at.artifacts.store.made_of(at.title, ASSET, leaf.recipe) for key, leaf in leaves.items()}
    judged = {key: inputs["rendition"] for key, inputs in made_of.items() if key in played}
    measured = [leaf.read(RenditionQuality) for leaf in leaves.values()]
    findings = below_floor(measured, at.profile.quality) if at.profile.quality else []
    otherwise = report.empty or "no rendition is below a floor"
    looked_at = {ASSET: report.digest, **judged, **asked_of(at.profile)[ASSET]}
    return waivable(at, Judgement(f"{ASSET}.{FLOOR}", looked_at, findings, otherwise))


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
