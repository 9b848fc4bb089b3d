"""``vod explain``: where a published file comes from, what made it, and what judged it."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.session import Session, open_session

if TYPE_CHECKING:
    from vod_assets.ports import Origin
    from vod_assets.settings import Settings


def explain(
    address: Annotated[
        str, typer.Argument(help="A path or an address at an origin, as players open it or as it lies.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Say of a published file what it is, how it was made, and whether viewers see it; no tool is started.

    Example: [cyan]vod explain https://cdn.example/origin/film/releases/1/clear/master.m3u8[/]
    """
    from vod_assets.adapters.tool_versions import known_versions
    from vod_assets.explaining import Explainer
    from vod_assets.published_addresses import named_by

    with open_session() as session:
        named = named_by(
            address, origin_roots(session.origin, session.settings), _store_roots(session), _targets(session)
        )
        versions = known_versions(session.settings.home_path / "cache")
        explained = Explainer(session.store, session.origin, session.cms, versions).explain(address, named)
    if as_json:
        print(json.dumps(explained.model_dump(mode="json"), ensure_ascii=False))
        return
    for line in explained.lines():
        print(line)


def origin_roots(origin: "Origin", settings: "Settings") -> list[str]:
    """Return where the releases of every origin begin: as it is addressed itself, and as others fetch from it."""
    from vod_assets.published_addresses import addresses_of_bucket

    each = [one.origin for one in getattr(origin, "named", {}).values()] or [origin]
    roots = [root for one in each for root in (one.address, one.url("x", "x").removesuffix("/x/x"))]
    forms = (addresses_of_bucket(one.address, settings.s3_endpoint, settings.s3_region) for one in each)
    return [*dict.fromkeys(roots), *(address for several in forms for address in several)]


def _store_roots(session: Session) -> list[str]:
    return [session.settings.store_address, *session.settings.stores.values()]


def _targets(session: Session) -> list[str]:
    from vod_assets.targets_file import target_places

    return [place.address for place in target_places(session.settings).values()]
