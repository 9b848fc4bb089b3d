"""Events: what happened to a title that people, or other systems, want to be told of.

An event's id comes of what happened, so whoever tells of it, and however often, tells of it once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, get_args

from pydantic import Field, field_validator

from vod_assets.domain.codes import REFUSALS
from vod_assets.domain.documents import Document
from vod_assets.domain.notice_text import ADDRESS, NAME, SENTENCE, digest_lines, plain_line

Severity = Literal["info", "warning", "error", "critical"]
Kind = Literal[
    "run_failed",
    "run_finished",
    "check_failed",
    "published",
    "expired",
    "rolled_back",
    "taken_down",
    "awaiting_approval",
    "source_refused",
    "delivery_repaired",
    "quarantined",
    "rtsp_lost",
    "rtsp_back",
    "digest",
    "test",
]
SEVERITIES: tuple[str, ...] = get_args(Severity)
KINDS: tuple[str, ...] = get_args(Kind)
MOST_FACTS = 16
CHECK_CODES = ("check_failed", "check_missing", "check_unfinished", "check_other_bytes")
NOTHING: Mapping[str, str] = {}


class Event(Document):
    """Something that happened, in one sentence.

    Attributes:
        id: Names what happened: told twice, it is one event.
        title: A title's id; empty: it is about no title.
        said: One sentence, without its title.
        facts: Codes, numbers and names besides; no secrets.
        links: Addresses that a person may open, by what they show.
        lines: What a digest names, a line each.
        at: When, as ISO 8601 in UTC.
        batch: The backfill that it belongs to; empty: none.
        callback: Address that asked to be told of it, besides the channels; it may hold a secret.
    """

    id: str
    kind: Kind
    severity: Severity
    title: str = ""
    said: str
    facts: dict[str, str] = {}
    links: dict[str, str] = {}
    lines: tuple[str, ...] = ()
    at: str
    batch: str = ""
    callback: str = Field(default="", repr=False)

    @field_validator("said")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        return plain_line(value, SENTENCE)

    @field_validator("lines")
    @classmethod
    def _are_lines(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(plain_line(line, SENTENCE) for line in value[:MOST_FACTS])

    @field_validator("facts")
    @classmethod
    def _are_few(cls, value: dict[str, str]) -> dict[str, str]:
        return {plain_line(name, NAME): plain_line(said, SENTENCE) for name, said in [*value.items()][:MOST_FACTS]}

    @field_validator("links")
    @classmethod
    def _are_addresses(cls, value: dict[str, str]) -> dict[str, str]:
        return {plain_line(name, NAME): plain_line(said, ADDRESS) for name, said in [*value.items()][:MOST_FACTS]}

    def with_callback(self, address: str) -> "Event":
        """Return the same event, of which an address is told, too."""
        return self.model_copy(update={"callback": address})


def event(
    kind: Kind,
    severity: Severity,
    key: str,
    said: str,
    at: datetime,
    *,
    title: str = "",
    facts: Mapping[str, str] = NOTHING,
    links: Mapping[str, str] = NOTHING,
    batch: str = "",
    name: str = "",
) -> Event:
    """Return an event.

    Args:
        kind: What happened.
        severity: How bad it is.
        key: What tells it from others of its kind: a run's id, a title and a number.
        said: One sentence.
        at: When.
        title: A title's id.
        facts: Codes, numbers and names besides.
        links: Addresses to open.
        batch: The backfill that it belongs to.
        name: What the id begins with; empty: the kind.
    """
    named = f"{name or kind.replace('_', '-')}-{hashlib.sha256(key.encode(errors='surrogateescape')).hexdigest()[:24]}"
    when = at.astimezone(UTC).isoformat(timespec="seconds")
    return Event(
        id=named,
        kind=kind,
        severity=severity,
        title=title,
        said=said,
        facts=dict(facts),
        links=dict(links),
        at=when,
        batch=batch,
    )


def published(title: str, release: int, at: datetime, links: Mapping[str, str] = NOTHING) -> Event:
    """Return the event of a release that viewers see now; publishing it again later is another event."""
    facts = {"release": str(release)}
    said = f"release {release} is published"
    return event("published", "info", _moment(title, release, at), said, at, title=title, facts=facts, links=links)


def expired(title: str, release: int, at: datetime) -> Event:
    """Return the event of a window that closed: nobody sees the title any more. ``at``: the window's own end."""
    said = "its window has closed; it is shown no more"
    return event("expired", "info", _moment(title, release, at), said, at, title=title, facts={"release": str(release)})


def rolled_back(title: str, before: int, now: int, at: datetime, by: str = "") -> Event:
    """Return the event of going back to an older release."""
    facts = {"release": str(now), "instead_of": str(before), **({"by": by} if by else {})}
    said = f"release {now} is shown again in place of {before}{f', as {by} asked' if by else ''}"
    return event("rolled_back", "warning", _moment(title, now, at), said, at, title=title, facts=facts)


def taken_down(title: str, at: datetime, by: str = "", why: str = "") -> Event:
    """Return the event of a takedown."""
    facts = {name: text for name, text in (("by", by), ("why", why)) if text}
    said = f"it is taken down{f' by {by}' if by else ''}{f': {why}' if why else ''}"
    return event("taken_down", "critical", _moment(title, 0, at), said, at, title=title, facts=facts)


def awaiting_approval(title: str, release: int, at: datetime) -> Event:
    """Return the event of a release that waits for a person's word; one for each release."""
    said = f"release {release} waits for approval: vod approve {title} --by NAME"
    facts = {"release": str(release)}
    return event("awaiting_approval", "warning", f"{title} {release}", said, at, title=title, facts=facts)


def delivery_repaired(title: str, release: int, origin: str, at: datetime) -> Event:
    """Return the event of an origin that has a release whole again."""
    said = f"release {release} was put right at {origin}"
    facts = {"release": str(release), "origin": origin}
    key = f"{_moment(title, release, at)} {origin}"
    return event("delivery_repaired", "warning", key, said, at, title=title, facts=facts)


def source_refused(title: str, source: str, code: str, said: str, at: datetime, identity: str = "") -> Event:
    """Return the event of a source that was refused.

    Args:
        title: The title that it was to become.
        source: Its address.
        code: Of ``docs/errors.md``.
        said: Why, as a sentence.
        at: When.
        identity: A word that changes with its bytes: another broken file is another event.
    """
    facts = {"code": code, "source": source}
    key = f"{title} {source} {identity} {code} {said}"
    return event("source_refused", "error", key, said, at, title=title, facts=facts)


def quarantined(title: str, cause: str, run: str, at: datetime) -> Event:
    """Return the event of a title whose runs all died."""
    said = f"no run of it is started any more: {cause}. Remove the cause, then: vod titles retry {title}"
    return event("quarantined", "critical", run, said, at, title=title, facts={"run": run})


def rtsp_lost(title: str, where: str, cause: str, since: datetime) -> Event:
    """Return the event of a stream that cannot be published for a while. ``since``: when that began."""
    said = f"its stream is lost at {where}: {cause}"
    key = f"{_moment(title, 0, since)} {where}"
    return event("rtsp_lost", "error", key, said, since, title=title, facts={"code": "rtsp_lost", "where": where})


def rtsp_back(title: str, where: str, since: datetime, at: datetime) -> Event:
    """Return the event of a stream that is published again, after people were told that it was lost."""
    said = f"its stream is back at {where} after {round((at - since).total_seconds())} s"
    key = f"{_moment(title, 0, since)} {where}"
    return event("rtsp_back", "info", key, said, at, title=title, facts={"where": where})


def run_ended(
    run: str,
    at: datetime,
    failure: tuple[str, str] | None,
    *,
    title: str,
    severity: Severity = "error",
    facts: Mapping[str, str] = NOTHING,
    links: Mapping[str, str] = NOTHING,
    batch: str = "",
) -> Event:
    """Return the one event of a run's end, whoever tells of it.

    Args:
        run: Its id.
        at: When it ended.
        failure: Its code and sentence; None: it ended well.
        title: What it was of.
        severity: Of a failure.
        facts: The asset that failed; the release that was made.
        links: Where the release can be opened.
        batch: The backfill that it belongs to.
    """
    code, said = failure or ("", "the run has finished")
    kind: Kind = "run_finished"
    if failure:
        kind = "check_failed" if code in CHECK_CODES else "source_refused" if code in REFUSALS else "run_failed"
    told = {"run": run, **({"code": code} if code else {}), **facts}
    how: Severity = severity if failure else "info"
    return event(kind, how, run, said, at, title=title, facts=told, links=links, batch=batch, name="run")


def check_failed(run: str, check: str, found: str, at: datetime, *, title: str, batch: str = "") -> Event:
    """Return the event of a required check that failed in a run which published nothing, so that nothing stopped it."""
    said = f"the check {check} failed{f': {found}' if found else ''}"
    facts = {"run": run, "check": check, "code": "check_failed"}
    return event("check_failed", "error", f"{run} {check}", said, at, title=title, facts=facts, batch=batch)


def digest(key: str, about: str, events: Sequence[Event], at: datetime) -> Event:
    """Return one event in place of many: the worst ten by name, then numbers.

    Args:
        key: What tells it from other digests.
        about: What the events have in common: ``backfill abc``.
        events: At least one.
        at: When.
    """
    said, lines = digest_lines(events)
    worst = max((one.severity for one in events), key=SEVERITIES.index)
    facts = {"events": str(len(events))}
    told = event("digest", worst, key, f"{about}: {said}", at, facts=facts)
    return told.model_copy(update={"lines": tuple(lines)})


def _moment(title: str, release: int, at: datetime) -> str:
    return f"{title} {release} {at.astimezone(UTC).isoformat()}"
