"""Quality control: what was encoded is looked at once, and each check says what it found, and where."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from vod_assets.defs.house import Artifacts, Guard, Reporter, skippable_spec
from vod_assets.defs.judging import Judgement, Spots, check_specs, waivable
from vod_assets.defs.levels import read_levels
from vod_assets.defs.making import Made
from vod_assets.defs.partitions import titles
from vod_assets.defs.releasable import asked_of
from vod_assets.defs.showing import Row, table
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import is_rendition
from vod_assets.domain.control_limits import ControlLimits
from vod_assets.domain.control_verdicts import control
from vod_assets.domain.hearing import heard_in
from vod_assets.domain.ladder import Ladder, Rung
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.quality_control import ASSET, CHECKS, SOUND, QualityControl, Verdict, clock
from vod_assets.domain.recipe import Recipe
from vod_assets.ports.control import PictureWatcher, Screening

MEASURES = 2  # to be raised when the same pictures are judged differently
VIDEO_FILE = "video.mp4"
INPUTS = ("media_info", "encoding_ladder", "video_tracks", "audio_levels")


@dataclass(frozen=True)
class Look:
    """What is judged, and by what."""

    media_info: Artifact
    audio_levels: Artifact
    ladder: Ladder
    rung: Rung
    limits: ControlLimits


@dg.multi_asset(
    name=ASSET,
    specs=[
        skippable_spec(
            ASSET,
            group="quality",
            kinds={"ffmpeg"},
            inputs=INPUTS,
            description=(
                "What a person would complain of: black, stills, silence, flashes, judder, with their times.\n\n"
                "Upstream: the smallest rendition, looked at once (by video_tracks); audio_levels, media_info.\n"
                "Downstream: release, where the profile requires one of its checks. `vod waive` lets one pass."
            ),
        )
    ],
    check_specs=check_specs(ASSET, CHECKS),
    partitions_def=titles,
    can_subset=True,
)
def quality_control(
    context: dg.AssetExecutionContext,
    media_info: Artifact,
    encoding_ladder: Artifact,
    video_tracks: Artifact,
    audio_levels: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    watcher: dg.ResourceParam[PictureWatcher],
) -> Iterator[dg.MaterializeResult[Artifact] | dg.AssetCheckResult]:
    """Look at a title's smallest rendition, and judge it."""
    with step(context, artifacts, guard, reporter) as at:
        limits, ladder = at.profile.quality_control, encoding_ladder.read(Ladder)
        rung = smallest(ladder, at.profile)
        if limits is None or rung is None or video_tracks.empty:
            made = at.nothing(ASSET, f"profile {at.profile.name} asks for none" if limits is None else "no rendition")
            yield at.result(made)
        else:
            look = Look(media_info, audio_levels, ladder, rung, limits)
            made = _judged(at, look, watcher)
            yield at.result(made, partial(_facts, made))
        if at.is_real:
            yield from check_results(at, made.artifact, {key.name for key in context.selected_asset_check_keys})


def smallest(ladder: Ladder, profile: Profile) -> Rung | None:
    """Return the rung with the fewest pixels that a profile's variants play; of equal ones, the quickest to decode.

    One of SDR where there is any: the limits of black and of flashes are told of that (ITU-R BT.1702).
    """
    played, mapped = set(profile.played_keys()), set(profile.rendition_keys("sdr"))
    quick = {"h264": 0, "hevc": 1}

    def rank(rung: Rung) -> tuple[bool, int, int]:
        return rung.key not in mapped, rung.width * rung.height, quick.get(rung.codec, 2)

    return min((rung for rung in ladder.made if rung.key in played), key=rank, default=None)


def check_results(at: Step, artifact: Artifact, wanted: Collection[str]) -> Iterator[dg.AssetCheckResult]:
    """Yield what Dagster records of each check: what was found, and who lets it pass."""
    controlled = None if artifact.empty else artifact.read(QualityControl)
    made_of = at.artifacts.store.made_of(at.title, ASSET, artifact.recipe)
    looked_at = {key: digest for key, digest in made_of.items() if is_rendition(key) or key == SOUND}
    judged = {ASSET: artifact.digest, **looked_at, **asked_of(at.profile)[ASSET]}
    for check in (check for check in CHECKS if check in wanted):
        verdict = controlled.verdict(check) if controlled else Verdict(check=check, skipped=artifact.empty)
        yield _check_result(at, judged, verdict)


def _check_result(at: Step, judged: Mapping[str, str], verdict: Verdict) -> dg.AssetCheckResult:
    name = f"{ASSET}.{verdict.check}"
    findings = [str(one) for one in verdict.spots]
    findings += [f"and {verdict.more} more like these"] if verdict.more else []
    findings += [verdict.skipped] if verdict.skipped and name in at.profile.required_checks else []
    spots = Spots(verdict.spots, verdict.more)
    facts = spots.facts | {"measured": dg.MetadataValue.json(dict(verdict.measured))}
    judgement = Judgement(name, judged, findings, verdict.skipped or "nothing found", facts)
    return waivable(at, judgement, spots)


def _judged(at: Step, look: Look, watcher: PictureWatcher) -> Made:
    """Return the verdicts on exactly these pictures, sounds and this source: found out now, or in the store."""
    rendition = at.artifacts.upstream(at.title, look.rung.key)
    inputs = {one.asset: one.digest for one in (look.media_info, look.audio_levels, rendition)}
    parameters = {
        "limits": look.limits,
        "loudness": at.profile.loudness,
        "frame_rate": look.ladder.frame_rate,
        "measures": MEASURES,
    }
    recipe = Recipe(ASSET, inputs, parameters, watcher.build_ids)

    def judge(directory: Path) -> Mapping[str, Any]:
        info, levels = look.media_info.read(MediaInfo), read_levels(at, look.audio_levels)
        sound = heard_in(levels, at.profile.loudness) if levels else None
        screening = Screening(
            path=at.path(rendition, VIDEO_FILE),
            name=look.rung.key,
            frame_rate=look.ladder.frame_rate,
            duration_seconds=info.duration_seconds,
            limits=look.limits,
        )
        with TemporaryDirectory(dir=directory.parent, prefix=".scratch-") as folder:
            seen = watcher.watch(screening, Path(folder), partial(at.reporter.progressed, at.title, at.name))
        return control(info, seen, sound, look.limits).model_dump()

    return at.make(recipe, judge)


def _facts(made: Made) -> dict[str, Any]:
    controlled = made.artifact.read(QualityControl)
    rows: list[Row] = [
        {
            "check": verdict.check,
            "found": verdict.skipped or "nothing" if verdict.passed else f"{len(verdict.spots) + verdict.more} times",
            "first": clock(verdict.spots[0].interval.start_seconds) if verdict.spots else "",
            "measured": ", ".join(f"{name} {value}" for name, value in verdict.measured.items()),
        }
        for verdict in controlled.verdicts
    ]
    failed = [verdict.check for verdict in controlled.verdicts if not verdict.passed]
    return {"checks": table(rows), "failed": ", ".join(failed) or "none"}
