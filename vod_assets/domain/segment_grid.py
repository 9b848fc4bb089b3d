"""Where segments begin: on a regular grid from the title's start, and at cues besides."""

from collections.abc import Iterable
from fractions import Fraction


def cut_times(cues: Iterable[Fraction], segment_seconds: Fraction) -> tuple[Fraction, ...]:
    """Return the times that a packager must be told, which counts segments from the last of them on.

    They are the cues, and for each the next time of the regular grid: from there on segments are where they would be
    without the cue, in every track alike, and so are their key frames.
    """
    wanted = {cue for cue in cues if cue > 0 and cue % segment_seconds}
    return tuple(sorted(wanted | {(cue // segment_seconds + 1) * segment_seconds for cue in wanted}))


def borders(duration_seconds: Fraction, segment_seconds: Fraction, cues: Iterable[Fraction] = ()) -> list[Fraction]:
    """Return the times at which the segments of a title begin, and its end."""
    count = max(1, -(-duration_seconds // segment_seconds))
    regular = {number * segment_seconds for number in range(int(count))}
    return [*sorted(regular | {cue for cue in cues if 0 < cue < duration_seconds}), duration_seconds]
