"""``vod approve``: somebody says that a release may be shown, where the title's policy asks for it."""

from typing import Annotated

import typer

from vod_assets.cli.policy import MORE, apply_policy
from vod_assets.cli.records import order, record_of
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.title import TitleRecord


def approve(
    title: Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")],
    by: Annotated[str, typer.Option(help="Who approves it.")],
    because: Annotated[str, typer.Option(help="Why, or what was looked at.")] = "",
    release: Annotated[int, typer.Option(help="Number of the release; without it, the newest.")] = 0,
    every: Annotated[bool, typer.Option("--every", help="Every release, those to come, too.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back what was approved so.")] = False,
) -> None:
    """Approve a release of a title whose policy asks for sign-off.

    Example: [cyan]vod approve film --by "Jane Doe" --because "watched it whole"[/]
    """
    if every and release:
        raise ConfigError("bad_approval", "--every and --release do not go together", "Give one of them", title)
    with open_session() as session:
        record_of(session, title)
        number, digest = (0, "") if every else _release(session, title, release)
        what = f"release {number}" if digest else "every release"
        _change(session, title, (number, digest), by, because, withdraw=withdraw)
        print(f"{title}: {what} {'is no longer approved' if withdraw else 'is approved'} by {by}")
        print(f"{title}: {apply_policy(session, title)}")


def _release(session: Session, title: str, wanted: int) -> tuple[int, str]:
    """Return number and digest of the release that is meant."""
    from vod_assets.releasing import digests

    known = digests(session.origin, title)
    number = wanted or max(known, default=0)
    if not known.get(number):
        cause = f"there is no release {number}" if number else "there is no release yet"
        raise ConfigError("bad_approval", cause, "`vod titles show` lists them; --every approves those to come", title)
    return number, known[number]


def _change(session: Session, title: str, release: tuple[int, str], by: str, because: str, *, withdraw: bool) -> None:
    from datetime import UTC, datetime

    from pydantic import ValidationError

    from vod_assets.domain.approvals import Approval
    from vod_assets.domain.mistakes import said_of

    (number, digest), now = release, datetime.now(UTC).isoformat(timespec="seconds")
    try:
        given = Approval(by=by, because=because, at=now, number=number, digest=digest)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError("bad_approval", f"--{first['loc'][0]}: {said_of(first)}", MORE, title) from error

    def change(record: TitleRecord) -> TitleRecord:
        if not withdraw:
            return record.model_copy(update={"approvals": (*record.approvals, given)})
        meant = [one for one in record.approvals if one.digest == digest and not one.withdrawn]
        if not meant:
            raise ConfigError("bad_approval", "nobody approved it", "`vod policy show` lists approvals", title)
        word = {"withdrawn": f"{now} by {given.by}"}
        approvals = tuple(one.model_copy(update=word) if one in meant else one for one in record.approvals)
        return record.model_copy(update={"approvals": approvals})

    order(session, title, change)
