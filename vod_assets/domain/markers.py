"""Markers: chapters and ad breaks on a title's timeline."""

from collections.abc import Sequence
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

    One that replaces pictures (SCTE 35) lasts as long as what is left of them; any other is a moment between two.
    """
    found = []
    for one in breaks:
        if one.scte35 and one.duration_seconds:
            end = one.start_seconds + one.duration_seconds
            pieces = list(timeline.pieces(timeline.master, one.start_seconds, end))
            lasting = sum((last - first for first, last in pieces), Fraction(0))
            moved = {"start_seconds": pieces[0][0], "duration_seconds": lasting} if pieces else {}
        else:
            at = timeline.moment(timeline.master, one.start_seconds)
            moved = {} if at is None else {"start_seconds": at}
        found += [one.model_copy(update=moved)] if moved else []
    return found


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
