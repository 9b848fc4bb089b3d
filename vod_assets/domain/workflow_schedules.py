"""Workflows that begin later: once, or again and again."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vod_assets.domain.documents import Document, canonical_json
from vod_assets.domain.errors import ConfigError


class WorkflowSchedule(Document):
    """When a source's workflow begins.

    Attributes:
        source: Address of the mezzanine; whether it is there, is seen when it is due.
        title: Title id; empty: a slug of the file's name.
        profile: Empty: the title file's, or the default.
        at: The instant, with its zone; None: ``every``.
        every: Cron expression of five fields.
        timezone: IANA name that ``every`` is read in.
        created: When it was written down; nothing is due before.
    """

    source: str
    title: str = ""
    profile: str = ""
    at: datetime | None = None
    every: str = ""
    timezone: str = "UTC"
    created: datetime

    @property
    def id(self) -> str:
        """Its short name: the same schedule written down twice at the same instant is one."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json"))).hexdigest()[:10]

    @property
    def rhythm(self) -> str:
        """When it begins, for a person."""
        if self.at is not None:
            return f"once, {self.at.astimezone(ZoneInfo(self.timezone)).isoformat(timespec='seconds')}"
        return f"every {self.every} ({self.timezone})"


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        ConfigError: ``bad_usage``.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError("bad_usage", f"{name!r} is no time zone", "Write one like Europe/Berlin, or UTC") from error


def instant(text: str, timezone: str) -> datetime:
    """Return the instant of an ISO 8601 time; one without an offset is local to a time zone.

    Of an hour that a clock shows twice, the first one is meant; what it never shows is refused.

    >>> instant("2026-07-01T20:15", "Europe/Berlin").isoformat()
    '2026-07-01T18:15:00+00:00'

    Raises:
        ConfigError: ``bad_usage``.
    """
    local = zone(timezone)
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        remedy = "Write 2026-12-24T20:15, or with an offset: 2026-12-24T20:15+01:00"
        raise ConfigError("bad_usage", f"{text!r} is no time", remedy) from error
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    meant = read.replace(tzinfo=local).astimezone(UTC)
    if meant.astimezone(local).replace(tzinfo=None) != read:
        cause = f"{text} never comes in {timezone}: clocks are put forward over it"
        raise ConfigError("bad_usage", cause, "Name a time before or after, or one with an offset")
    return meant


def last_due(schedule: WorkflowSchedule, ticks: Iterable[datetime], now: datetime) -> datetime | None:
    """Return the newest instant that is due; None: none is. What was missed meanwhile is made up for once.

    Args:
        schedule: The schedule.
        ticks: Instants of ``every`` after it was last begun, in their order.
        now: The time.
    """
    if schedule.at is not None:
        return schedule.at if schedule.at <= now else None
    found = None
    for tick in ticks:
        if tick > now:
            break
        found = tick
    return found
