"""What a signature at the edge says: which paths, from when until when, for whom; keys and clocks are elsewhere.

A player fetches hundreds of files, so what is signed is everything below a title, and a cookie carries it along; a
token in the address of the manifest alone would be lost with the next file. CloudFront: *Using signed URLs and signed
cookies*. Akamai: *Auth Token 2.0*. Fastly: *Enabling URL token validation*.
"""

import base64
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import quote_plus

from vod_assets.domain.claims import claim
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.instants import text_of, utc
from vod_assets.domain.policy import Policy
from vod_assets.domain.verdicts import verdict

LONGEST = timedelta(days=7)


@dataclass(frozen=True)
class Viewer:
    """Who asks; what is empty is unknown."""

    country: str = ""
    platform: str = ""
    ip: str = ""


@dataclass(frozen=True)
class Grant:
    """What a signature lets somebody fetch.

    Attributes:
        path: Below the public address; a ``*`` at its end means all that begins so.
        begins: The first instant; None: from now on, whatever the clock of the edge says.
        ends: The first instant at which it holds no more.
        ip: Address or network (CIDR) of the viewer; empty: whoever has it.
    """

    path: str
    ends: datetime
    begins: datetime | None = None
    ip: str = ""

    @property
    def ends_epoch(self) -> int:
        """Whole seconds since 1970, never later than the end."""
        return int(utc(self.ends).timestamp())

    @property
    def begins_epoch(self) -> int:
        """Whole seconds since 1970, never earlier than the beginning; 0: none is said."""
        return -int(-utc(self.begins).timestamp() // 1) if self.begins else 0


def grant_for(title: str, policy: Policy, viewer: Viewer, at: datetime, lasts: timedelta) -> Grant:
    """Return what a viewer may be given at an instant; it ends at the latest when the viewer may not see the title.

    Raises:
        ConfigError: ``sign_refused``: the viewer may not see it, or there is no such time or address.
    """
    if not timedelta(0) < lasts <= LONGEST:
        raise _refused(title, f"{lasts} is no time that a signature may last", f"Give up to {LONGEST.days} days")
    held = claim(policy, at, viewer.country, viewer.platform)
    if held is None:
        because = verdict(policy, at, viewer.country, viewer.platform).because
        raise _refused(title, f"this viewer may not see it at {text_of(at)}: {because}", "See `vod visible`")
    ends = min(utc(at) + lasts, held.not_after or datetime.max.replace(tzinfo=UTC))
    if int(ends.timestamp()) <= utc(at).timestamp():
        raise _refused(title, f"it may be seen until {text_of(ends)} only", "See `vod visible`")
    return Grant(f"/origin/{title}/*", ends, utc(at), checked_ip(viewer.ip, title))


def checked_ip(text: str, title: str = "") -> str:
    """Return an address or a network as CDNs write it: a network in CIDR, and an address alone.

    Raises:
        ConfigError: ``sign_refused``.
    """
    if not text:
        return ""
    try:
        return str(ip_network(text) if "/" in text else ip_address(text))
    except ValueError as error:
        raise _refused(title, f"--ip: {str(error)[:100]}", "Write 203.0.113.7, or 203.0.113.0/24") from error


def canned_policy(url: str, ends_epoch: int) -> str:
    """Return CloudFront's canned policy: of one address, with an end and nothing else; no white space."""
    return _compact({"Statement": [{"Resource": url, "Condition": {"DateLessThan": {"AWS:EpochTime": ends_epoch}}}]})


def custom_policy(base: str, grant: Grant) -> str:
    """Return CloudFront's custom policy of a grant.

    Args:
        base: The public address, without a slash at its end.
        grant: What is signed.
    """
    condition: dict[str, Any] = {"DateLessThan": {"AWS:EpochTime": grant.ends_epoch}}
    if grant.begins:
        condition["DateGreaterThan"] = {"AWS:EpochTime": grant.begins_epoch}
    if grant.ip:
        condition["IpAddress"] = {"AWS:SourceIp": grant.ip if "/" in grant.ip else f"{grant.ip}/32"}
    return _compact({"Statement": [{"Resource": f"{base}{grant.path}", "Condition": condition}]})


def cloudfront_text(data: bytes) -> str:
    """Return base64 in the letters that CloudFront reads in addresses and cookies."""
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))


def akamai_token(key: bytes, grant: Grant) -> str:
    """Return Akamai's token (version 2) of an access list: ``ip=…~st=…~exp=…~acl=/origin/film/*~hmac=…``.

    What viewers bring (here, the address) is escaped early, in lower case, as *Escape token input* wants it; the access
    list is not.
    """
    fields = [f"ip={_escaped(grant.ip)}"] if grant.ip else []
    fields += [f"st={grant.begins_epoch}"] if grant.begins else []
    fields += [f"exp={grant.ends_epoch}", f"acl={grant.path}"]
    said = "~".join(fields)
    return f"{said}~hmac={hmac.new(key, said.encode(), 'sha256').hexdigest()}"


def fastly_token(key: bytes, grant: Grant) -> str:
    """Return Fastly's token: the end, and HMAC-SHA256 of the path and the end: ``1790000000_9f86…``.

    What is signed is the path up to its ``*``; the VCL of docs/cdn.md cuts the path of a request in the same way.
    """
    said = f"{grant.path.rstrip('*')}{grant.ends_epoch}"
    return f"{grant.ends_epoch}_{hmac.new(key, said.encode(), 'sha256').hexdigest()}"


def _escaped(text: str) -> str:
    return re.sub("%..", lambda found: found[0].lower(), quote_plus(text))


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _refused(title: str, cause: str, remedy: str) -> ConfigError:
    return ConfigError("sign_refused", cause, remedy, title)
