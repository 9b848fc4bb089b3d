"""``vod titles propose``: in and out points for a title file, from what is at the two ends of a master."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.session import Session, open_session

if TYPE_CHECKING:
    from vod_assets.domain.proposing import Proposal


def propose_points(
    subject: Annotated[str, typer.Argument(help="A title id, or the path or address of a master.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")] = False,
) -> None:
    """Propose in and out points of a master; nothing is cut. Example: [cyan]vod titles propose film.mov[/]."""
    from vod_assets.domain.proposing import snippet

    with open_session() as session:
        proposal = _proposal(session, subject)
    print(json.dumps({**proposal.points, "why": proposal.why}) if as_json else snippet(proposal))


def _proposal(session: Session, subject: str) -> "Proposal":
    from vod_assets.adapters.transcode.edges import EdgeFinder
    from vod_assets.domain.proposing import propose
    from vod_assets.domain.title import TITLE_ID

    record = session.store.record(subject) if TITLE_ID.fullmatch(subject) else None
    address = session.sources.canonical(record.source if record else subject)
    source, name = session.sources.local_path(address), session.sources.name(address)
    info = session.prober.inspect(source, name)
    found = EdgeFinder(session.tools, session.runner()).found(source, info)
    return propose(found, info.duration_seconds, info.video.frame_rate)
