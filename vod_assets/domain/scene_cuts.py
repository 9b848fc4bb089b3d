"""Where new scenes begin, as far as key frames tell."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from vod_assets.domain.glimpses import KeyGlimpse

SHADES = 16
DIFFERENT = 11.5  # share of the samples with another shade, times how far samples differ; the most within scenes was 10
REGULAR_SHARE = Fraction(95, 100)  # of the usual distance; a key frame that comes sooner was put at a cut


def scene_cuts(
    pictures: Sequence[KeyGlimpse], key_seconds: Sequence[Fraction], until: Fraction
) -> tuple[Fraction, ...]:
    """Return when new scenes begin, in seconds from the first picture on.

    A scene is seen to have changed between two of the pictures. Encoders put a key frame out of turn where it did, and
    then the time is exact; otherwise it is that of the later picture.

    Args:
        pictures: Key frames in the order of time, their times counted from the video's first frame.
        key_seconds: Times of all key frames, as far as they are known, counted likewise.
        until: Duration of the video.
    """
    early = _out_of_turn(key_seconds)
    cuts = []
    for before, after in pairwise(pictures):
        if _is_another_scene(before.grey, after.grey):
            told = [seconds for seconds in early if before.seconds < seconds <= after.seconds]
            cuts.append(told[-1] if told else after.seconds)
    return tuple(sorted({cut for cut in cuts if 0 < cut < until}))


def _is_another_scene(before: bytes, after: bytes) -> bool:
    shades = [Counter(sample * SHADES // 256 for sample in grey) for grey in (before, after)]
    moved = sum(abs(shades[0][shade] - shades[1][shade]) for shade in range(SHADES)) / 2
    mean = sum(abs(one - other) for one, other in zip(before, after, strict=False)) / max(1, len(before))
    return moved / max(1, len(before)) * mean >= DIFFERENT


def _out_of_turn(key_seconds: Sequence[Fraction]) -> list[Fraction]:
    """Return the key frames that come sooner than the encoder's usual distance."""
    steps = [later - earlier for earlier, later in pairwise(key_seconds)]
    if not steps:
        return []
    usual, count = Counter(steps).most_common(1)[0]
    usual = usual if 2 * count > len(steps) else max(steps)
    return [key for key, step in zip(key_seconds[1:], steps, strict=True) if step < REGULAR_SHARE * usual]
