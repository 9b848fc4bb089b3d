"""``vod cms setup``: the collections that entries are kept in, where the CMS is a Directus."""

from typing import Annotated

import typer

from vod_assets.cli.session import open_session
from vod_assets.domain.errors import ConfigError

app = typer.Typer(no_args_is_help=True, help="The CMS that titles are shown in.")


@app.callback()
def cms() -> None:
    """Keep ``setup`` a word of its own."""


@app.command()
def setup(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made.")] = False,
) -> None:
    """Make the collections of Directus that titles are shown in, and add fields that are missing; nothing is removed.

    VOD_CMS_PASSWORD has to be of somebody who may change the data model.
    """
    from vod_assets.adapters.cms.directus_setup import set_up
    from vod_assets.adapters.cms.opening import open_directus
    from vod_assets.named_secrets import secret

    with open_session() as session:
        if session.settings.cms_kind != "directus":
            cause = f"VOD_CMS names a CMS of kind {session.settings.cms_kind}, and only a Directus is set up"
            raise ConfigError("bad_setting", cause, "Set VOD_CMS=directus+https://…; docs/cms.md")
        done = set_up(open_directus(session.settings, secret), is_dry=dry_run)
    for line in done:
        print(f"would {line}" if dry_run else line)
    if not done:
        print("nothing to do: both collections are there, with all their fields")
