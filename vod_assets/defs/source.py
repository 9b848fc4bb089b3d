"""The source of a title: which file, and what is in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from vod_assets.defs.house import HOUSE, OWNERS, Artifacts, Guard, Reporter
from vod_assets.defs.partitions import TITLE_STATE, titles
from vod_assets.defs.programme import fingerprint_of, inspected, said_programme
from vod_assets.defs.showing import duration_text
from vod_assets.defs.step import step
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.media_info import MediaInfo, TextStream
from vod_assets.domain.programme.cutting import Programme
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.sizes import size_text
from vod_assets.domain.title import Fingerprint
from vod_assets.ports import Prober, SourceStore

GROUP = "source"
INSPECTION = 12  # to be raised when the same file is described differently
COMPOSER = 4  # to be raised when the same words make another programme of the same files

title_state = dg.AssetSpec(
    TITLE_STATE,
    partitions_def=titles,
    group_name=GROUP,
    kinds={"file"},
    owners=OWNERS,
    description=(
        "What Dagster does not see of a title: its source, the files beside it, what is kept of it.\n\n"
        "Upstream: nothing; nobody makes it. Downstream: everything. A plan that finds that a run would make what\n"
        "Dagster takes for fresh observes it anew, and says why."
    ),
)


@dg.asset(group_name=GROUP, kinds={"file"}, **HOUSE)
def mezzanine(
    context: dg.AssetExecutionContext,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
) -> dg.MaterializeResult[Artifact]:
    """The source master: a reference with its size and SHA-256, never a copy.

    Upstream: the file that the title was registered with, and the files beside it that its title file makes the
    programme of. Downstream: everything.
    """
    with step(context, artifacts, guard, reporter) as at:
        fingerprint = fingerprint_of(at.record, sources)
        recipe = Recipe("mezzanine", parameters=fingerprint.model_dump())
        made = at.make(recipe, lambda _: fingerprint.model_dump(), is_composed=True)
        return at.result(
            made, {"source": dg.MetadataValue.path(at.record.source), "source_size": size_text(fingerprint.size_bytes)}
        )


@dg.asset(group_name=GROUP, kinds={"ffprobe", "ffmpeg"}, **HOUSE)
def media_info(
    context: dg.AssetExecutionContext,
    mezzanine: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
    prober: dg.ResourceParam[Prober],
) -> dg.MaterializeResult[Artifact]:
    """What the mezzanine holds: streams, exact rates, colours, languages, and what its index promises.

    Upstream: mezzanine. Downstream: the ladder and every encode. A source that breaks a cheap rule of the accept gate
    is refused here.
    """
    with step(context, artifacts, guard, reporter) as at:
        said = said_programme(at.record, sources)
        recipe = media_info_recipe(mezzanine.digest, prober.build_ids, said)

        def inspect(_directory: Path) -> dict[str, Any]:
            source = at.source(mezzanine, sources)
            return inspected(source, sources.name(at.record.source), said, prober).model_dump() | made_from(mezzanine)

        made = at.make(recipe, inspect)
        return at.result(made, lambda: _facts(made.artifact.read(MediaInfo)))


def mezzanine_artifact(title: str, fingerprint: Fingerprint) -> Artifact:
    """Return the artifact that the mezzanine of these bytes is, whether or not it was committed yet."""
    return Artifact(title=title, asset="mezzanine", recipe="", document=fingerprint.model_dump())


def media_info_recipe(
    mezzanine_digest: str, build_ids: Mapping[str, str], programme: Programme | None = None
) -> Recipe:
    """Return the recipe of inspecting a mezzanine, and of what a title file makes of it."""
    said = {"programme": programme, "composer": COMPOSER} if programme else {}
    return Recipe("media_info", {"mezzanine": mezzanine_digest}, {"version": INSPECTION} | said, build_ids)


def made_from(mezzanine: Artifact) -> dict[str, str]:
    """Return what the document of everything that is made straight from a mezzanine says of it."""
    return {"mezzanine": mezzanine.digest}


def _facts(info: MediaInfo) -> dict[str, object]:
    width, height = info.video.display_size
    findings = "\n".join(f"- `{finding.code}` {finding.cause}" for finding in info.findings)
    return {
        "container": info.container,
        "picture": f"{width}x{height} {info.video.codec}, {info.video.frame_rate} fps",
        "duration": duration_text(info.duration_seconds),
        "duration_seconds": float(info.duration_seconds),
        "audio": ", ".join(f"{track.language} {track.codec} {track.channels}ch" for track in info.audio) or "none",
        "captions": ", ".join(f"{one.language} {one.codec}" for one in _text(info)) or "none",
        "findings": dg.MetadataValue.md(findings or "none"),
    }


def _text(info: MediaInfo) -> list[TextStream]:
    return [*info.text, *(part.stream for part in info.part_text)]
