"""``vod deliver``: sources of a released title for a repackager."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets.cli.session import Session, open_session

if TYPE_CHECKING:
    from vod_assets.domain.release import Release


def deliver(
    title: Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")],
    to: Annotated[str, typer.Option("--to", help="Name of a target in VOD_TARGETS.")],
    release: Annotated[int, typer.Option("--release", min=0, help="Which release; 0: the one that is shown.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Bring a released title to a repackager: media, then subtitles, then manifests; what is there is not sent again.

    Example: [cyan]vod deliver film --to edgeware[/]
    """
    with open_session() as session:
        found = _delivered(session, title, to, release)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    what = f"{len(found['sent'])} files sent" if found["sent"] else "everything was there"
    print(f"{title}: release {found['release']} at {found['address']}: {what}, {found['files']} in all")
    for one in found["left_out"]:
        print(f"  left out: {one}, which the target does not take")


def _delivered(session: Session, title: str, to: str, number: int) -> dict[str, Any]:
    from vod_assets.adapters.transcode.movies import FfmpegMovieMaker
    from vod_assets.targets_file import target_place

    target_place(session.settings, to)
    with session.held(title, "deliver") as held:
        release = _release(session, title, number)
        movies = FfmpegMovieMaker(session.tools, session.runner())
        found = session.deliveries.bring(to, release, movies.progressive, held)
    return {
        "title": title,
        "release": found.consignment.number,
        "target": to,
        "address": found.address,
        "files": len(found.consignment.parts),
        "sent": found.sent,
        "left_out": list(found.consignment.left_out),
    }


def _release(session: Session, title: str, number: int) -> "Release":
    from vod_assets.cli.titles import unknown
    from vod_assets.delivering import released_to_deliver

    if session.store.record(title) is None and not session.origin.releases(title):
        raise unknown(session, title)
    shown = ((session.cms.entry(title) or {}).get("release") or {}).get("number")
    return released_to_deliver(session.origin, title, number, shown)
