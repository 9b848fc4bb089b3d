"""Captions against the title that they belong to: where its time begins, how fast it runs, when it ends."""

from collections.abc import Iterator
from fractions import Fraction

from vod_assets.domain.errors import SourceError, printable
from vod_assets.domain.media_info import Finding
from vod_assets.domain.text.captions import Captions, is_too_many
from vod_assets.domain.text.cue import OPEN_END, Cue, clock

HOUR = 3600
USUAL_STARTS = (10, 1)  # hours at which broadcasters' time codes begin
LEAST_FILLED = Fraction(4, 5)  # of a title by captions whose speed is taken for another: else any file would fit
LEAST_SLOWER = Fraction(101, 100)  # than the title; less is a last cue that stays too long
SPEEDS = (  # what cues are multiplied by; files of the two cannot be told apart, and the first is the usual one
    (Fraction(24000, 25025), "23.976"),
    (Fraction(24, 25), "24"),
)


def fitted(captions: Captions, duration_seconds: Fraction, frame_rate: Fraction | None = None) -> Captions:
    """Return captions in a title's own time: from zero, at its speed, none after its end.

    Args:
        captions: As they were read.
        duration_seconds: Of the title.
        frame_rate: Of the title, if known.

    Raises:
        SourceError: ``caption_file_refused``: too many cues begin after the end of the title, or all.
    """
    moved = _from_zero(captions, duration_seconds)
    return _within(_at_speed(moved, duration_seconds, frame_rate), duration_seconds)


def earlier(captions: Captions, seconds: Fraction) -> Captions:
    """Return captions moved towards the start; a cue that ends before zero is left out, without a word."""
    if not seconds:
        return captions
    moved = (_moved(cue, seconds) for cue in captions.cues)
    return captions.model_copy(update={"cues": tuple(cue for cue in moved if cue.end_seconds > 0)})


def _from_zero(captions: Captions, duration_seconds: Fraction) -> Captions:
    """Take the time code of the programme's start from every cue: the stated one, or a whole hour that fits."""
    first, last = _span(captions)
    start = captions.begins_at
    if start and first >= start:
        return _starting_at(captions, start, "as it says")
    if first < HOUR or last <= duration_seconds:
        return captions
    room = duration_seconds * Fraction(1045, 1000)  # the speed may have to be set right, too
    for hours in (*USUAL_STARTS, int(first // HOUR)):
        if hours * HOUR <= first and last - hours * HOUR <= room:
            return _starting_at(captions, Fraction(hours * HOUR), "for the title is shorter")
    return captions


def _starting_at(captions: Captions, start: Fraction, why: str) -> Captions:
    cause = f"{printable(captions.file)}: its time code begins at {clock(start)}, {why}; taken from every cue"
    finding = Finding(code="caption_times_moved", kind="normalised", cause=cause)
    moved = earlier(captions, start)
    return moved.model_copy(update={"findings": (*captions.findings, finding)})


def _at_speed(captions: Captions, duration_seconds: Fraction, frame_rate: Fraction | None) -> Captions:
    """Bring cues that run on after the end of the title to its speed, where a known pair of rates explains it."""
    last = _span(captions)[1]
    name = printable(captions.file)
    if last > duration_seconds * LEAST_SLOWER and frame_rate in (Fraction(25), Fraction(50)):
        for factor, what in SPEEDS:
            if duration_seconds * LEAST_FILLED <= last * factor <= duration_seconds:
                cause = (
                    f"{name}: its last cue ends at {clock(last)}, after the title of 25 frames a second; its times are"
                    f" taken for those of the same film at {what}"
                )
                return _with(captions, (_scaled(cue, factor) for cue in captions.cues), "caption_rate_converted", cause)
    if captions.frame_rate and frame_rate and _differs(captions.frame_rate, frame_rate):
        cause = (
            f"{name}: its time codes count {_rate(captions.frame_rate)} frames a second, the title has"
            f" {_rate(frame_rate)}; its times are taken as they are"
        )
        finding = Finding(code="caption_rate_differs", kind="warning", cause=cause)
        return captions.model_copy(update={"findings": (*captions.findings, finding)})
    return captions


def _differs(one: Fraction, other: Fraction) -> bool:
    """Whether two rates are of different families, between which programmes are sped up; 25 and 50 are of one."""
    ratio = max(one, other) / min(one, other)
    return min(abs(ratio - whole) for whole in (1, 2)) > Fraction(1, 200) and Fraction(25) in (one, other, other / 2)


def _with(captions: Captions, cues: Iterator[Cue], code: str, cause: str) -> Captions:
    finding = Finding(code=code, kind="normalised", cause=cause)
    return captions.model_copy(update={"cues": tuple(cues), "findings": (*captions.findings, finding)})


def _within(captions: Captions, duration_seconds: Fraction) -> Captions:
    """Leave out cues after the end of the title, and end the last ones with it."""
    limit = Fraction(int(duration_seconds * 1000), 1000)  # as fine as WebVTT can write
    late = [cue for cue in captions.cues if cue.start_seconds >= limit]
    long = sum(cue.start_seconds < limit < cue.end_seconds < OPEN_END / 2 for cue in captions.cues)
    findings, name, end = list(captions.findings), printable(captions.file), f"the end of the title at {clock(limit)}"
    if late and (is_too_many(len(late), len(captions.cues)) or len(late) == len(captions.cues)):
        cause = f"{len(late)} of its {len(captions.cues)} cues begin after {end}, the first at {_at(late[0])}"
        raise SourceError("caption_file_refused", cause, "Send the captions of this cut", file=captions.file)
    if late:
        cause = f"{name}: {len(late)} cues begin after {end}, the first at {_at(late[0])}, and are left out"
        findings.append(Finding(code="caption_cue_dropped", kind="warning", cause=cause))
    if long:
        cause = f"{name}: {long} cues last beyond {end} and are cut there"
        findings.append(Finding(code="caption_cue_cut", kind="warning", cause=cause))
    kept = (cue for cue in captions.cues if cue.start_seconds < limit)
    cut = tuple(cue.model_copy(update={"end_seconds": min(cue.end_seconds, limit)}) for cue in kept)
    return captions.model_copy(update={"cues": cut, "findings": tuple(findings)})


def _span(captions: Captions) -> tuple[Fraction, Fraction]:
    """Return when the first cue begins and the last one ends; one that lasts until the title ends says nothing."""
    first = min((cue.start_seconds for cue in captions.cues), default=Fraction(0))
    ends = (cue.start_seconds if cue.end_seconds > OPEN_END / 2 else cue.end_seconds for cue in captions.cues)
    return first, max(ends, default=Fraction(0))


def _moved(cue: Cue, seconds: Fraction) -> Cue:
    start, end = max(Fraction(0), cue.start_seconds - seconds), cue.end_seconds - seconds
    return cue.model_copy(update={"start_seconds": start, "end_seconds": end})


def _scaled(cue: Cue, factor: Fraction) -> Cue:
    start, end = (Fraction(round(time * factor * 1000), 1000) for time in (cue.start_seconds, cue.end_seconds))
    return cue.model_copy(update={"start_seconds": start, "end_seconds": max(end, start + Fraction(1, 1000))})


def _at(cue: Cue) -> str:
    return clock(cue.start_seconds)


def _rate(rate: Fraction) -> str:
    return str(rate) if rate.denominator == 1 else f"{float(rate):.3f}"
