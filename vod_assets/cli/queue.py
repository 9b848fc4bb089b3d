"""``vod inspect-queue`` and ``vod clear-stuck-tasks``: what waits, and what waits for nothing."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError

if TYPE_CHECKING:
    from vod_assets.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def inspect_queue(as_json: AsJson = False) -> None:
    """Show which runs and steps wait and work, and the farm's queues. Example: [cyan]vod inspect-queue[/]."""
    with open_session() as session:
        seen = look(session)
    print(json.dumps(seen, ensure_ascii=False) if as_json else "\n".join(as_lines(seen)))


def clear_stuck_tasks(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is stuck, and touch nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Clear what is held by runs that are over, or waits for processes that are gone; what lives is left alone.

    Example: [cyan]vod clear-stuck-tasks --dry-run[/]
    """
    from vod_assets.defs.stuck import clear

    with open_session() as session:
        found = list(clear(session.instance, session.leases, dry_run=dry_run))
        quarantines = session.leases.quarantines()
    if as_json:
        print(json.dumps({"cleared": not dry_run, "stuck": [asdict(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        said = "would be cleared" if dry_run else one.remedy
        print(f"{one.kind} {one.name}{f' ({one.title})' if one.title else ''}: {one.why}; {said}")
    for quarantine in quarantines:
        title = quarantine.title
        print(f"{title} is in quarantine and left there: {quarantine.cause}. Then: vod titles retry {title}")
    if not found:
        print("Nothing is stuck.")


def look(session: Session) -> dict[str, Any]:
    """Return what waits and what works; of a farm whose broker is away, why nothing is known."""
    from vod_assets.defs.standing_runs import steps_underway, waiting_runs

    seen: dict[str, Any] = {
        "waiting": [asdict(one) for one in waiting_runs(session.instance)],
        "steps": [asdict(one) for one in steps_underway(session.instance)],
    }
    return seen | _of_farm(session.settings)


def _of_farm(settings: "Settings") -> dict[str, Any]:
    if settings.executor != "celery":
        return {}
    from vod_assets.defs.farm.looking import queues, workers

    try:
        found = queues(settings)
        return {"queues": [asdict(one) for one in found], "workers": [asdict(one) for one in workers(settings)]}
    except ConfigError as error:
        return {"queues": [], "workers": [], "fault": str(error)}


def as_lines(seen: dict[str, Any]) -> list[str]:
    """Return the same for a person."""
    lines = [
        f"waits    {one['title'] or one['run'][:8]}  priority {one['priority']}, {one['waits_seconds']} s"
        + (f": {one['why']}" if one["why"] else "")
        for one in seen["waiting"]
    ]
    lines += [
        f"{one['state']:<8} {one['title'] or one['run'][:8]}  {one['step']}, {one['since_seconds']} s"
        + (f", {one['worker']}" if one["worker"] else "")
        for one in seen["steps"]
    ]
    lines += [
        f"queue    {one['name']}: {one['waiting']} waiting, {one['workers']} workers" for one in seen.get("queues", [])
    ]
    lines += [f"worker   {one['name']}: {one['busy']} at work" for one in seen.get("workers", [])]
    lines += [seen["fault"]] if "fault" in seen else []
    return lines or ["Nothing waits, and nothing works."]
