"""In and out points that are proposed for a master: from black, still pictures, tone and silence at its two ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

LOOKED_AT_SECONDS = 180  # at each end
TOUCHING_SECONDS = Fraction(1, 2)  # between black and tone, say
CLOCK_SECONDS = 15  # a counting clock between slate and black stands for nothing that is looked for
LEAST_TONE_SECONDS = 2
Kind = Literal["black", "still", "tone", "silence"]


@dataclass(frozen=True)
class Stretch:
    """A stretch of the master that is black, does not move, is a steady tone, or is silent."""

    kind: Kind
    start_seconds: Fraction
    end_seconds: Fraction


@dataclass(frozen=True)
class Proposal:
    """Points that are proposed; None where there is nothing to cut.

    Attributes:
        why: What they are proposed for, a line each.
    """

    begins: Fraction | None = None
    ends: Fraction | None = None
    why: tuple[str, ...] = ()

    @property
    def points(self) -> dict[str, str]:
        """What a title file says of them, in seconds."""
        known = {"in": self.begins, "out": self.ends}
        return {name: f"{float(at):.6f}" for name, at in known.items() if at is not None}


def propose(found: Sequence[Stretch], duration: Fraction, frame_rate: Fraction) -> Proposal:
    """Return the points between which the programme seems to be.

    At the head that is after the black that follows bars, tone, slate and clock; without a tone, only black (or a still
    picture before it) from the very first frame on counts. At the tail it is before what is black to the end.

    Args:
        found: Stretches of both ends.
        duration: Of the master.
        frame_rate: Of the master; points are on frames.
    """
    shown = [one for one in found if one.kind != "silence"]
    head = _leader(shown)
    backwards = [Stretch(one.kind, duration - one.end_seconds, duration - one.start_seconds) for one in shown]
    tail = _leader(backwards)
    begins = _on_frame(_end(head), frame_rate)
    ends = _on_frame(duration - _end(tail), frame_rate)
    if begins >= ends:
        return Proposal(why=("all of it is black, still or tone",))
    mirrored = [Stretch(one.kind, duration - one.end_seconds, duration - one.start_seconds) for one in reversed(tail)]
    return Proposal(
        begins=begins if head else None,
        ends=ends if tail else None,
        why=tuple(_said(one) for one in (*head, *mirrored)),
    )


def snippet(proposal: Proposal) -> str:
    """Return a proposal as lines of a title file."""
    said = ", ".join(f'{name}: "{at}"' for name, at in proposal.points.items())
    reasons = [f"# {line}" for line in proposal.why]
    return "\n".join([*reasons, f"master: {{{said}}}" if said else "# nothing to cut was found"])


def _leader(found: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches that lead from the start to the programme; a still picture alone is part of that."""
    led: list[Stretch] = []
    for one in sorted(found, key=lambda stretch: (stretch.start_seconds, stretch.end_seconds)):
        is_before_black = any(map(_is_tone, led)) and all(before.kind != "black" for before in led)
        patience = CLOCK_SECONDS if is_before_black and one.kind != "tone" else TOUCHING_SECONDS
        if one.start_seconds <= _end(led) + patience:
            led.append(one)
    while led and led[-1].kind != "black" and not (_is_tone(led[-1]) or any(_is_tone(one) for one in led[:-1])):
        led.pop()  # a still picture that no black follows may be the programme's first
    return led


def _is_tone(stretch: Stretch) -> bool:
    return stretch.kind == "tone" and stretch.end_seconds - stretch.start_seconds >= LEAST_TONE_SECONDS


def _end(stretches: Sequence[Stretch]) -> Fraction:
    return max((one.end_seconds for one in stretches), default=Fraction(0))


def _on_frame(seconds: Fraction, frame_rate: Fraction) -> Fraction:
    return round(seconds * frame_rate) / frame_rate


def _said(stretch: Stretch) -> str:
    what = {"black": "black", "still": "a still picture (bars, a slate)", "tone": "a tone", "silence": "silence"}
    return f"{what[stretch.kind]} from {float(stretch.start_seconds):.3f} to {float(stretch.end_seconds):.3f} s"
