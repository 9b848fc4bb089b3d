"""What entries say of their publication: read, compared, and put into words for people and edges."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from vod_assets.domain import events
from vod_assets.domain.catalogue import Entry
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.events import Event
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.policy import Policy, policy_of
from vod_assets.domain.publication import SHOWN, Publication, Status
from vod_assets.domain.title import TitleRecord


def effective(record: TitleRecord, entry: Entry) -> Policy:
    """Return the policy that counts: what an operator has set, or what the files of the title say."""
    return policy_of(record.policy_over(entry.policy))


def told_of(kind: str, record: TitleRecord, before: Entry | None, after: Entry) -> Event | None:
    """Return what people are told of a title; None: nothing that they could notice."""
    title, number, at = after.title, release_number(after), instant_of(publication_of(after).at)
    if kind == "published":
        manifests = after.release.variants.items() if after.release else ()
        links = {f"{form} {name}": getattr(one, form) for name, one in manifests for form in ("hls", "dash")}
        return events.published(title, number, at, {name: address for name, address in links.items() if address})
    if kind == "expired":
        return events.expired(title, number, at)
    if kind == "rolled_back":
        by = record.held_back.by if record.held_back is not None else ""
        return events.rolled_back(title, release_number(before) if before else 0, number, at, by)
    if kind == "taken_down" and record.taken_down is not None:
        return events.taken_down(title, at, record.taken_down.by, record.taken_down.because)
    return events.awaiting_approval(title, number, at) if kind == "awaiting_approval" else None


def paths_of(title: str, status: Status) -> list[str]:
    """Return what an edge has to forget when a title is published, rolled back or taken away: two paths at most.

    A release's files never change, but an edge may remember that they were not there, or not allowed.
    """
    below = f"/origin/{title}/releases/*" if status == SHOWN else f"/origin/{title}/*"
    return [below, f"/catalogue/titles/{title}*"]


def read_shown(document: Mapping[str, Any] | None) -> Entry | None:
    """Return an entry as a CMS, or the store, gives it.

    Raises:
        RemoteError: ``cms_answer_bad``.
    """
    try:
        return Entry.model_validate(document) if document else None
    except ValidationError as error:
        cause = f"its entry cannot be read: {said_of(error.errors()[0])}"
        raise RemoteError("cms_answer_bad", cause, "Correct it in the CMS, or remove it there and publish") from error


def instant_of(text: str) -> datetime:
    """Return an instant of ISO 8601; UTC without a zone."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def publication_of(entry: Entry | None) -> Publication:
    """Return what an entry says of its publication; one that says nothing is the first, and shown."""
    return (entry.publication if entry else None) or Publication()


def release_digest(entry: Entry) -> str:
    """Return the digest of the release that an entry names; empty: none."""
    return entry.release.digest if entry.release else ""


def release_number(entry: Entry) -> int:
    """Return the number of the release that an entry names; 0: none."""
    return entry.release.number if entry.release else 0


def state_of(entry: Entry | None) -> tuple[Status, int] | None:
    """Return status and release of an entry; None: there is none."""
    return (publication_of(entry).status, release_number(entry)) if entry is not None else None


def says_the_same(current: Entry, wanted: Entry) -> bool:
    """Whether two entries say the same, but for which publication they are."""
    held = publication_of(current)
    said = {"revision": held.revision, "at": held.at}
    return current == wanted.model_copy(update={"publication": publication_of(wanted).model_copy(update=said)})
