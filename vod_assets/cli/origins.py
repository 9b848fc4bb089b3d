"""``vod origins cors``: buckets that players on any site may fetch from."""

import json
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
    from vod_assets.adapters.origin.cors import bucket_rules, put_bucket_rules
    from vod_assets.domain.cors import gcs_document, with_rule

    scheme, _, bucket = address.partition("://")
    if scheme == "gs":
        command = f"gcloud storage buckets update {address} --cors-file=cors.json"
        yield f"{address}: put this into cors.json, and run {command}"
        yield json.dumps(gcs_document(rule))
        return
    before = bucket_rules(bucket, session.access.to_s3)
    after = with_rule(before, rule)
    if before == after:
        yield f"{address}: nothing to do"
        return
    if not is_dry:
        put_bucket_rules(bucket, after, session.access.to_s3)
    yield f"{address}: {'would let' if is_dry else 'lets'} players on {', '.join(rule['AllowedOrigins'])} fetch"
