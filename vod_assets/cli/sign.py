"""``vod sign``: what a viewer needs to fetch a title from a CDN that checks signatures."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets.cli.policy import policy_in_force
from vod_assets.cli.records import record_of
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError

if TYPE_CHECKING:
    from vod_assets.domain.signing import Grant

WITHHELD = ("awaiting_approval", "taken_down", "closed")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def sign(
    title: Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")],
    country: Annotated[str, typer.Option(help="Where the viewer is, by ISO 3166-1: DE; unknown without it.")] = "",
    platform: Annotated[str, typer.Option(help="What the viewer has; unknown without it.")] = "",
    lasts: Annotated[str, typer.Option("--for", help="How long it holds at most: 90s, 30m, 2h, 7d.")] = "2h",
    at: Annotated[str, typer.Option(help="From when it holds: 2026-12-24T20:15+01:00; without it, now.")] = "",
    ip: Annotated[str, typer.Option(help="Address or network of the viewer: 203.0.113.0/24.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Sign what is published of a title for one viewer, never beyond the end of the title's window.

    Example: [cyan]vod sign film --country DE --for 2h --json[/]
    """
    with open_session() as session:
        said = _signed(session, title, (country, platform, ip), lasts, at)
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
        return
    print(f"{title}: until {said['until']}")
    for url in said["manifests"].values():
        print(url)
    for name, value in said["cookies"].items():
        print(f"{name}={value}; Path={said['cookie_path']}; Secure; HttpOnly")


def _signed(session: Session, title: str, viewer: tuple[str, str, str], lasts: str, at: str) -> dict[str, Any]:
    from vod_assets.adapters.cdn.signing import open_signer
    from vod_assets.domain.instants import text_of
    from vod_assets.named_secrets import secret

    signer = open_signer(session.settings, secret)
    grant = _grant(session, title, viewer, (lasts, at))
    manifests = _manifests(session, title)
    signed = signer.sign(grant)
    return {
        "title": title,
        "until": text_of(grant.ends),
        "manifests": {name: f"{url}?{signed.query}" for name, url in manifests.items()},
        "cookies": dict(signed.cookies),
        "cookie_path": signed.path,
    }


def _grant(session: Session, title: str, viewer: tuple[str, str, str], when: tuple[str, str]) -> "Grant":
    from dataclasses import replace

    from vod_assets.domain.instants import read_instant
    from vod_assets.domain.signing import Viewer, grant_for

    record, policy = record_of(session, title), policy_in_force(session, title)
    if record.taken_down:
        raise ConfigError("sign_refused", "it is taken down", "`vod takedown --lift` lets it be seen again", title)
    try:
        begins = read_instant(when[1], policy.zone).at if when[1] else datetime.now(UTC)
    except ValueError as error:
        raise ConfigError("sign_refused", f"--at: {error}", "Write 2026-12-24T20:15+01:00", title) from error
    grant = grant_for(title, policy, Viewer(*viewer), begins, duration(when[0], title))
    return grant if when[1] else replace(grant, begins=None)  # an edge whose clock is behind would refuse it


def duration(text: str, title: str = "") -> timedelta:
    """Return how long ``2h`` is.

    Raises:
        ConfigError: ``sign_refused``.
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if found is None:
        raise ConfigError("sign_refused", f"--for: {text[:20]!r} is no time", "Write 90s, 30m, 2h or 7d", title)
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _manifests(session: Session, title: str) -> dict[str, str]:
    """Return the addresses of what is shown of a title, by variant and format."""
    shown = session.publisher.shown(title)
    status = shown.publication.status if shown and shown.publication else "published"
    if shown is None or shown.release is None or status in WITHHELD:
        raise ConfigError("sign_refused", "nothing of it may be shown", "See `vod titles show`", title)
    variants = shown.release.variants.items()
    return {
        f"{name} {kind}": url for name, one in variants for kind, url in (("hls", one.hls), ("dash", one.dash)) if url
    }
