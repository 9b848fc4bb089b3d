"""``vod task``: one stage of the work, for a title or a source."""

from pathlib import Path
from typing import Annotated

import typer

from vod_assets.cli.outcome import Outcome, failure_of
from vod_assets.cli.progress import Display, open_display
from vod_assets.cli.run_workflow import AsJson, ProfileName, Title, Wished, finish, materialise, workflow
from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import VodError
from vod_assets.domain.selecting import Asked
from vod_assets.domain.title import TITLE_ID

app = typer.Typer(help="Do one stage of the work, for a title or a source.", no_args_is_help=True)
TitleOrSource = Annotated[str, typer.Argument(help="A registered title, or the path of a source.")]

INGEST = "mezzanine,media_info,metadata,markers,rate_quality,encoding_ladder"
TRANSCODE = "+group:renditions,+group:audio,+key:captions,+key:poster,+key:thumbnails"
PACKAGE = "+key:hls_package,+key:dash_package"
RELEASE = "+key:release"


@app.command()
def ingest(source: TitleOrSource, title: Title = "", profile: ProfileName = "", as_json: AsJson = False) -> None:
    """Register a source and inspect it. Example: [cyan]vod task ingest film.mov[/]."""
    _run(source, INGEST, title, profile, as_json)


@app.command()
def transcode(source: TitleOrSource, title: Title = "", profile: ProfileName = "", as_json: AsJson = False) -> None:
    """Make renditions, audio, captions and pictures. Example: [cyan]vod task transcode film[/]."""
    _run(source, TRANSCODE, title, profile, as_json)


@app.command()
def package(source: TitleOrSource, title: Title = "", profile: ProfileName = "", as_json: AsJson = False) -> None:
    """Make the HLS and DASH packages, and whatever they need. Example: [cyan]vod task package film[/]."""
    _run(source, PACKAGE, title, profile, as_json)


@app.command()
def metadata(
    source: TitleOrSource,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: beside the source.")] = None,
    title: Title = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that says something else.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write metadata.json, technical and descriptive. Example: [cyan]vod task metadata film.mov[/]."""
    from vod_assets.cli.metadata import write_metadata

    with open_session() as session, open_display(quiet=as_json) as display:
        outcome = _materialise(session, source, INGEST, title, "", display)
        if outcome.error is None:
            target = write_metadata(session, outcome.title, output, force=force)
            if not as_json:
                print(target)
    finish(outcome, as_json)


@app.command()
def upload(
    source: Annotated[str, typer.Argument(help="A title, or a finished HLS/DASH folder made elsewhere.")],
    title: Title = "",
    as_json: AsJson = False,
) -> None:
    """Copy a release to the origin. Example: [cyan]vod task upload output/hls --title film[/]."""
    if not Path(source).is_dir():
        _run(source, RELEASE, title, "", as_json)
        return
    from vod_assets.cli.external import upload_folder

    with open_session() as session:
        outcome = upload_folder(session, Path(source), title)
    finish(outcome, as_json)


@app.command()
def publish(
    source: Annotated[str, typer.Argument(help="A title, or a metadata.json.")],
    as_json: AsJson = False,
) -> None:
    """Publish a title's release, or exactly a metadata.json. Example: [cyan]vod task publish metadata.json[/]."""
    if not source.endswith(".json"):
        _run(source, "cms_entry", "", "", as_json)
        return
    from vod_assets.cli.external import publish_metadata

    with open_session() as session, open_display(quiet=as_json) as display:
        outcome = publish_metadata(session, Path(source), display)
    finish(outcome, as_json)


def _run(source: str, selection: str, title: str, profile: str, as_json: bool) -> None:
    with open_session() as session, open_display(quiet=as_json) as display:
        outcome = _materialise(session, source, selection, title, profile, display)
    finish(outcome, as_json)


def _materialise(session: Session, source: str, selection: str, title: str, profile: str, display: Display) -> Outcome:
    """Return what became of a registered title, or of a source that is registered now."""
    if not title and not profile and TITLE_ID.fullmatch(source) and session.store.record(source) is not None:
        try:
            return materialise(session, source, Asked(selection), display)
        except VodError as error:
            return Outcome(title=source, error=failure_of(error))
    return workflow(session, source, Wished(title, profile), asked=Asked(selection), display=display)
