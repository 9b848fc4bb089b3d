"""What a CMS entry says of its own publication: which version it is, who may see it when, and what it was made of."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from vod_assets.domain.documents import Document
from vod_assets.domain.policy import Policy
from vod_assets.domain.verdicts import status_at

Status = Literal["published", "scheduled", "paused", "expired", "closed", "awaiting_approval", "taken_down"]
SHOWN: Status = "published"
# What an edge lets nobody fetch, whatever the policy says.
WITHHELD: tuple[Status, ...] = ("taken_down", "awaiting_approval", "closed")
# What a policy says of an instant, as an entry says it.
BY_WINDOW: dict[str, Status] = {
    "scheduled": "scheduled",
    "open": SHOWN,
    "gap": "paused",
    "expired": "expired",
    "closed": "closed",
}
# What there is to tell when an entry's status becomes this.
EVENTS: dict[Status, str] = {
    SHOWN: "published",
    "scheduled": "scheduled",
    "paused": "expired",
    "expired": "expired",
    "closed": "expired",
    "awaiting_approval": "awaiting_approval",
    "taken_down": "taken_down",
}


class Lineage(Document):
    """What a release was made of: enough to make it again, and to say why its bytes are what they are.

    Attributes:
        recipes: Recipe of each asset that went into it, by the asset.
        tools: Build id (SHA-256 of the binary) of each tool, by its name.
    """

    recipes: dict[str, str] = {}
    tools: dict[str, str] = {}


class Publication(Document):
    """One publication of a title: each change of what the CMS says of it is one more.

    Attributes:
        revision: Counts the publications of a title from 1; a CMS refuses one that is older than what it has.
        status: Whether viewers may see it now; only ``published`` is shown.
        at: Since when it is so (UTC, ISO 8601), by the clock of whoever published it.
        policy: Windows, territories and platforms, in UTC.
        lineage: What the release was made of.
    """

    revision: int = Field(0, ge=0)
    status: Status = SHOWN
    at: str = ""
    policy: Policy = Policy()
    lineage: Lineage = Lineage()


def status_of(policy: Policy, at: datetime, *, approved: bool = True, taken_down: bool = False) -> Status:
    """Return what an entry's status is at an instant.

    Args:
        policy: The title's.
        at: The instant, with its zone.
        approved: Whether whoever has to sign off has, where the policy requires it.
        taken_down: Whether it was ordered to be taken down.
    """
    if taken_down:
        return "taken_down"
    if not approved:
        return "awaiting_approval"
    return BY_WINDOW[status_at(policy, at)]


def event_of(before: tuple[Status, int] | None, after: tuple[Status, int]) -> str:
    """Return what happened to a title, as notifications call it; empty: nothing that viewers could notice.

    Args:
        before: Status and number of the release before; None: the CMS had no entry.
        after: Likewise afterwards.
    """
    if before is not None and before == after:
        return ""
    if after[0] == SHOWN and before is not None and before[0] == SHOWN and after[1] < before[1]:
        return "rolled_back"
    if before is not None and before[0] == after[0] != SHOWN:
        return ""
    return EVENTS[after[0]]
