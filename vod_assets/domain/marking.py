"""Where a title's markers come from: its title file, or the source's own chapters and SCTE 35 splices.

The title file wins: its chapters stand instead of the source's, and its ad breaks instead of those of SCTE 35, each
list by itself; an empty list says that there are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from vod_assets.domain.acceptance import normalised, warning
from vod_assets.domain.documents import Document
from vod_assets.domain.languages import UNKNOWN
from vod_assets.domain.markers import AdBreak, Chapter, Markers
from vod_assets.domain.media_info import Finding
from vod_assets.domain.metadata import by_tag
from vod_assets.domain.moments import moment
from vod_assets.domain.text.cue import clock

MOST_MARKERS = 500  # of a kind; every one costs a key frame
LONGEST_TITLE = 200

Moment = Annotated[Fraction, BeforeValidator(moment)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class SaidChapter(Document):
    """A chapter in a title file: ``{at: 00:12:34.5, title: {en: The chase}}``; a time alone has no title."""

    at: Moment
    titles: dict[str, Annotated[str, Field(max_length=LONGEST_TITLE)]] = Field(default={}, alias="title")

    @model_validator(mode="before")
    @classmethod
    def _of_time(cls, value: object) -> object:
        return value if isinstance(value, dict) else {"at": value}

    @field_validator("titles", mode="before")
    @classmethod
    def _of_one_language(cls, value: object) -> object:
        return {UNKNOWN: value} if isinstance(value, str) else value

    @field_validator("titles")
    @classmethod
    def _by_tag(cls, value: dict[str, str]) -> dict[str, str]:
        return by_tag(value)


class SaidBreak(Document):
    """An ad break in a title file: ``{at: 00:20:00, duration: 90, id: first}``; a time alone says no more."""

    at: Moment
    duration: Annotated[Moment, Field(gt=0)] | None = None
    id: Identifier | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_time(cls, value: object) -> object:
        return value if isinstance(value, dict) else {"at": value}


@dataclass(frozen=True)
class Marked:
    """A title's markers, and what is to be said of those that were left out or moved."""

    markers: Markers
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """The frames of a title.

    Attributes:
        frame_rate: Of the renditions.
        duration_seconds: Of the video.
        source: Where the markers come from, for messages.
    """

    frame_rate: Fraction
    duration_seconds: Fraction
    source: str = ""

    def frame_time(self, seconds: Fraction) -> Fraction:
        """Return the time of the nearest frame."""
        return round(seconds * self.frame_rate) / self.frame_rate

    def chapters(self, wanted: Sequence[Chapter]) -> tuple[tuple[Chapter, ...], list[Finding]]:
        """Return chapters in order, on frames, each time once, all within the title."""
        last = self.frame_time(self.duration_seconds) - 1 / self.frame_rate
        return self._fitted("chapter", wanted, last)

    def ad_breaks(self, wanted: Sequence[AdBreak]) -> tuple[tuple[AdBreak, ...], list[Finding]]:
        """Return ad breaks likewise; one may be at the very end."""
        kept, findings = self._fitted("ad break", wanted, self.frame_time(self.duration_seconds))
        return _with_unique_ids([self._lasting(one) for one in kept]), findings

    def _lasting(self, one: AdBreak) -> AdBreak:
        """Return a break whose end is on a frame, if the picture goes on there."""
        if one.duration_seconds is None or not one.scte35:
            return one
        end = min(self.frame_time(one.start_seconds + one.duration_seconds), self.frame_time(self.duration_seconds))
        return one.model_copy(update={"duration_seconds": end - one.start_seconds or None})

    def _fitted(self, word: str, wanted: Sequence[Any], last: Fraction) -> tuple[tuple[Any, ...], list[Finding]]:
        findings: list[Finding] = []
        ordered = sorted(wanted, key=lambda one: one.start_seconds)
        if [*wanted] != ordered:
            findings.append(normalised("markers_sorted", f"{self.source}: {word}s are not in order of time"))
        kept: dict[Fraction, Any] = {}
        for one in ordered:
            at, said = self.frame_time(one.start_seconds), f"{self.source}: the {word} at {_written(one.start_seconds)}"
            if one.start_seconds < 0:
                findings.append(warning("marker_dropped", f"{said} lies before the beginning and is left out"))
            elif at > last:
                end = f"the title ends at {_written(self.duration_seconds)}"
                findings.append(warning("marker_dropped", f"{said} is left out: {end}"))
            elif at in kept:
                findings.append(warning("marker_dropped", f"{said} is left out: there is one on that frame already"))
            elif len(kept) == MOST_MARKERS:
                findings.append(
                    warning("marker_dropped", f"{said} and all after it are left out: {len(kept)} are the most")
                )
                break
            else:
                kept[at] = one.model_copy(update={"start_seconds": at})
        return tuple(kept.values()), findings


def said_chapters(said: Sequence[SaidChapter], language: str) -> list[Chapter]:
    """Return what a title file says of chapters; a title in no named language is in the title's own."""
    return [
        Chapter(
            start_seconds=one.at,
            titles={language if tag == UNKNOWN else tag: text for tag, text in one.titles.items()},
        )
        for one in said
    ]


def said_breaks(said: Sequence[SaidBreak]) -> list[AdBreak]:
    """Return what a title file says of ad breaks; one without a name is called by its place in the list."""
    return [
        AdBreak(id=one.id or f"break-{number}", start_seconds=one.at, duration_seconds=one.duration)
        for number, one in enumerate(said, start=1)
    ]


def mark(
    chapters: tuple[Sequence[Chapter], str], ad_breaks: tuple[Sequence[AdBreak], str], timeline: Timeline
) -> Marked:
    """Return a title's markers.

    Args:
        chapters: Those that win, and the name of the file that they come from.
        ad_breaks: Likewise.
        timeline: What they have to lie on.
    """
    fitted, found = replace(timeline, source=chapters[1]).chapters(chapters[0])
    breaks, more = replace(timeline, source=ad_breaks[1]).ad_breaks(ad_breaks[0])
    return Marked(Markers(chapters=fitted, ad_breaks=breaks), (*found, *more))


def _with_unique_ids(breaks: Sequence[AdBreak]) -> tuple[AdBreak, ...]:
    named: dict[str, AdBreak] = {}
    for one in breaks:
        name, number = one.id, 2
        while name in named:
            name, number = f"{one.id}-{number}", number + 1
        named[name] = one.model_copy(update={"id": name})
    return tuple(named.values())


def _written(seconds: Fraction) -> str:
    return clock(seconds) if seconds >= 0 else f"-{clock(-seconds)}"
