"""Who sees a title when: the one rule that CMS, CDN, RTSP and ``vod visible`` follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vod_assets.domain.instants import utc
from vod_assets.domain.policy import Policy, Window
from vod_assets.domain.territories import COUNTRIES, viewer_country

Status = Literal["scheduled", "open", "gap", "expired", "closed"]


@dataclass(frozen=True)
class Verdict:
    """Whether a viewer sees a title, and why; ``window`` counts from 1, 0 when none decided."""

    visible: bool
    because: str
    window: int = 0


def visible(policy: Policy, at: datetime, country: str | None = None, platform: str | None = None) -> bool:
    """Return whether a viewer sees a title at an instant: the one rule that CMS, CDN and ``vod visible`` follow."""
    return verdict(policy, at, country, platform).visible


def verdict(policy: Policy, at: datetime, country: str | None = None, platform: str | None = None) -> Verdict:
    """Return whether a viewer sees a title at an instant, and why.

    The policy's own territories and platforms let the viewer in, and so does any window that is open then. What is
    denied beats what is allowed; an unknown country or platform is let in where nothing restricts them.

    Args:
        policy: The title's.
        at: The instant; UTC without a zone.
        country: ISO 3166-1 alpha-2; None, empty or anything else: unknown.
        platform: As the house calls it; None or empty: unknown.
    """
    if policy.unreadable:
        return Verdict(False, f"its policy cannot be read: {policy.unreadable}")
    viewer = viewer_country(country), (platform or "").strip().lower()
    if refused := policy.refusal(*viewer):
        return Verdict(False, refused)
    if not policy.windows:
        return Verdict(True, "it has no windows, and nothing stands in the way")
    now = utc(at)
    is_open = [(number, one) for number, one in enumerate(policy.windows, 1) if one.is_open(now)]
    for number, one in is_open:
        if not one.refusal(*viewer):
            return Verdict(True, f"window {number} is open: {one}", number)
    if not is_open:
        return Verdict(False, f"no window is open: it is {_when(status_at(policy, at))}")
    number, one = is_open[0]
    return Verdict(False, f"window {number} is open, but {one.refusal(*viewer)}", number)


def next_change(policy: Policy, after: datetime) -> datetime | None:
    """Return the first instant after another at which a window opens or closes; None: nothing changes any more."""
    now = utc(after)
    return min((at for one in policy.windows for at in (one.begins, one.ends) if at and at > now), default=None)


def status_at(policy: Policy, at: datetime) -> Status:
    """Return how a title stands at an instant: ``open`` when somebody somewhere may see it.

    ``scheduled``: not yet; ``gap``: before and later, not now; ``expired``: no more; ``closed``: never and nowhere.
    """
    if policy.unreadable or not lets_anybody(policy):
        return "closed"
    if not policy.windows:
        return "open"
    windows, now = list(open_windows(policy)), utc(at)
    if any(one.is_open(now) for one in windows):
        return "open"
    is_later = any(one.begins and now < one.begins for one in windows)
    was_before = any(one.ends and now >= one.ends for one in windows)
    if not windows:
        return "closed"
    return "gap" if is_later and was_before else "scheduled" if is_later else "expired"


def open_windows(policy: Policy) -> Iterator[Window]:
    """Yield the windows that let anybody in, of what the policy itself lets in."""
    return (one for one in policy.windows if lets_anybody(policy, one))


def lets_anybody(*rules: Policy | Window) -> bool:
    """Return whether some viewer is let in by all of several rules."""
    if not any(all(one.territories.let_in(country) for one in rules) for country in COUNTRIES):
        return False
    platforms = [frozenset(one.platforms) for one in rules if one.platforms]
    return not platforms or bool(frozenset.intersection(*platforms))


def _when(status: Status) -> str:
    return {"scheduled": "not yet to be seen", "gap": "between two windows", "expired": "expired"}.get(status, status)
