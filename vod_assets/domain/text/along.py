"""Captions of a file on the timeline of the programme that shows it."""

from fractions import Fraction

from vod_assets.domain.text.captions import Captions
from vod_assets.domain.text.cue import Cue
from vod_assets.domain.timeline import Timeline

MILLISECONDS = 1000


def along(captions: Captions, timeline: Timeline, file: str = "") -> Captions:
    """Return captions where the programme shows what they are said to; what it leaves out, they leave out.

    A cue that crosses a point is cut there; one that goes on across a stretch that is left out stays in two pieces.

    Args:
        captions: In the time of a file.
        timeline: Of the programme.
        file: Its name; empty: the master.
    """
    pieces = [
        cue.model_copy(update={"start_seconds": start, "end_seconds": end})
        for cue in captions.cues
        for start, end in _pieces(cue, timeline, file or timeline.master)
    ]
    ordered = sorted(pieces, key=lambda cue: cue.start_seconds)
    return captions.model_copy(update={"cues": tuple(ordered)})


def _pieces(cue: Cue, timeline: Timeline, file: str) -> list[tuple[Fraction, Fraction]]:
    """Return when a cue is shown, to the millisecond: as fine as captions are written."""
    found = timeline.pieces(file, cue.start_seconds, cue.end_seconds)
    whole = [(_rounded(start), _rounded(end)) for start, end in found]
    return [(start, end) for start, end in whole if start < end]


def _rounded(seconds: Fraction) -> Fraction:
    return Fraction(round(seconds * MILLISECONDS), MILLISECONDS)
