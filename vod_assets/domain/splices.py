"""From SCTE 35 events to ad breaks and chapters on a title's timeline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from vod_assets.domain.acceptance import warning
from vod_assets.domain.markers import AdBreak, Chapter
from vod_assets.domain.media_info import Finding, Splice
from vod_assets.domain.splice_info import CLOCK_RANGE, CLOCK_TICKS, SpliceError, SpliceEvent, read_section

MOST_FINDINGS = 20  # of one kind; the rest are counted


@dataclass(frozen=True)
class Spliced:
    """What the sections of a stream come to."""

    ad_breaks: tuple[AdBreak, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass
class _Timeline:
    """Breaks and chapters as they are announced, ended and cancelled."""

    breaks: dict[str, list[AdBreak]] = field(default_factory=dict)
    chapters: dict[str, Fraction] = field(default_factory=dict)

    def take(self, event: SpliceEvent, at: Fraction, section: str) -> None:
        if event.kind == "chapter":
            self.chapters[event.name] = at
        elif event.kind == "out":
            self._begin(event, at, section)
        elif event.kind == "in":
            self._end(event.name, at)
        else:
            self.chapters.pop(event.name, None)
            self.breaks.pop(event.name, None)

    def _begin(self, event: SpliceEvent, at: Fraction, section: str) -> None:
        known = self.breaks.setdefault(event.name, [])
        duration = Fraction(event.duration, CLOCK_TICKS) if event.duration else None
        if all(one.start_seconds != at for one in known):  # it is announced several times
            named = f"scte35-{event.name}"
            known.append(AdBreak(id=named, start_seconds=at, duration_seconds=duration, scte35=section))

    def _end(self, name: str, at: Fraction) -> None:
        """Let the break that goes on last as long as it does."""
        known = self.breaks.get(name, [])
        if known and known[-1].start_seconds < at:
            known[-1] = known[-1].model_copy(update={"duration_seconds": at - known[-1].start_seconds})


def place(splices: Sequence[Splice], clock_zero: int) -> Spliced:
    """Return breaks in order of time, those within others left out; chapters; and what cannot be used.

    Args:
        splices: Sections in the order in which they arrive.
        clock_zero: Ticks of the stream's clock at the title's first frame.
    """
    timeline, bad = _Timeline(), []
    for splice in splices:
        try:
            events = read_section(bytes.fromhex(splice.section))
        except (SpliceError, ValueError) as error:
            bad.append(f"the SCTE-35 section at {float(splice.arrives_seconds):.2f} s {error} and is left out")
            continue
        for event in events:
            at = splice.arrives_seconds if event.pts is None else seconds_from(clock_zero, event.pts)
            timeline.take(event, at, splice.section)
    breaks = sorted((one for known in timeline.breaks.values() for one in known), key=_outermost_first)
    chapters = tuple(Chapter(start_seconds=at) for at in timeline.chapters.values())
    return Spliced(tuple(_outermost(breaks)), chapters, tuple(_findings(bad)))


def seconds_from(clock_zero: int, pts: int) -> Fraction:
    """Return a time of the clock as seconds from its zero; the clock goes round every 26.5 hours."""
    ticks = (pts - clock_zero) % CLOCK_RANGE
    return Fraction(ticks - CLOCK_RANGE if ticks >= CLOCK_RANGE // 2 else ticks, CLOCK_TICKS)


def _outermost_first(one: AdBreak) -> tuple[Fraction, Fraction]:
    return one.start_seconds, -(one.duration_seconds or Fraction(0))


def _outermost(breaks: Sequence[AdBreak]) -> Iterator[AdBreak]:
    """Yield breaks without the advertisements and opportunities that are announced within them."""
    last: AdBreak | None = None
    for one in breaks:
        is_inside = last is not None and (
            one.start_seconds == last.start_seconds
            or one.start_seconds < last.start_seconds + (last.duration_seconds or Fraction(0))
        )
        if not is_inside:
            last = one
            yield one


def _findings(bad: Sequence[str]) -> Iterator[Finding]:
    yield from (warning("splice_refused", cause) for cause in bad[:MOST_FINDINGS])
    if len(bad) > MOST_FINDINGS:
        yield warning("splice_refused", f"{len(bad) - MOST_FINDINGS} more SCTE-35 sections cannot be used")
