"""The ladder of a title: the profile's, or one that is chosen by what bits buy of this very title."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import dagster as dg

from vod_assets.defs.farm.queues import ENCODES
from vod_assets.defs.house import HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.making import Made
from vod_assets.defs.markers import read_markers
from vod_assets.defs.probing import Point, Prober
from vod_assets.defs.showing import rate_quality_plot, rate_text, table
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import not_asked
from vod_assets.domain.ladder import Ladder, Rung, fit
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.probed_whole import estimates
from vod_assets.domain.probing import Metric, Probe, choose_windows, survey
from vod_assets.domain.quality_presets import PerTitlePreset
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.rung_choice import (
    FACTORS,
    ChosenRung,
    FactorRange,
    applied,
    choose,
    further_factors,
    wanted_score,
)
from vod_assets.domain.video_presets import RungPreset, VideoPreset
from vod_assets.ports import QualityMeter, SourceStore

GROUP = "ladder"
MOST_ROUNDS = 4  # of probes of the largest size
WIDELY = Fraction(3, 2)  # between the probes of a size that may be used for less than the target, in spacings
PLOTS: dict[Metric, str] = {"vmaf": "rate_quality", "xpsnr": "rate_quality_xpsnr"}


@dg.asset(group_name=GROUP, kinds={"ffmpeg"}, pool="encode", op_tags=ENCODES, **HOUSE)
def rate_quality(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
    meter: dg.ResourceParam[QualityMeter],
) -> dg.MaterializeResult[Artifact]:
    """What bits buy of this title: samples of it, encoded at several sizes and qualities, and measured.

    Upstream: mezzanine, media_info. Downstream: encoding_ladder, which chooses rungs by it. Empty, with the reason,
    when the profile has no per_title.
    """
    with step(context, artifacts, guard, reporter) as at:
        preset, info = at.profile.per_title, media_info.read(MediaInfo)
        if preset is None:
            return at.result(at.nothing("rate_quality", not_asked(at.profile, "rate_quality")))
        ladder = fit(at.profile, info.video)
        leaves: dict[str, Made] = {}
        for video in at.profile.video:
            for dynamic_range, rungs in _by_size(ladder, video).items():
                largest = next(iter(rungs))
                prober = Prober(at, mezzanine, info, ladder, video, dynamic_range, largest, sources, meter)
                for point, made in _probed(prober, rungs, preset):
                    size = f"{point.rung.width}x{point.rung.height}"
                    leaves[f"{video.codec}/{dynamic_range}/{size}/{point.crf}"] = made
        index = at.index("rate_quality", leaves)
        return at.result(index, lambda: {"probes": len(leaves)} | _rounds(leaves))


@dg.asset(group_name=GROUP, kinds={"python"}, **HOUSE)
def encoding_ladder(
    context: dg.AssetExecutionContext,
    media_info: Artifact,
    markers: Artifact,
    rate_quality: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
) -> dg.MaterializeResult[Artifact]:
    """Rungs this title is encoded at: the profile's ladder cut to the size of the mezzanine, key frames at markers.

    With per_title in the profile, each rung's rate factor and cap are chosen from rate_quality, and rungs that add
    nothing are dropped. Upstream: media_info, markers, rate_quality. Downstream: one rendition per rung.
    """
    with step(context, artifacts, guard, reporter) as at:
        ladder = fit(at.profile, media_info.read(MediaInfo).video, read_markers(markers))
        inputs = {"media_info": media_info.digest, "markers": markers.digest}
        chosen: Sequence[ChosenRung] = ()
        if at.profile.per_title is not None:
            inputs["rate_quality"] = rate_quality.digest
            chosen = choose(ladder, at.profile.video, read_probes(at, rate_quality), at.profile.per_title)
            ladder = applied(ladder, chosen)
        recipe = Recipe("encoding_ladder", inputs, ladder.model_dump())
        made = at.make(recipe, lambda _: ladder.model_dump(), is_composed=True)
        return at.result(made, lambda: _ladder_facts(at, ladder, chosen, rate_quality))


def read_probes(at: Step, rate_quality: Artifact) -> list[Probe]:
    """Return the probes of a title; none where nothing was probed."""
    return [leaf.read(Probe) for leaf in at.leaves(rate_quality).values()]


def _by_size(ladder: Ladder, video: VideoPreset) -> dict[str, dict[Rung, RungPreset]]:
    """Return the rungs of a codec that are made, by dynamic range, the largest first, one of each size."""
    presets = {f"{video.codec}_{rung.name}": rung for rung in video.rungs}
    rungs = sorted((rung for rung in ladder.made if rung.key in presets), key=lambda rung: -rung.width * rung.height)
    found: dict[str, dict[Rung, RungPreset]] = {}
    for rung in rungs:
        alike = found.setdefault(presets[rung.key].dynamic_range, {})
        if all((rung.width, rung.height) != (other.width, other.height) for other in alike):
            alike[rung] = presets[rung.key]
    return found


def _probed(prober: Prober, rungs: dict[Rung, RungPreset], preset: PerTitlePreset) -> Iterator[tuple[Point, Made]]:
    """Yield every probe of one codec.

    The largest size, and one of the smaller ones, are encoded once from all samples. What the largest came to says
    which few samples stand for the title, and which rate factors lie around the target; all else is encoded from those
    samples only.
    """
    (largest, limits), *smaller = rungs.items()
    factors = FACTORS[prober.preset.codec]
    anchor = Point(largest, limits, factors.within(limits.crf or 0))
    asked = [Point(rung, one, crf) for rung, one in smaller for crf in _downwards(factors, one)]
    second = [Point(rung, one, _downwards(factors, one)[:2][-1]) for rung, one in smaller[len(smaller) // 2 :][:1]]
    known = prober.probes([anchor, *second], choose_windows(prober.info, prober.ladder, preset))
    first = known[anchor].artifact.read(Probe)
    asked = [point for point in asked if point not in known]
    is_twice = sum(rung.size == largest.size for rung in prober.ladder.made) > 1
    asked += [Point(largest, limits, max(_downwards(factors, limits)))] if is_twice else []
    for _ in range(MOST_ROUNDS):
        measured = estimates([made.artifact.read(Probe) for point, made in known.items() if point.rung is largest])
        wanted = wanted_score(preset, first.metric)
        factors_asked = further_factors(measured, wanted, factors, limits.maxrate, is_coarse_asked=is_twice)
        further = (Point(largest, limits, crf) for crf in factors_asked)
        asked += [point for point in further if point not in asked]
        if not asked:
            break
        known |= prober.probes(asked, survey(first))
        asked = []
    yield from known.items()


def _downwards(factors: FactorRange, limits: RungPreset) -> list[int]:
    """Return the rate factors that a size is probed at which may get less than the target: the profile's, and worse."""
    spacing = WIDELY * factors.spacing
    return list(dict.fromkeys(factors.within(round((limits.crf or 0) + number * spacing)) for number in range(3)))


def _rounds(leaves: dict[str, Made]) -> dict[str, Any]:
    return {"encoded_now": sum(not made.reused for made in leaves.values())}


def _ladder_facts(at: Step, ladder: Ladder, chosen: Sequence[ChosenRung], rate_quality: Artifact) -> dict[str, Any]:
    facts: dict[str, Any] = {"rungs": len(ladder.made), "ladder": _rung_table(ladder)}
    if not chosen:
        return facts
    facts["chosen"] = _choice_table(chosen)
    return facts | _plots(read_probes(at, rate_quality), chosen)


def _plots(probes: Sequence[Probe], chosen: Sequence[ChosenRung]) -> dict[str, Any]:
    """Return a plot for each metric: a line for each codec and size."""
    lines: dict[Metric, dict[tuple[str, int], list[tuple[float, float]]]] = {}
    for codec, metric in dict.fromkeys((probe.codec, probe.metric) for probe in probes):
        alike = [probe for probe in probes if (probe.codec, probe.metric) == (codec, metric)]
        for probe, measured in zip(alike, estimates(alike), strict=True):
            line = lines.setdefault(metric, {}).setdefault((codec, probe.height), [])
            line.append((measured.bits_per_second, measured.score))
    made = [(one.metric, one.predicted) for one in chosen if one.predicted]
    return {
        PLOTS[metric]: rate_quality_plot(
            list(of_metric.values()), [(one.bits_per_second, one.score) for its, one in made if its == metric]
        )
        for metric, of_metric in lines.items()
    }


def _choice_table(chosen: Sequence[ChosenRung]) -> Any:
    return table(
        [
            {
                "rung": one.rung.key,
                "size": f"{one.rung.width}x{one.rung.height}",
                "crf": f"{one.predicted.crf:.1f}" if one.predicted else "–",
                one.metric: f"{one.predicted.score:.1f}" if one.predicted else "–",
                "kbit/s": f"{one.predicted.bits_per_second / 1000:.0f}" if one.predicted else "–",
                "cap": rate_text(one.cap) if one.cap else "–",
                "why dropped": one.dropped,
            }
            for one in chosen
        ]
    )


def _rung_table(ladder: Ladder) -> Any:
    return table(
        [
            {"rung": rung.key, "size": "–" if rung.empty else f"{rung.width}x{rung.height}", "why not": rung.empty}
            for rung in ladder.rungs
        ]
    )
