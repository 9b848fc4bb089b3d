"""Waivers: an operator lets one check of one title pass for a while, and says why."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import printable
from vod_assets.domain.intervals import Interval
from vod_assets.domain.moments import moment
from vod_assets.domain.quality_control import ASSET, CHECKS, Spot

WAIVABLE = (*(f"{ASSET}.{check}" for check in CHECKS), "quality_report.floor")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST_WAIVERS = 100
Moment = Annotated[Fraction, BeforeValidator(moment), Field(ge=0)]
PLACED = tuple(f"{ASSET}.{check}" for check in ("black", "freeze", "silence", "flashes", "cadence"))


def _one_line(said: Any) -> Any:
    return printable(" ".join(said.split())) if isinstance(said, str) else said


Words = Annotated[str, BeforeValidator(_one_line), Field(min_length=1, max_length=500)]


class SaidWaiver(Document):
    """A waiver as people write it.

    Attributes:
        check: One of `WAIVABLE`: no check of a package can be waived, for players would stop.
        until: The last day (UTC) that it holds on, ``2026-12-31``.
        because: Why.
        by: Who says so.
        start_seconds: Where it begins to hold; with it, only what lies wholly within is waived, of a check that says
            where (`PLACED`).
        end_seconds: Where it ends to hold.
    """

    check: str
    until: str
    because: Words
    by: Words
    start_seconds: Moment | None = Field(default=None, alias="from")
    end_seconds: Moment | None = Field(default=None, alias="to")

    @field_validator("check")
    @classmethod
    def _can_be_waived(cls, value: str) -> str:
        if value not in WAIVABLE:
            raise ValueError(f"{printable(value)[:60]} cannot be waived: use {', '.join(WAIVABLE)}")
        return value

    @field_validator("until", mode="before")
    @classmethod
    def _is_day(cls, value: Any) -> str:
        text = str(value)
        if not _DAY.fullmatch(text):
            raise ValueError(f"{printable(text)[:40]} is no day: write 2026-12-31")
        date.fromisoformat(text)
        return text

    @model_validator(mode="after")
    def _runs_forward(self) -> "SaidWaiver":
        if (self.start_seconds is None) != (self.end_seconds is None):
            raise ValueError("from and to stand together, or not at all")
        if self.start_seconds is not None and self.end_seconds is not None and self.start_seconds >= self.end_seconds:
            raise ValueError("from is before to")
        if self.start_seconds is not None and self.check not in PLACED:
            raise ValueError(f"{self.check} speaks of the whole title: leave out from and to")
        return self


class Waiver(Document):
    """A waiver as it is kept; none is ever removed, so that one can see later who let what pass.

    Attributes:
        given: When it was given (UTC, ISO 8601); empty for one of the title file, where the file's history says so.
        withdrawn: When and by whom it was taken back; empty: it was not.
        interval: Where it holds; None: everywhere.
    """

    check: str
    until: str
    because: str
    by: str
    interval: Interval | None = None
    given: str = ""
    withdrawn: str = ""

    @classmethod
    def of(cls, said: SaidWaiver, given: str = "") -> "Waiver":
        """Return what is kept of a waiver."""
        start, end = said.start_seconds, said.end_seconds
        interval = None if start is None or end is None else Interval(start_seconds=start, end_seconds=end)
        return cls(check=said.check, until=said.until, because=said.because, by=said.by, interval=interval, given=given)

    def holds(self, today: date) -> bool:
        """Whether it can be used on a day."""
        return not self.withdrawn and today <= date.fromisoformat(self.until)

    def covers(self, spot: Spot) -> bool:
        """Whether it speaks of something that was found."""
        return self.interval is None or self.interval.holds(spot.interval)

    def __str__(self) -> str:
        return f"waived until {self.until} by {self.by}: {self.because}"


def waivers_for(
    check: str, spots: Sequence[Spot], waivers: Iterable[Waiver], today: date, *, are_all: bool = True
) -> tuple[Waiver, ...]:
    """Return the waivers that together let a failed check pass on a day; none: it stays failed.

    Args:
        check: ``asset.check``.
        spots: What it found; empty when it does not say where, which takes a waiver of everything.
        waivers: All of the title.
        today: The day (UTC).
        are_all: Whether the check found no more than these.
    """
    if check not in WAIVABLE:
        return ()
    holding = [one for one in waivers if one.check == check and one.holds(today)]
    of_all = [one for one in holding if one.interval is None]
    if of_all or not spots or not are_all:
        return tuple(of_all[-1:])
    if not all(any(one.covers(spot) for one in holding) for spot in spots):
        return ()
    return tuple(one for one in holding if any(one.covers(spot) for spot in spots))


def expired(check: str, waivers: Iterable[Waiver], today: date) -> Waiver | None:
    """Return the waiver of a check that ended last, if none holds."""
    of_check = [one for one in waivers if one.check == check and not one.withdrawn]
    ended = [one for one in of_check if not one.holds(today)]
    return max(ended, key=lambda one: one.until, default=None) if len(ended) == len(of_check) else None
