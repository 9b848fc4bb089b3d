"""What signed addresses and whole distributions may say of policies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Literal

from vod_assets.domain.instants import utc
from vod_assets.domain.policy import Policy
from vod_assets.domain.territories import COUNTRIES, viewer_country
from vod_assets.domain.verdicts import open_windows, visible


@dataclass(frozen=True)
class Claim:
    """How long a viewer sees a title without a break; None: an end is open."""

    not_before: datetime | None
    not_after: datetime | None


@dataclass(frozen=True)
class Restriction:
    """Countries that a whole distribution may be read from (``whitelist``), or may not (``blacklist``)."""

    kind: Literal["whitelist", "blacklist"]
    countries: tuple[str, ...]


def claim(policy: Policy, at: datetime, country: str = "", platform: str = "") -> Claim | None:
    """Return the time around an instant in which a viewer sees a title, for signed addresses and cookies.

    Windows that overlap or touch are one time. None: the viewer does not see it at that instant.
    """
    if not visible(policy, at, country, platform):
        return None
    viewer, now = (viewer_country(country), platform.strip().lower()), utc(at)
    windows = [one for one in policy.windows if not one.refusal(*viewer)]
    if not windows:
        return Claim(None, None)
    held = next(one for one in windows if one.is_open(now))
    first, last = held.begins, held.ends
    for _ in windows:  # each round joins one more, or all that touch are joined
        for one in windows:
            touches = (not one.ends or not first or one.ends >= first) and (
                not one.begins or not last or one.begins <= last
            )
            if touches:
                first = min(first, one.begins) if first and one.begins else None
                last = max(last, one.ends) if last and one.ends else None
    return Claim(first, last)


def distribution_restriction(policies: Iterable[Policy]) -> Restriction | None:
    """Return the countries that every window of every title agrees on; None: they differ, or nothing restricts them.

    CloudFront's own geographic restriction holds for a whole distribution, so that it can say no more than that.
    """
    found: set[frozenset[str]] = set()
    for policy in policies:
        if policy.unreadable:
            return None
        own = policy.territories.countries
        windows = list(open_windows(policy)) if policy.windows else [policy]
        found |= {own & one.territories.countries for one in windows} or {frozenset()}
    if len(found) != 1:
        return None
    allowed = reduce(frozenset.union, found)
    denied = frozenset(COUNTRIES) - allowed
    if not denied or not allowed:
        return None
    if len(denied) < len(allowed):
        return Restriction("blacklist", tuple(sorted(denied)))
    return Restriction("whitelist", tuple(sorted(allowed)))
