"""``vod titles``: list, show and remove titles."""

import json
from typing import Annotated, Any

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.title import TitleRecord

app = typer.Typer(help="List, show and remove titles.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
TitleId = Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")]


@app.command("list")
def list_titles(as_json: AsJson = False) -> None:
    """List every registered title. Example: [cyan]vod titles list[/]."""
    with open_session() as session:
        records = list(session.store.records())
    if as_json:
        print(
            json.dumps([record.model_dump(mode="json", exclude={"callback"}) for record in records], ensure_ascii=False)
        )
        return
    for record in records:
        print(f"{record.title_id:<40} {record.profile:<12} {record.name}")


@app.command("show")
def show(title: TitleId, as_json: AsJson = False) -> None:
    """Show a title: its source, its assets, its releases. Example: [cyan]vod titles show film[/]."""
    with open_session() as session:
        facts = facts_of(session, title)
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        if name != "assets":
            print(f"{name:<12} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    needed = {asset: made for asset, made in facts["assets"].items() if not made["empty"]}
    for asset, made in needed.items():
        print(f"  {asset:<18} {made['digest'][:12]}  {made['files']} files")
    if empty := len(facts["assets"]) - len(needed):
        print(f"  {empty} not needed; --json says which, and why")


@app.command("remove")
def remove(
    title: TitleId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Remove a title: partition, CMS entry, releases, artifacts. Example: [cyan]vod titles remove film[/]."""
    with open_session() as session:
        for line in plan_removal(session, title):
            print(line)
        if dry_run:
            return
        if not yes and not typer.confirm(f"Remove {title}?"):
            raise typer.Exit(1)
        remove_title(session, title)
    print(f"{title}: removed; its source file is untouched")


def facts_of(session: Session, title: str) -> dict[str, Any]:
    """Return everything that is known of a title.

    Raises:
        ConfigError: ``unknown_title``.
    """
    from vod_assets.adapters.watch.opening import duplicates_of

    record = session.store.record(title)
    if record is None:
        raise unknown(session, title)
    entry = session.cms.entry(title)
    return {
        "title": title,
        "names": record.names,
        "source": record.source,
        "vanished": "its source is gone; what is published stays" if record.vanished else "",
        "orders": ", ".join(str(order) for order in (record.taken_down, record.held_back) if order is not None),
        "duplicates": duplicates_of(session.settings, title),
        "profile": record.profile,
        "sidecars": [sidecar.address for sidecar in record.sidecars],
        "releases": session.origin.releases(title),
        "cms_entry": session.cms.location(title) if entry is not None else "",
        "quality": quality_of(session, record),
        "assets": _assets(session, title),
    }


def quality_of(session: Session, record: TitleRecord) -> dict[str, str]:
    """Return what quality control and the quality report found, by check: what is wrong, or who lets it pass today."""
    from vod_assets.defs.gate import today
    from vod_assets.domain.quality_control import ASSET, QualityControl
    from vod_assets.domain.waivers import waivers_for

    found = _floor_of(session, record)
    made = session.store.latest(record.title_id, ASSET)
    verdicts = () if made is None or made.empty else made.read(QualityControl).verdicts
    for verdict in (one for one in verdicts if not one.passed):
        name = f"{ASSET}.{verdict.check}"
        waived = waivers_for(name, verdict.spots, record.waivers, today(), are_all=not verdict.more)
        found[name] = "; ".join(map(str, waived or verdict.spots[:3]))
    return found


def _floor_of(session: Session, record: TitleRecord) -> dict[str, str]:
    """Return which renditions lie below the floors that the title's profile has now, or who lets that pass today."""
    from vod_assets.defs.gate import today
    from vod_assets.domain.quality_report import ASSET, FLOOR, RenditionQuality, below_floor
    from vod_assets.domain.waivers import waivers_for

    profile, report = session.profiles.get(record.profile), session.store.latest(record.title_id, ASSET)
    if profile is None or profile.quality is None or report is None:
        return {}
    leaves = (session.store.load(record.title_id, one.asset, one.recipe) for one in report.entries)
    below = below_floor([leaf.read(RenditionQuality) for leaf in leaves], profile.quality)
    name = f"{ASSET}.{FLOOR}"
    waived = waivers_for(name, (), record.waivers, today()) if below else ()
    return {name: "; ".join(map(str, waived or below[:3]))} if below else {}


def plan_removal(session: Session, title: str) -> list[str]:
    """Return what removing a title will do, a line each.

    Raises:
        ConfigError: ``unknown_title``, or ``title_busy`` while a run works on it.
    """
    from vod_assets.defs.partitions import TITLES

    is_partition = session.instance.has_dynamic_partition(TITLES, title)
    releases, entry = session.origin.releases(title), session.cms.entry(title)
    if session.store.record(title) is None and not is_partition and not releases and entry is None:
        raise unknown(session, title)
    require_idle(session, title)
    artifacts = list(session.store.artifacts(title))
    return [
        f"partition   {'removed from Dagster first; its events stay' if is_partition else 'none'}",
        f"CMS entry   {'removed' if entry is not None else 'none'}",
        f"releases    {', '.join(map(str, releases)) or 'none'} at {session.origin.address}",
        f"artifacts   {len(artifacts)}, {sum(artifact.size_bytes for artifact in artifacts)} bytes",
    ]


def remove_title(session: Session, title: str) -> None:
    """Remove a title: its partition, so that no run begins, then what viewers can see, so that nothing points nowhere.

    Raises:
        ConfigError: ``title_busy``: a run has begun since the person was asked.
    """
    from vod_assets.defs.runs import withdraw
    from vod_assets.streaming import unregister

    require_idle(session, title)
    with session.held(title, "titles-remove") as held:
        withdraw(session.instance, title)
        unregister(session.settings, title)
        session.deliveries.withdraw(title)
        for remove_from in (session.cms, session.origin, session.store):
            held.check()
            remove_from.remove(title)
        session.store.forgive(title)
        session.agenda.forget(title)
        session.leases.lift(title)
        session.cms.remove(title)  # once more: a run that was taken for dead may have been just about to publish it


def require_idle(session: Session, title: str) -> None:
    """Return when no run works on a title.

    Raises:
        ConfigError: ``title_busy``.
    """
    from vod_assets.defs.runs import active_runs

    if runs := active_runs(session.instance, title, session.leases):
        raise ConfigError("title_busy", f"run {runs[0]} works on it", f"Cancel it first: vod cancel {title}", title)


def unknown(session: Session, title: str) -> ConfigError:
    """Return the error of a title id that nobody registered, naming near matches."""
    import difflib

    near = difflib.get_close_matches(title, session.store.titles(), n=3)
    meant = f"Did you mean {', '.join(near)}? " if near else ""
    return ConfigError("unknown_title", "no such title is registered", f"{meant}`vod titles list` lists them", title)


def _assets(session: Session, title: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for asset in sorted({artifact.asset for artifact in session.store.artifacts(title)}):
        artifact = session.store.latest(title, asset)
        if artifact is not None:
            files = len(artifact.files) or len(artifact.entries)
            found[asset] = {
                "digest": artifact.digest,
                "recipe": artifact.recipe,
                "files": files,
                "empty": artifact.empty,
            }
    return found
