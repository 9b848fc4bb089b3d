"""``vod policy`` and ``vod visible``: when, where and on what a title may be seen."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets.cli.records import order, record_of, user_of_this
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.title import TitleRecord

if TYPE_CHECKING:
    from datetime import datetime

    from vod_assets.domain.policy import Policy

app = typer.Typer(help="Say when, where and on what a title may be seen.", no_args_is_help=True)
TitleId = Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
By = Annotated[str, typer.Option(help="Who says so; without it, the user that this runs as.")]
At = Annotated[str, typer.Option(help="An instant: 2026-12-24T20:15+01:00, or a local time of the policy’s zone; now.")]
MORE = "docs/policy.md has examples"


@app.command("show")
def show(title: TitleId, as_json: AsJson = False) -> None:
    """Show a title's policy, who set it, and what it comes to now. Example: [cyan]vod policy show film[/]."""
    with open_session() as session:
        shown = _shown(session, record_of(session, title), policy_in_force(session, title))
    if as_json:
        print(json.dumps(shown, ensure_ascii=False))
        return
    for name, value in shown.items():
        for line in value if isinstance(value, list) and value else [value]:
            print(f"{name:<12} {line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)}")


@app.command("set")
def set_policy(
    title: TitleId,
    file: Annotated[Path | None, typer.Option(help="YAML or JSON with all that shall be set.")] = None,
    begins: Annotated[str, typer.Option("--from", help="One window: when it opens.")] = "",
    until: Annotated[str, typer.Option(help="One window: when it closes; a day alone is meant wholly.")] = "",
    zone: Annotated[str, typer.Option(help="Zone of local times: Europe/Berlin.")] = "",
    allow: Annotated[
        list[str] | None, typer.Option(help="Countries that it may be seen in, and nowhere else; or ALL.")
    ] = None,
    deny: Annotated[list[str] | None, typer.Option(help="Countries that it may not be seen in; or ALL.")] = None,
    platform: Annotated[
        list[str] | None, typer.Option(help="Platforms that it may be seen on; ALL for every one.")
    ] = None,
    offer: Annotated[str, typer.Option(help="One window: what it is offered as.")] = "",
    sign_off: Annotated[
        bool | None, typer.Option("--sign-off/--no-sign-off", help="Whether releases wait for `vod approve`.")
    ] = None,
    by: By = "",
) -> None:
    """Set fields of a title's policy; they win over what its files say until they are cleared.

    What options do not say stays as it is in force; a file replaces what was set before.

    Example: [cyan]vod policy set film --from 2026-12-24T20:15 --zone Europe/Berlin --allow DE,AT[/]
    """
    window = {name: said for name, said in (("from", begins), ("until", until), ("offer", offer)) if said}
    countries = {name: " ".join(said) for name, said in (("allow", allow), ("deny", deny)) if said}
    fields: dict[str, Any] = {"windows": [window]} if window else {}
    fields |= {"zone": zone} if zone else {}
    fields |= {"territories": countries} if countries else {}
    fields |= {"platforms": [] if platform == ["ALL"] else " ".join(platform)} if platform else {}
    fields |= {} if sign_off is None else {"sign_off": sign_off}
    if not fields and file is None:
        raise ConfigError("bad_policy", "nothing is said that could be set", "Give options, or --file", title)
    with open_session() as session:
        _set(session, title, file, fields, by or user_of_this(title, "bad_policy"))


@app.command("clear")
def clear(title: TitleId) -> None:
    """Forget what was set; what the title's files say holds again. Example: [cyan]vod policy clear film[/]."""
    with open_session() as session:
        order(session, title, lambda record: record.model_copy(update={"policy_set": None}))
        print(f"{title}: what its files say holds again")
        _say_what_follows(session, title)


def is_visible(
    title: TitleId,
    at: At = "",
    country: Annotated[str, typer.Option(help="Where the viewer is, by ISO 3166-1: DE; unknown without it.")] = "",
    platform: Annotated[str, typer.Option(help="What the viewer has; unknown without it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say whether a viewer sees a title, and why. Example: [cyan]vod visible film --at 2026-12-24 --country DE[/]."""
    with open_session() as session:
        record, policy = record_of(session, title), policy_in_force(session, title)
        said = answer(title, policy, (_instant(at, policy, title), country, platform))
        said["waits"] = waiting(session, record, policy)
    if record.taken_down:
        said |= {"visible": False, "because": f"it is {record.taken_down}", "window": 0}
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
        return
    viewer = " on ".join(filter(None, (said["country"] or "an unknown country", platform)))
    print(f"{'yes' if said['visible'] else 'no'}: {title} at {said['at']} in {viewer}: {said['because']}")
    if said["waits"]:
        print(said["waits"])


def answer(title: str, policy: "Policy", viewer: "tuple[datetime, str, str]") -> dict[str, Any]:
    """Return what ``vod visible --json`` says of a viewer: an instant, a country and a platform."""
    from vod_assets.domain.instants import text_of
    from vod_assets.domain.territories import viewer_country
    from vod_assets.domain.verdicts import next_change, status_at, verdict

    at, country, platform = viewer
    found, change = verdict(policy, at, country, platform), next_change(policy, at)
    return {
        "title": title,
        "at": text_of(at),
        "country": viewer_country(country),
        "platform": platform,
        "visible": found.visible,
        "because": found.because,
        "window": found.window,
        "status": status_at(policy, at),
        "next_change": text_of(change) if change else "",
    }


def policy_in_force(session: Session, title: str) -> "Policy":
    """Return the policy that decides over a title: what all of its files said last, and over it what was set."""
    from vod_assets.domain.policy import policy_of

    record, made = record_of(session, title), session.store.latest(title, "metadata")
    said = record.policy if made is None or made.empty else made.document.get("policy", {})
    return policy_of(record.policy_over(said))


def apply_policy(session: Session, title: str) -> str:
    """Bring what was said to the viewers, and return what happened as a sentence."""
    settled = session.publisher.settle(title)
    if settled is None:
        return "it is not published yet"
    return f"{settled.entry.status.replace('_', ' ')} now" + ("" if settled.address else ", as before")


def waiting(session: Session, record: TitleRecord, policy: "Policy") -> str:
    """Return a sentence when the title's newest release waits for somebody to approve it; else an empty text."""
    from vod_assets.domain.approvals import awaits_approval
    from vod_assets.releasing import digests

    if not policy.sign_off:
        return ""
    known = digests(session.origin, record.title_id)
    if not known:
        return "its first release will wait for `vod approve`"
    newest = max(known)
    if not awaits_approval(record, known[newest], policy):
        return ""
    return f"release {newest} waits for `vod approve {record.title_id} --by NAME`"


def _shown(session: Session, record: TitleRecord, policy: "Policy") -> dict[str, Any]:
    from datetime import UTC, datetime

    from vod_assets.domain.instants import text_of
    from vod_assets.domain.verdicts import next_change, status_at

    now = datetime.now(UTC)
    change, given = next_change(policy, now), record.policy_set
    return {
        "title": record.title_id,
        "status": status_at(policy, now),
        "next_change": text_of(change) if change else "",
        "policy": policy.as_document(),
        "notices": policy.notices,
        "set": f"{', '.join(given.said)} by {given.by} at {given.at}" if given else "",
        "approvals": [str(one) for one in record.approvals],
        "waits": waiting(session, record, policy),
    }


def _set(session: Session, title: str, file: Path | None, fields: dict[str, Any], by: str) -> None:
    from datetime import UTC, datetime

    from pydantic import ValidationError

    from vod_assets.domain.approvals import PolicySet
    from vod_assets.domain.policy import restated, wrong

    whole = None if file is None else _read(file, title)
    in_force = policy_in_force(session, title)
    fields, zone = fields if whole is not None else _laid_over(in_force, fields, title), in_force.zone

    def change(record: TitleRecord) -> TitleRecord:
        before = record.policy_set.said if record.policy_set and whole is None else {}
        said = restated({**before, **(whole or {}), **fields}, zone)
        given = PolicySet(said=said, by=by, at=datetime.now(UTC).isoformat(timespec="seconds"))
        return record.model_copy(update={"policy_set": given})

    try:
        restated({**(whole or {}), **fields}, zone)
        changed = order(session, title, change)
    except ValidationError as error:
        raise ConfigError("bad_policy", wrong(error), MORE, title, str(file or "")) from error
    names = ", ".join(changed.policy_set.said) if changed.policy_set else ""
    print(f"{title}: {names} set by {by}")
    for notice in policy_in_force(session, title).notices:
        print(f"  {notice}")
    _say_what_follows(session, title)


def _laid_over(in_force: "Policy", fields: dict[str, Any], title: str) -> dict[str, Any]:
    """Return fields with what they leave unsaid as it is in force: options change a policy, and never widen it unsaid.

    Raises:
        ConfigError: ``bad_policy``: there are several windows, and nobody knows which one is meant.
    """
    found = dict(fields)
    if countries := fields.get("territories"):
        held = {name: " ".join(getattr(in_force.territories, name)) for name in ("allow", "deny")}
        found["territories"] = {name: said for name, said in {**held, **countries}.items() if said}
    if not (said := fields.get("windows")):
        return found
    if len(in_force.windows) > 1 and not {"from", "until"} <= set(said[0]):
        cause = f"it has {len(in_force.windows)} windows, and one that is set would take the place of all"
        raise ConfigError("bad_policy", cause, "Give --from and --until, or --file with all of them", title)
    held = in_force.windows[0].model_dump(mode="json", by_alias=True) if len(in_force.windows) == 1 else {}
    zone = {"zone": fields["zone"]} if "zone" in fields else {}
    found["windows"] = [{**held, **zone, **said[0]}]
    return found


def _say_what_follows(session: Session, title: str) -> None:
    print(f"{title}: {apply_policy(session, title)}")


def _read(file: Path, title: str) -> dict[str, Any]:
    """Return the fields of a policy in a file; JSON is YAML."""
    from vod_assets.domain.title_file import LARGEST_FILE_BYTES, plain_yaml

    try:
        with file.open("rb") as reader:
            value = plain_yaml(reader.read(LARGEST_FILE_BYTES + 1), file.name)
    except OSError as error:
        raise ConfigError("bad_policy", f"it cannot be read: {error.strerror}", MORE, title, str(file)) from error
    except ConfigError as error:
        raise ConfigError("bad_policy", error.cause, MORE, title, str(file)) from error
    if not isinstance(value, dict) or not value:
        raise ConfigError("bad_policy", "it holds no fields of a policy", MORE, title, str(file))
    return value.get("policy", value) if isinstance(value.get("policy", value), dict) else value


def _instant(text: str, policy: "Policy", title: str) -> "datetime":
    from datetime import UTC, datetime

    from vod_assets.domain.instants import read_instant

    try:
        return read_instant(text, policy.zone).at if text else datetime.now(UTC)
    except ValueError as error:
        raise ConfigError("bad_policy", f"--at: {error}", MORE, title) from error
