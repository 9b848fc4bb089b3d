"""``vod edge-rules``: what CDNs need to show each title only where, when and on what its policy says."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vod_assets.cli.policy import policy_in_force
from vod_assets.cli.session import open_session
from vod_assets.domain.errors import ConfigError


class Target(StrEnum):
    """What the rules are for."""

    CLOUDFRONT = "cloudfront"
    CLOUDFRONT_TABLE = "cloudfront-table"
    FASTLY = "fastly"
    AKAMAI = "akamai"


def edge_rules(
    target: Annotated[Target, typer.Option("--for", help="The CDN.")] = Target.CLOUDFRONT,
    output: Annotated[Path | None, typer.Option(help="File to write; without it, standard output.")] = None,
) -> None:
    """Print the rules of all titles for a CDN. Example: [cyan]vod edge-rules --for cloudfront --output rules.js[/]."""
    from vod_assets.domain.edge_rules import cloudfront_function, data_table, key_value_store, table_of

    with open_session() as session:
        records = list(session.store.records())
        policies = {record.title_id: policy_in_force(session, record.title_id) for record in records}
    table = table_of(policies, {record.title_id for record in records if record.taken_down})
    written = {Target.CLOUDFRONT: cloudfront_function, Target.CLOUDFRONT_TABLE: key_value_store}
    text = written.get(target, data_table)(table)
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        cause = f"it cannot be written: {error.strerror}"
        raise ConfigError("bad_policy", cause, "Name a file that can be written", file=str(output)) from error
