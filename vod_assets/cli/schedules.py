"""``vod schedule-workflow`` and ``vod schedules``: workflows that begin later."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.places import SOURCE_ADDRESSES

if TYPE_CHECKING:
    from vod_assets.domain.workflow_schedules import WorkflowSchedule

app = typer.Typer(help="Workflows that begin later.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def schedule_workflow(
    source: Annotated[str, typer.Argument(help=f"The mezzanine: a path, or an address: {SOURCE_ADDRESSES}.")],
    at: Annotated[str, typer.Option("--at", help="Once, at this time: 2026-12-24T20:15.")] = "",
    every: Annotated[str, typer.Option("--every", help="Again and again: a cron expression, '0 6 * * 1-5'.")] = "",
    timezone: Annotated[str, typer.Option("--timezone", help="Zone of both, as in Europe/Berlin.")] = "UTC",
    title: Annotated[str, typer.Option("--title", help="Title id; default: a slug of the file's name.")] = "",
    profile: Annotated[str, typer.Option("--profile", help="What to make; default: the title file's.")] = "",
    as_json: AsJson = False,
) -> None:
    """Have a source's workflow begin later, by Dagster's daemon; what was missed while it was away is made up for once.

    Example: [cyan]vod schedule-workflow s3://media/in/film.mov --at 2026-12-24T20:15 --timezone Europe/Berlin[/]
    """
    from vod_assets.defs.workflow_schedules import require_cron
    from vod_assets.domain.workflow_schedules import WorkflowSchedule, instant, zone

    if bool(at) == bool(every):
        raise ConfigError("bad_usage", "a workflow begins once or again and again", "Give either --at or --every")
    now = datetime.now(tz=UTC)
    begins = instant(at, timezone) if at else None
    if begins is not None and begins <= now:
        raise ConfigError("bad_usage", f"{at} is past", "Name a time to come, or use vod run-workflow")
    with open_session() as session:
        made = WorkflowSchedule(
            source=session.sources.normal(source),
            title=title,
            profile=profile,
            at=begins,
            every=require_cron(every) if every else "",
            timezone=zone(timezone).key,
            created=now,
        )
        schedules_of(session).add(made)
        said = _as_object(session, made)
    print(json.dumps(said, ensure_ascii=False) if as_json else f"{made.id}: {made.source} begins {said['next']}")


@app.command("list")
def list_schedules(as_json: AsJson = False) -> None:
    """List workflows that begin later. Example: [cyan]vod schedules list[/]."""
    with open_session() as session:
        found = [_as_object(session, one) for one in schedules_of(session).all()]
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        print(f"{one['schedule']}  {one['source']}  {one['when']}, next {one['next'] or 'never: it has begun'}")
    if not found:
        print("No workflow is scheduled.")


@app.command("cancel")
def cancel(schedule_id: Annotated[str, typer.Argument(help="As `vod schedules list` prints it.")]) -> None:
    """Cancel a schedule; a run that has begun goes on. Example: [cyan]vod schedules cancel 3f9a01c2d4[/]."""
    with open_session() as session:
        was_there = schedules_of(session).cancel(schedule_id)
    if not was_there:
        raise ConfigError("bad_usage", f"there is no schedule {schedule_id!r}", "See: vod schedules list")
    print(f"{schedule_id}: cancelled")


def schedules_of(session: Session) -> Any:
    """Return the schedules of a session's settings."""
    from vod_assets.adapters.schedules.opening import open_schedules

    return open_schedules(session.settings, session.access)


def _as_object(session: Session, one: "WorkflowSchedule") -> dict[str, Any]:
    from vod_assets.defs.workflow_schedules import next_due

    begun = schedules_of(session).begun(one)
    due = next_due(one, begun, datetime.now(tz=UTC))
    return {
        "schedule": one.id,
        "source": one.source,
        "title": one.title,
        "profile": one.profile,
        "when": one.rhythm,
        "next": due.isoformat(timespec="seconds") if due else None,
        "begun": begun.isoformat(timespec="seconds") if begun else None,
    }
