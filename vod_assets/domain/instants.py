"""Instants as people write them: with an offset, or as a local time of a zone of the IANA database."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer

from vod_assets.domain.errors import printable

EARLIEST_YEAR, LATEST_YEAR = 1900, 9000  # beyond, offsets lead out of what a calendar can say
_WRITTEN = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,40}(/[A-Za-z0-9_+-]{1,40}){0,2}", re.ASCII)
_NO_ZONES = ("posix/", "right/", "localtime", "posixrules", "Factory")  # files beside the zones


@dataclass(frozen=True)
class ReadInstant:
    """An instant, to the second.

    Attributes:
        at: In UTC.
        notice: What the reader should know: a local time that does not exist, or that exists twice.
    """

    at: datetime
    notice: str = ""


def read_instant(text: object, zone: str = "", *, is_end: bool = False) -> ReadInstant:
    """Return the instant of ``2026-03-29T02:30:00+01:00``, or of a local time or day in a zone.

    A day begins at its midnight; as an end it is meant wholly, so that it ends with the midnight after it. A local time
    that a change of the clocks leaves out means the instant of that change. One that comes twice means the first as a
    beginning and the second as an end. Parts of seconds are dropped.

    Args:
        text: What is written.
        zone: Name of the zone of local times; empty: UTC.
        is_end: Whether something ends then.

    Raises:
        ValueError: It is no such text, or no such zone.
    """
    if isinstance(text, datetime):
        return ReadInstant(utc(text).replace(microsecond=0))
    found = _WRITTEN.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None or (found[4] and not found[2]):
        shown = printable(str(text))[:40]
        raise ValueError(f"“{shown}” is no instant: write 2026-01-31T18:00:00+01:00, or 2026-01-31T18:00 with a zone")
    day, minute, second, offset = found.groups()
    local = _clock(f"{day}T{minute or '00:00'}:{second or '00'}", found[0])
    if not minute and is_end:
        local += timedelta(days=1)
    if offset:
        return ReadInstant(local.replace(tzinfo=_offset(offset, found[0])).astimezone(UTC))
    return _resolved(local, zone_of(zone), is_end=is_end)


def utc(at: datetime) -> datetime:
    """Return an instant in UTC; one without a zone is taken as UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def text_of(at: datetime) -> str:
    """Return an instant as it is stored: ``2026-01-31T17:00:00Z``."""
    return utc(at).isoformat(timespec="seconds").replace("+00:00", "Z")


def local_text(at: datetime, zone: str) -> str:
    """Return an instant as the clocks of a zone show it: ``2026-01-31T18:00:00+01:00``."""
    return utc(at).astimezone(zone_of(zone)).isoformat(timespec="seconds")


@lru_cache(maxsize=1000)
def zone_of(name: str) -> ZoneInfo:
    """Return a zone of the IANA database; UTC for an empty name.

    Raises:
        ValueError: There is no such zone.
    """
    if not name:
        return ZoneInfo("UTC")
    if _ZONE.fullmatch(name) and not name.startswith(_NO_ZONES):
        try:
            return ZoneInfo(name)
        except (KeyError, OSError, ValueError):  # unknown; a folder of zones; no file of a zone
            pass
    raise ValueError(f"“{printable(name)[:40]}” is no zone: write Europe/Berlin, America/New_York, UTC")


Instant = Annotated[datetime, PlainSerializer(text_of, return_type=str)]


def _clock(text: str, written: str) -> datetime:
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"“{printable(written)}” is no instant: there is no such day or time") from error
    if not EARLIEST_YEAR <= local.year <= LATEST_YEAR:
        raise ValueError(
            f"“{printable(written)}” is too far away: years from {EARLIEST_YEAR} to {LATEST_YEAR} are read"
        )
    return local


def _offset(text: str, written: str) -> tzinfo | None:
    try:
        return datetime.strptime(text, "%z").tzinfo
    except ValueError as error:
        raise ValueError(f"“{printable(written)}” is no instant: {text} is no offset from UTC") from error


def _resolved(local: datetime, zone: ZoneInfo, *, is_end: bool) -> ReadInstant:
    """Return the instant that a local time means."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return ReadInstant(first)
    name, written = zone.key, local.isoformat(timespec="seconds")
    if first < second:
        at, which = (second, "second") if is_end else (first, "first")
        return ReadInstant(at, f"{written} comes twice in {name}: the {which} is meant, {text_of(at)}")
    at = _change(second, first, zone)
    return ReadInstant(
        at, f"{written} does not exist in {name}: the clocks leave it out at {text_of(at)}, which is meant"
    )


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second of a zone's new offset, between an instant of the old one and one of the new."""
    new = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after
