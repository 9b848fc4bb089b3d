"""Renditions: one multi-asset a codec, whose selected rungs share one decode and one FFmpeg process; or one a rung."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import dagster as dg

from vod_assets.defs.choosing_transcoders import Choosing, Way
from vod_assets.defs.crew import Crew
from vod_assets.defs.encode import Encode
from vod_assets.defs.estimates import recorded
from vod_assets.defs.farm.queues import ENCODES
from vod_assets.defs.house import Artifacts, Guard, Reporter, skippable_spec
from vod_assets.defs.making import Made, Wanted
from vod_assets.defs.partitions import titles
from vod_assets.defs.pieces import Cutting, Pieced, folders, joined_document
from vod_assets.defs.served_renditions import Serving
from vod_assets.defs.step import Step, step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.asking import not_asked
from vod_assets.domain.documents import plain
from vod_assets.domain.errors import PieceError
from vod_assets.domain.ladder import Ladder
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.transcoders import FFMPEG
from vod_assets.ports import CodecJob, EncodeReport, PieceTranscoder, SourceStore, Transcoder
from vod_assets.ports.services import Transcoders

GROUP = "renditions"

INPUTS = ("mezzanine", "media_info", "encoding_ladder")


def rendition_assets(profiles: Mapping[str, Profile], *, is_split: bool = False) -> list[dg.AssetsDefinition]:
    """Return one multi-asset per codec, with a key for every rung of every profile.

    Args:
        profiles: They say which rungs there are.
        is_split: Whether each rung is a step of its own, that decodes the source by itself.
    """
    keys = _keys(profiles)
    if is_split:
        return [_rendition_asset(codec, f"{key}_rendition", [key]) for codec in keys for key in keys[codec]]
    return [_rendition_asset(codec, f"{codec}_renditions", keys[codec]) for codec in keys]


def rendition_keys(profiles: Mapping[str, Profile]) -> list[str]:
    """Return the asset keys of all renditions, largest first in each codec."""
    return [key for keys in _keys(profiles).values() for key in keys]


def _keys(profiles: Mapping[str, Profile]) -> dict[str, list[str]]:
    """Return the asset keys of each codec, largest first."""
    rungs: dict[str, dict[str, tuple[int, int]]] = {}
    for profile in profiles.values():
        for preset in profile.video:
            for rung in preset.rungs:
                rungs.setdefault(preset.codec, {})[f"{preset.codec}_{rung.name}"] = rung.box
    return {
        codec: sorted(boxes, key=lambda key, boxes=boxes: (boxes[key], key), reverse=True)  # type: ignore[misc]
        for codec, boxes in rungs.items()
    }


def _rendition_asset(codec: str, name: str, keys: Sequence[str]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=name,
        specs=[_spec(codec, key) for key in keys],
        partitions_def=titles,
        can_subset=True,
        pool="encode",
        op_tags=ENCODES,
    )
    def renditions(
        context: dg.AssetExecutionContext,
        mezzanine: Artifact,
        media_info: Artifact,
        encoding_ladder: Artifact,
        artifacts: Artifacts,
        guard: Guard,
        reporter: Reporter,
        sources: dg.ResourceParam[SourceStore],
        transcoder: dg.ResourceParam[Transcoder],
        pieces: dg.ResourceParam[PieceTranscoder],
        crew: dg.ResourceParam[Crew],
        transcoders: dg.ResourceParam[Transcoders],
    ) -> Iterator[dg.MaterializeResult[Artifact]]:
        with step(context, artifacts, guard, reporter) as at:
            selected = {key.to_user_string() for key in context.selected_asset_keys}
            wanted = [key for key in keys if key in selected and key in at.profile.rendition_keys()]
            for key in (key for key in keys if key in selected.difference(wanted)):
                yield at.result(at.nothing(key, not_asked(at.profile, key)))
            if not wanted:
                return
            preset = next((preset for preset in at.profile.video if preset.codec == codec), None)
            info, ladder = media_info.read(MediaInfo), encoding_ladder.read(Ladder)
            inputs = {one.asset: one.recipe for one in (mezzanine, media_info, encoding_ladder)}
            encode = Encode(
                mezzanine=mezzanine,
                info=info,
                ladder=ladder,
                profile=at.profile.name,
                preset=preset,
                sources=sources,
                transcoder=transcoder,
                cutting=(
                    Cutting(mezzanine, info, ladder, preset, at.profile.pieces, pieces, inputs).decided()
                    if preset and at.profile.pieces
                    else None
                ),
                crew=crew,
            )
            yield from _materialize(at, Choosing(at, encode, transcoders), wanted)

    return renditions


def _spec(codec: str, key: str) -> dg.AssetSpec:
    rung = key.removeprefix(f"{codec}_")
    return skippable_spec(
        key,
        group=GROUP,
        kinds={"ffmpeg", codec},
        inputs=INPUTS,
        description=(
            f"The {rung} rendition in {codec}: one clear elementary track in MP4, fixed closed GOPs.\n\n"
            "Upstream: mezzanine, encoding_ladder. Downstream: video_tracks. Empty, with the reason, when the title\n"
            "has no such rung. All selected rungs of a codec share one decode and one FFmpeg process."
        ),
    )


def _materialize(at: Step, choosing: Choosing, keys: Sequence[str]) -> Iterator[dg.MaterializeResult[Artifact]]:
    """Yield every selected rung: empty and reused ones first, then the encoded ones, each as it is committed."""
    wanted: dict[str, Sequence[Way]] = {}
    encode = choosing.encode
    for key in keys:
        rung = encode.rung(key)
        reason = rung.empty if rung else f"profile {at.profile.name} has no rung {key}"
        if reason:
            yield at.result(at.nothing(key, reason))
            continue
        ways = choosing.ways(key)
        found = at.find(ways[0].recipe)
        if found is None:
            wanted[key] = ways
        else:
            yield at.result(Made(found, reused=True), partial(_facts, found))
    if wanted:
        cutting = None if at.is_real else encode.cutting
        firsts = {key: ways[0] for key, ways in wanted.items()}
        cut = [key for key, way in firsts.items() if cutting and way.name == FFMPEG]
        pieces = {key: cutting.known_recipes(key) for key in cut} if cutting else {}
        together = [Wanted(way.recipe, encode.described(key), pieces.get(key, ())) for key, way in firsts.items()]
        serving = Serving(choosing, lambda findings, recipes: _make(at, replace(encode, findings=findings), recipes))
        yield from at.make_together(together, partial(serving.make, wanted))


def _make(at: Step, encode: Encode, wanted: Mapping[str, Recipe]) -> Iterator[dg.MaterializeResult[Artifact]]:
    """Make rungs in pieces where they can be, else whole."""
    for preset in at.profile.video:  # here, where encoders run, and before the first of them has worked in vain
        encode.transcoder.require_encoder(preset, at.profile.name)
    cutting = encode.cutting
    if cutting is None or not cutting.pieces:
        yield from _encode(at, encode, wanted)
        return
    try:
        pieced = cutting.make(at, encode.sources, list(wanted), encode.crew)
    except PieceError as error:
        yield from _encode(at, replace(encode, cutting=cutting.whole(error.cause)), wanted)
        return
    for key, recipe in wanted.items():
        timing = recorded(encode.timing(key, wanted, pieced[key].report.wall_seconds, pieced[key].report.cpu_seconds))
        yield _joined(at, encode, recipe, pieced[key], timing)


def _joined(
    at: Step, encode: Encode, recipe: Recipe, pieced: Pieced, timing: Mapping[str, Any]
) -> dg.MaterializeResult[Artifact]:
    """Commit a rendition of its pieces; how long it took is remembered where all of them were made now."""
    if encode.cutting is None:
        raise KeyError(recipe.asset)
    with at.artifacts.store.attempt(at.title, recipe) as attempt:
        joined = encode.cutting.tool.join(folders(at, pieced), encode.ladder.frame_rate, attempt.directory)
        document = joined_document(encode.described(recipe.asset), pieced)
        artifact = at.artifacts.maker.commit(attempt, plain(document))
    report = pieced.report
    made = Made(artifact, reused=False, seconds=report.wall_seconds + joined.wall_seconds)
    facts = {"pieces": len(pieced.pieces), "pieces_made_now": pieced.made_now}
    facts |= timing if pieced.made_now == len(pieced.pieces) else {}
    return at.result(made, partial(_facts, artifact, encode, report, facts))


def _encode(at: Step, encode: Encode, wanted: Mapping[str, Recipe]) -> Iterator[dg.MaterializeResult[Artifact]]:
    if encode.preset is None:
        raise KeyError(", ".join(wanted))
    source = at.source(encode.mezzanine, encode.sources)
    with ExitStack() as attempts:
        opened = {key: attempts.enter_context(at.artifacts.store.attempt(at.title, wanted[key])) for key in wanted}
        jobs = [encode.job(key, attempt) for key, attempt in opened.items()]
        job = CodecJob(encode.ladder, encode.preset, jobs)
        progressed = partial(at.reporter.progressed, at.title, at.name)
        report = encode.transcoder.encode_video(source, encode.info, job, progressed)
        at.source(encode.mezzanine, encode.sources)  # it must still be the file that was fingerprinted
        for key, attempt in opened.items():
            document = encode.described(key)
            artifact = at.artifacts.maker.commit(attempt, plain(document))
            made = Made(artifact, reused=False, seconds=report.wall_seconds)
            timing = recorded(encode.timing(key, opened, report.wall_seconds, report.cpu_seconds))
            yield at.result(made, partial(_facts, artifact, encode, report, timing))


def _facts(
    artifact: Artifact,
    encode: Encode | None = None,
    report: EncodeReport | None = None,
    timing: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    facts: dict[str, Any] = {"size": f"{artifact.document['width']}x{artifact.document['height']}"}
    if encode is not None and report is not None:
        seconds = encode.info.duration_seconds
        facts |= {
            "bitrate_kbps": round(float(artifact.size_bytes * 8 / seconds / 1000), 1),
            "encode_speed_x": round(float(seconds) / report.wall_seconds, 2) if report.wall_seconds else 0.0,
            "transcoder": FFMPEG,
            "encode_cpu_seconds": round(report.cpu_seconds, 2),
            "decoded_frames": report.decoded_frames,
            "findings": _listed(
                (*encode.findings, *report.findings, *(encode.cutting.findings if encode.cutting else ()))
            ),
        }
    return facts | dict(timing)


def _listed(findings: Iterable[Any]) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md("\n".join(f"- `{finding.code}` {finding.cause}" for finding in findings) or "none")
