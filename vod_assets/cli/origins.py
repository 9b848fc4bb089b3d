"""``vod origins cors``: buckets that players on any site may fetch from."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vod_assets.domain.cors import Rule

SITE = re.compile(r"https?://[A-Za-z0-9.*-]+(:[0-9]+)?")

app = typer.Typer(no_args_is_help=True, help="The origins that releases go to.")


@app.callback()
def origins() -> None:
    """Keep ``cors`` a word of its own."""


@app.command()
def cors(
    site: Annotated[
        list[str] | None,
        typer.Option("--site", help="Only players on this site: https://player.example; again for more."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed.")] = False,
) -> None:
    """Have the buckets of origins let players on other sites fetch (CORS); other rules stay. Twice is as once."""
    from vod_assets.doctor_cors import origin_buckets
    from vod_assets.domain.cors import players_rule

    sites = tuple(site or ("*",))
    if odd := [one for one in sites if one != "*" and not SITE.fullmatch(one)]:
        raise ConfigError("bad_usage", f"“{odd[0]}” is no site", "Write https://HOST, without a path")
    with open_session() as session:
        buckets = origin_buckets(session.settings)
        if not buckets:
            cause = "no origin lies in a bucket; what serves the others says itself who may fetch"
            raise ConfigError("bad_setting", cause, "docs/delivery.md says which headers players need")
        for address in buckets:
            for line in _told(session, address, players_rule(sites), is_dry=dry_run):
                print(line)


def _told(session: Session, address: str, rule: "Rule", *, is_dry: bool) -> "Iterator[str]":
    """Have a bucket follow a rule, and yield what to say of it."""
    is_told = _google if address.startswith("gs://") else _s3
    if not is_told(session, address.partition("://")[2], rule, is_dry=is_dry):
        yield f"{address}: nothing to do"
        return
    yield f"{address}: {'would let' if is_dry else 'lets'} players on {', '.join(rule['AllowedOrigins'])} fetch"


def _s3(session: Session, bucket: str, rule: "Rule", *, is_dry: bool) -> bool:
    """Return whether a bucket's rules had to be changed, and change them unless it is a dry run."""
    from vod_assets.adapters.origin.cors import bucket_rules, put_bucket_rules
    from vod_assets.domain.cors import with_rule

    before = bucket_rules(bucket, session.access.to_s3)
    after = with_rule(before, rule)
    if before != after and not is_dry:
        put_bucket_rules(bucket, after, session.access.to_s3)
    return before != after


def _google(session: Session, bucket: str, rule: "Rule", *, is_dry: bool) -> bool:
    """Do the same with a bucket of Google's."""
    from vod_assets.adapters.origin.cors_google import GoogleBucket, google_token
    from vod_assets.domain.cors import with_google_rule

    endpoint = session.settings.gcs_endpoint  # another one than Google's is asked without credentials
    place = GoogleBucket(bucket, endpoint, None if endpoint else google_token)
    before, version = place.rules()
    after = with_google_rule(before, rule)
    if before != after and not is_dry:
        place.put(after, version)
    return before != after
