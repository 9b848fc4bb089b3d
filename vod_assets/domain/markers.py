"""Markers: chapters and ad breaks on a title's timeline."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from vod_assets.domain.documents import Document
from vod_assets.domain.timeline import Timeline


class Chapter(Document):
    """A chapter; it lasts until the next one, or to the end of the title.

    Attributes:
        titles: What it is called, by BCP 47 language tag; ``und`` when the source does not say.
    """

    start_seconds: Fraction
    titles: dict[str, str] = {}


class AdBreak(Document):
    """A place where advertisements may be put.

    Attributes:
        id: Unique in the title, and the same each time it is made.
        duration_seconds: What it is meant to last; None when nothing says so.
        scte35: The ``splice_info_section`` it comes from (SCTE 35), hex digits; empty when it comes from elsewhere.
    """

    id: str
    start_seconds: Fraction
    duration_seconds: Fraction | None = None
    scte35: str = ""


def chapters_along(chapters: Sequence[Chapter], timeline: Timeline, file: str, end: Fraction) -> list[Chapter]:
    """Return chapters of a file where the programme shows them; one that goes on at an in point begins there.

    Args:
        chapters: Of the file, in order.
        timeline: Of the programme.
        file: Its name.
        end: When the last one ends.
    """
    found = []
    ends = [*(one.start_seconds for one in chapters[1:]), end]
    for chapter, until in zip(chapters, ends, strict=False):
        piece = next(timeline.pieces(file, chapter.start_seconds, until), None)
        found += [chapter.model_copy(update={"start_seconds": piece[0]})] if piece else []
    return found


def breaks_along(breaks: Sequence[AdBreak], timeline: Timeline) -> list[AdBreak]:
    """Return the ad breaks of the master where the programme shows them.

    One that replaces pictures (SCTE 35) lasts as long as what is left of them, and becomes several where others are
    shown in between; any other is a moment between two.
    """
    found: list[AdBreak] = []
    for one in breaks:
        if one.scte35 and one.duration_seconds:
            found += _replacing(one, one.duration_seconds, timeline)
        else:
            at = timeline.moment(timeline.master, one.start_seconds)
            found += [] if at is None else [one.model_copy(update={"start_seconds": at})]
    return found


def _replacing(one: AdBreak, lasting: Fraction, timeline: Timeline) -> Iterator[AdBreak]:
    """Yield a break of its own for each run of pictures that it replaces."""
    runs: list[tuple[Fraction, Fraction]] = []
    for begins, ends in timeline.pieces(timeline.master, one.start_seconds, one.start_seconds + lasting):
        goes_on = bool(runs) and runs[-1][1] == begins
        runs.append((runs.pop()[0] if goes_on else begins, ends))
    for number, (begins, ends) in enumerate(runs, start=1):
        named = one.id if number == 1 else f"{one.id}-{number}"
        yield one.model_copy(update={"id": named, "start_seconds": begins, "duration_seconds": ends - begins})


class Markers(Document):
    """Chapters and ad breaks, each in order of time, each on a frame of the renditions."""

    chapters: tuple[Chapter, ...] = ()
    ad_breaks: tuple[AdBreak, ...] = ()

    @property
    def cues(self) -> tuple[Fraction, ...]:
        """Where a segment has to begin: at ad breaks, and where the picture goes on after one that replaces some."""
        starts = {one.start_seconds for one in self.ad_breaks}
        ends = {
            one.start_seconds + one.duration_seconds for one in self.ad_breaks if one.scte35 and one.duration_seconds
        }
        return tuple(sorted(starts | ends))

    @property
    def pins(self) -> tuple[Fraction, ...]:
        """Where a key frame has to be: at cues, and where chapters begin."""
        return tuple(sorted({*self.cues, *(chapter.start_seconds for chapter in self.chapters)}))
