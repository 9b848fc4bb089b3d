"""The check that a title has the captions that its profile and its policy demand."""

from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import Artifacts, Guard, Reporter
from vod_assets.defs.judging import Judgement, partitioned_checks
from vod_assets.defs.partitions import titles
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact, IndexEntry
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.report import Report
from vod_assets.domain.text.demand import CHECK, DEMAND, CaptionDemand, demanded, missing_captions
from vod_assets.domain.track import Track

MEASURES = 1  # to be raised when the same captions are judged differently


def demand_of(at: Step) -> CaptionDemand:
    """Return the captions that a step's title must have."""
    return demanded(at.profile.require_captions, at.record.effective_policy)


def _captions() -> dg.AssetChecksDefinition:
    asset, _, name = CHECK.partition(".")

    @dg.asset_check(
        asset=asset,
        name=name,
        blocking=True,
        partitions_def=titles,
        description="Every variant has captions in the languages that the profile and the policy demand.",
    )
    def check(
        context: dg.AssetCheckExecutionContext,
        package: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
    ) -> dg.AssetCheckResult:
        with step(context, artifacts, guard, reporter) as at:
            demand = demand_of(at)
            report = _report(at, package, demand)
            judged = {asset: package.digest, DEMAND: demand.digest}
            otherwise = "nothing missing" if demand else "nothing demanded"
            return Judgement(CHECK, judged, report.findings, otherwise).result()

    return check


def _report(at: Step, package: Artifact, demand: CaptionDemand) -> Report:
    """Return the report of exactly this package and this demand: found out now, or in the store."""

    def judge(_directory: Path) -> dict[str, Any]:
        variants = _variants(at, package, demand)
        findings = [f"{variant}: {finding}" for variant, leaf in variants for finding in _of(at, leaf, demand)]
        return Report.of(CHECK, findings).model_dump()

    recipe = Recipe(CHECK, {package.asset: package.digest}, {DEMAND: demand.digest, "measures": MEASURES})
    return at.make(recipe, judge).artifact.read(Report)


def _variants(at: Step, package: Artifact, demand: CaptionDemand) -> list[tuple[str, Artifact]]:
    return list(at.leaves(package).items()) if demand else []


def _of(at: Step, leaf: Artifact, demand: CaptionDemand) -> list[str]:
    entries = [IndexEntry.model_validate(track) for track in leaf.document.get("tracks", ())]
    return missing_captions(demand, [at.leaf(entry).read(Track) for entry in entries if entry.asset == "text_tracks"])


with partitioned_checks():
    caption_check = _captions()
