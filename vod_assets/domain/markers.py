"""Markers: chapters and ad breaks on a title's timeline."""

from fractions import Fraction

from vod_assets.domain.documents import Document


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
