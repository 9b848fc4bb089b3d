"""``vod cdn``: the CDN before the origin: how it stands, what it is to forget, what it decides by."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.policy import policy_in_force
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError

if TYPE_CHECKING:
    from vod_assets.adapters.cdn.edge import EdgeCdn
    from vod_assets.domain.policy import Policy
    from vod_assets.domain.title import TitleRecord

app = typer.Typer(help="See and steer the CDN before the origin.", no_args_is_help=True)
PUSHED_AT_MOST = 3
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Ask the CDN how it stands; nothing is changed. Example: [cyan]vod cdn status[/]."""
    with open_session() as session:
        cdn = required(session)
        said = {"cdn": cdn.address, "state": cdn.purger.state(), "rules": cdn.table.name if cdn.table else ""}
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
        return
    print(f"{said['cdn']}: {said['state']}; {said['rules'] or 'VOD_CDN_RULES is empty: it decides by no rules'}")


@app.command("invalidate")
def invalidate(
    paths: Annotated[list[str], typer.Argument(help="Paths below VOD_PUBLIC_URL; * at the end: all that begins so.")],
    as_json: AsJson = False,
) -> None:
    """Have the CDN forget paths. Example: [cyan]vod cdn invalidate '/origin/film/*'[/]."""
    with open_session() as session:
        name = required(session).invalidate(paths)
    print(json.dumps({"paths": paths, "request": name}) if as_json else f"{len(paths)} paths: {name}")


@app.command("rules")
def rules(
    push: Annotated[bool, typer.Option("--push", help="Write what differs, and take away what is left over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the rules of all titles with those at the edge; a push that is broken off goes on when it is repeated.

    Example: [cyan]vod cdn rules --push[/]
    """
    from vod_assets.domain.edge_rules import table_of

    with open_session() as session:
        cdn = required(session)
        policies, taken_down = _policies(session)
        difference = cdn.difference(table_of(policies, taken_down))
        left = difference
        for _ in range(PUSHED_AT_MOST if push else 0):  # a title may be taken down or published meanwhile
            cdn.push(left)
            left = cdn.difference(table_of(*_policies(session)))
            if not (left.missing or left.left_over):
                break
    said = {
        "titles": len(policies),
        "differ": sorted(difference.missing),
        "left_over": list(difference.left_over),
        "pushed": push,
        "restriction": whole(policies),
    }
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
        return
    verb = "were" if push else "are to be"
    print(f"{len(policies)} titles; {len(difference.missing)} items {verb} written, ", end="")
    print(f"{len(difference.left_over)} {verb} taken away")
    print(f"Of the whole distribution: {said['restriction']}")


def whole(policies: "dict[str, Policy]") -> str:
    """Return what CloudFront's own restriction, which is of a whole distribution, may say."""
    from vod_assets.domain.claims import distribution_restriction

    found = distribution_restriction(policies.values())
    if found is None:
        return "no restriction, for titles differ or none is restricted; the rules of each decide"
    return f"all titles agree: {found.kind} {' '.join(found.countries)}"


def required(session: Session) -> "EdgeCdn":
    """Return the CDN.

    Raises:
        ConfigError: ``bad_setting``: there is none.
    """
    if session.cdn is None:
        raise ConfigError("bad_setting", "VOD_CDN is empty, so there is no CDN", "Name it; docs/cdn.md")
    return session.cdn


def _policies(session: Session) -> "tuple[dict[str, Policy], set[str]]":
    records = list(session.store.records())
    policies = {record.title_id: policy_in_force(session, record.title_id) for record in records}
    waiting = {record.title_id for record in records if policies[record.title_id].sign_off and _waits(session, record)}
    return policies, waiting | {record.title_id for record in records if record.taken_down}


def _waits(session: Session, record: "TitleRecord") -> bool:
    """Whether nothing of a title is approved, so that nobody may fetch it."""
    document = session.cms.entry(record.title_id) or {}
    return (document.get("publication") or {}).get("status") in (None, "awaiting_approval")
