"""Whether a picture is made of fields, as measured: which field comes first, and film that pulldown put into fields."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from vod_assets.domain.glimpses import FieldGlimpse

PROGRESSIVE, TOP_FIRST, BOTTOM_FIRST = "progressive", "tt", "bb"
PULLDOWN = "3:2"
VIDEO_RATES = (Fraction(30000, 1001), Fraction(30))  # film of 24 frames is put into these, two fields and three in turn
LEAST_FRAMES = 8  # that move, before an interlaced picture is called so
LEAST_PROGRESSIVE_FRAMES = 12  # the other mistake is the worse one: combs stay in the picture
CLEAR_SHARE = Fraction(8, 10)  # of the frames that move have fields of two times
OTHER_SHARE = Fraction(1, 10)  # at most so many have them in the other order
STRAY_SHARE = Fraction(1, 50)  # of a progressive picture's frames look interlaced all the same
CADENCE = 5  # frames of video that four of film become
LEAST_REPEATS = 4
REPEATED_SHARE = Fraction(1, 5)  # of all frames have a repeated field; two in five have one where everything moves
REGULAR_SHARE = Fraction(4, 5)  # of the repeats come where the cadence wants them
FIELDS_PER_FRAME = {"tff": TOP_FIRST, "bff": BOTTOM_FIRST}


@dataclass(frozen=True)
class Interlacing:
    """What the pictures are.

    Attributes:
        field_order: ``progressive``, ``tt`` or ``bb``.
        telecine: `PULLDOWN` or nothing.
        evidence: The counts, for a finding.
    """

    field_order: str
    telecine: str = ""
    evidence: str = ""


def measured_interlacing(fields: Sequence[FieldGlimpse], rate: Fraction) -> Interlacing | None:
    """Return what the frames show, or None where too few of them move.

    Args:
        fields: Frames in the order of time, from several places.
        rate: Frames per second; tells which frames are neighbours.
    """
    runs = list(_runs(fields, rate))
    seen = [frame for run in runs for frame in run]
    counts = Counter(frame.order for frame in seen)
    moving = sum(counts[order] for order in ("tff", "bff", "progressive"))
    evidence = f"of {len(seen)} frames, {counts['tff']} have the top field first, {counts['bff']} the bottom field"
    order, other = ("bff", "tff") if counts["bff"] > counts["tff"] else ("tff", "bff")
    if counts[order] and repeats_like_film(fields, rate):
        return Interlacing(FIELDS_PER_FRAME[order], PULLDOWN, f"{evidence}, and fields repeat every five frames")
    if moving >= LEAST_FRAMES and counts[order] >= CLEAR_SHARE * moving and counts[other] <= OTHER_SHARE * moving:
        return Interlacing(FIELDS_PER_FRAME[order], evidence=evidence)
    strays = counts["tff"] + counts["bff"]
    if moving >= LEAST_PROGRESSIVE_FRAMES and strays <= STRAY_SHARE * moving:
        return Interlacing(PROGRESSIVE, evidence=f"{evidence}, {counts['progressive']} are whole")
    return None


def repeats_like_film(fields: Sequence[FieldGlimpse], rate: Fraction) -> bool:
    """Whether fields repeat as under 3:2 pulldown, though their order may not have been seen."""
    return rate in VIDEO_RATES and _is_pulldown(list(_runs(fields, rate)))


def first_shown(declared: str) -> str:
    """Return which field is shown first.

    ``tb`` and ``bt`` are QuickTime's details 9 and 14 (Apple's TN2162): fields are woven, and the first line is the
    earlier or the later one. DV, whose bottom field is the earlier one, is 14.

    >>> first_shown("tb"), first_shown("bt"), first_shown("progressive")
    ('tt', 'bb', 'progressive')
    """
    return {"tb": TOP_FIRST, "bt": BOTTOM_FIRST}.get(declared, declared)


def _runs(fields: Iterable[FieldGlimpse], rate: Fraction) -> Iterator[list[FieldGlimpse]]:
    """Yield neighbouring frames; the first and the last were compared with a frame from elsewhere, and are left out."""
    run: list[FieldGlimpse] = []
    for frame in fields:
        if run and not 0 < (frame.seconds - run[-1].seconds) * rate < Fraction(3, 2):
            yield run[1:-1]
            run = []
        run.append(frame)
    yield run[1:-1]


def _is_pulldown(runs: Sequence[Sequence[FieldGlimpse]]) -> bool:
    """Whether a top field and a bottom field repeat, each once in five frames."""
    frames = sum(map(len, runs))
    regular = repeats = 0
    sides = set()
    for run in runs:
        for side in ("top", "bottom"):
            places = [place for place, frame in enumerate(run) if frame.repeated == side]
            repeats += len(places)
            regular += max(Counter(place % CADENCE for place in places).values(), default=0)
            sides |= {side} if places else set()
    return (
        len(sides) == 2
        and repeats >= max(Fraction(LEAST_REPEATS), frames * REPEATED_SHARE)
        and regular >= REGULAR_SHARE * repeats
        and _repeats_apart(runs)
    )


def _repeats_apart(runs: Sequence[Sequence[FieldGlimpse]]) -> bool:
    """Whether no two neighbouring frames repeat the same side's field, as those of a picture that stands still may."""
    return not any(earlier.repeated == later.repeated != "neither" for run in runs for earlier, later in pairwise(run))
