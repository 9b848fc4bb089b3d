"""``vod verify``: whether everything that was promised is there, to the byte."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError

if TYPE_CHECKING:
    from vod_assets.end_state import Decode, EndState
    from vod_assets.ports import Origin


def verify(
    title: Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every title, and what killed writers left.")] = False,
    decode: Annotated[
        bool, typer.Option("--decode", help="Also play every clear track to its end; takes time.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Check entries, manifests and every file's SHA-256; exit 1 on any problem. Example: [cyan]vod verify --all[/]."""
    if bool(title) == every:
        raise ConfigError("bad_selection", "name one title, or --all", "Run `vod verify TITLE` or `vod verify --all`")
    from vod_assets.domain.problems import as_json as report

    with open_session() as session:
        state = end_state(session, decode=decode)
        titles = state.titles() if every else [title]
        if not every and title not in state.titles():
            from vod_assets.cli.titles import unknown

            raise unknown(session, title)
        problems = state.check_all(session.settings.scratch_path) if every else state.check_title(title)
    if as_json:
        print(report(problems, titles, state.files_checked))
    else:
        for problem in problems:
            print(problem)
        found = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}" if problems else "all is well"
        print(f"{len(titles)} title{'' if len(titles) == 1 else 's'}, {state.files_checked} files: {found}")
    raise typer.Exit(1 if problems else 0)


def end_state(session: Session, *, decode: bool = False) -> "EndState":
    """Return what checks a title, or all: entries, manifests, every file; with ``decode`` it plays every track, too."""
    from vod_assets.defs.runs import working_titles
    from vod_assets.end_state import EndState
    from vod_assets.whole_copies import WholeCopies

    return EndState(
        session.store,
        session.origin,
        session.cms,
        decode=_decoder(session) if decode else None,
        busy=working_titles(session.instance, session.leases),
        copies=WholeCopies(session.store, session.origin, session.settings.scratch_path),
    )


def _decoder(session: Session) -> "Decode":
    from vod_assets.adapters.origin.local import LocalOrigin
    from vod_assets.adapters.package.decode import FfmpegPackageDecoder

    decoder, origin = FfmpegPackageDecoder(session.tools, session.runner()), session.origin
    if isinstance(origin, LocalOrigin):
        return lambda title, path: decoder.decode(origin.path(title, path), origin.root / title)

    def decode(title: str, path: str) -> object:
        with TemporaryDirectory(dir=session.settings.scratch_path, prefix="verify-") as folder:
            return decoder.decode(_brought(origin, title, path, Path(folder)), Path(folder))

    return decode


def _brought(origin: "Origin", title: str, playlist: str, folder: Path) -> Path:
    """Return a local copy of a media playlist, with every file that it names where it looks for it."""
    from vod_assets.domain.package_view import resolved
    from vod_assets.domain.references import file_references

    text = (origin.read(title, playlist) or b"").decode("utf-8-sig", errors="replace")
    named = {resolved(playlist, uri) for uri in file_references(text)}
    for path in {playlist, *(path for path in named if path)}:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        origin.fetch(title, path, target)
    return folder / playlist
