"""Markers: the chapters and ad breaks of a title."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import dagster as dg

from vod_assets.defs.description import read_said
from vod_assets.defs.house import BEFORE_ENCODES, HOUSE, Artifacts, Guard, Reporter
from vod_assets.defs.showing import duration_text, table
from vod_assets.defs.step import step
from vod_assets.domain.acceptance import warning
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.ladder import ladder_rate
from vod_assets.domain.markers import Chapter, Markers, breaks_along, chapters_along
from vod_assets.domain.marking import Marked, Timeline, mark, said_breaks, said_chapters
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.recipe import Recipe
from vod_assets.domain.splices import Spliced, place
from vod_assets.domain.timeline import Timeline as MadeOf
from vod_assets.domain.title_file import TitleFile
from vod_assets.ports import SourceStore

MAKER = 1  # to be raised when the same words make other markers


@dg.asset(group_name="source", kinds={"python"}, op_tags=BEFORE_ENCODES, **HOUSE)
def markers(
    context: dg.AssetExecutionContext,
    media_info: Artifact,
    artifacts: Artifacts,
    guard: Guard,
    reporter: Reporter,
    sources: dg.ResourceParam[SourceStore],
) -> dg.MaterializeResult[Artifact]:
    """Chapters and ad breaks: those of the title file, or the source's own chapters and SCTE-35 splices.

    Upstream: media_info and the title file. Downstream: encoding_ladder, which pins key frames there, the packages,
    release. What cannot be used is left out and listed here. Empty when the title has neither.
    """
    with step(context, artifacts, guard, reporter) as at:
        said, info = read_said(at.record, sources), media_info.read(MediaInfo)
        marked = title_markers(info, said, sources.name(at.record.source))
        if marked.markers == Markers():
            return at.result(at.nothing("markers", "no chapters and no ad breaks"), _facts(marked))
        document = marked.markers.model_dump()
        recipe = Recipe("markers", {"media_info": media_info.digest}, document | {"maker": MAKER})
        return at.result(at.make(recipe, lambda _: document, is_composed=True), _facts(marked))


def read_markers(markers: Artifact) -> Markers:
    """Return a title's markers; none of an empty artifact."""
    return Markers() if markers.empty else markers.read(Markers)


def title_markers(info: MediaInfo, said: tuple[TitleFile, str] | None, source: str) -> Marked:
    """Return a title's markers.

    Args:
        info: What the source holds.
        said: The title file and its name, if there is one.
        source: Name of the source.
    """
    spliced, timeline = _spliced(info), info.timeline
    chapters: tuple[Sequence[Any], str] = info.chapters or spliced.chapters, source
    ad_breaks: tuple[Sequence[Any], str] = spliced.ad_breaks, source
    findings = spliced.findings
    if said is not None:
        words, name = said
        moved = timeline if timeline and timeline.words_count_from == "master" else None
        if words.chapters is not None:
            chapters = _chapters_along(said_chapters(words.chapters, words.language), moved), name
        if words.ad_breaks is not None:
            said_ones = said_breaks(words.ad_breaks)
            ad_breaks, findings = (breaks_along(said_ones, moved) if moved else said_ones, name), ()
    marked = mark(chapters, ad_breaks, Timeline(ladder_rate(info.video), info.duration_seconds))
    return Marked(marked.markers, (*findings, *marked.findings))


def _spliced(info: MediaInfo) -> Spliced:
    """Return what SCTE 35 says; nothing where the clock that it counts by jumps."""
    if info.splices and any(finding.code == "timestamp_discontinuity" for finding in info.findings):
        cause = f"the stream's clock jumps, so its {len(info.splices)} SCTE-35 sections cannot be placed"
        return Spliced(findings=(warning("splice_refused", cause),))
    found, timeline = place(info.splices, info.clock_zero), info.timeline
    if timeline is None:
        return found
    chapters = _chapters_along(found.chapters, timeline)
    ad_breaks = sorted(breaks_along(found.ad_breaks, timeline), key=lambda one: one.start_seconds)
    return Spliced(tuple(ad_breaks), tuple(chapters), found.findings)


def _chapters_along(chapters: Sequence[Chapter], timeline: MadeOf | None) -> list[Chapter]:
    """Return chapters of the master where the programme shows them."""
    ordered = sorted(chapters, key=lambda one: one.start_seconds)
    if timeline is None:
        return list(chapters)
    return chapters_along(ordered, timeline, timeline.master, timeline.master_seconds)


def _facts(marked: Marked) -> dict[str, Any]:
    chapters = [("chapter", one.start_seconds, "; ".join(one.titles.values())) for one in marked.markers.chapters]
    breaks = [
        ("ad break", one.start_seconds, _lasting(one.id, one.duration_seconds)) for one in marked.markers.ad_breaks
    ]
    rows = [{"marker": kind, "at": duration_text(at), "what": what} for kind, at, what in [*chapters, *breaks]]
    listed = "\n".join(f"- `{finding.code}` {finding.cause}" for finding in marked.findings)
    facts = {"chapters": len(chapters), "ad_breaks": len(breaks), "findings": dg.MetadataValue.md(listed or "none")}
    return facts | ({"markers": table(rows)} if rows else {})


def _lasting(name: str, seconds: Fraction | None) -> str:
    return name if seconds is None else f"{name}, {float(seconds):g} s"
