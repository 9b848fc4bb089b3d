"""``vod outbox``: what waits to be told, what nobody took, and sending it now."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError, RemoteError

if TYPE_CHECKING:
    from vod_assets.domain.letters import Letter


def outbox(
    dead: Annotated[bool, typer.Option("--dead", help="List what is tried no more.")] = False,
    retry: Annotated[list[str] | None, typer.Option("--retry", help="Try a dead one anew, by its id.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send what is due now.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")] = False,
) -> None:
    """List notices that wait, or those that nobody took. Example: [cyan]vod outbox --dead[/]."""
    with open_session() as session:
        if retry:
            _retry(session, retry)
        sent = _send(session) if send else None
        rows = [_row(letter) for letter in (session.post.dead() if dead else session.post.waiting())]
    if as_json:
        print(json.dumps(rows if sent is None else {"sent": sent, "waiting": rows}, ensure_ascii=False))
        return
    if sent is not None:
        print(f"{sent} sent")
    for row in rows:
        tried = f"{row['tries']} tries, {row['said']}" if row["tries"] else "not tried yet"
        print(
            f"{row['id']}  {row['channel'] or '-':<12} {row['kind']:<16} {row['title'] or '-'}  {tried}  {row['due']}"
        )
    if not rows:
        print("Nothing is dead." if dead else "Nothing waits.")


def _retry(session: Session, ids: Sequence[str]) -> None:
    found = session.post.retry(ids)
    if unknown := [one for one in ids if one not in found]:
        cause = f"there is no dead notice {unknown[0][:60]}"
        raise ConfigError("unknown_notice", cause, "`vod outbox --dead` lists them")


def _send(session: Session) -> int:
    from vod_assets.defs.ended_runs import has_ended

    done = session.post.deliver(lambda batch: has_ended(session.instance, batch))
    if not done.is_ours:
        raise RemoteError("notice_failed", "another process is sending", "Wait a moment; it sends everything")
    for line in done.failed:
        typer.echo(f"vod: {line}", err=True)
    return done.sent


def _row(letter: "Letter") -> dict[str, Any]:
    """Return a letter as it is listed; a callback's address may be secret, and is not."""
    event = letter.event
    due = datetime.fromtimestamp(letter.due_at, UTC).isoformat(timespec="seconds") if letter.due_at else ""
    return {
        "id": event.id,
        "channel": letter.channel,
        "kind": event.kind,
        "severity": event.severity,
        "title": event.title,
        "message": event.said,
        "at": event.at,
        "tries": letter.tries,
        "said": letter.said,
        "due": due,
    }
