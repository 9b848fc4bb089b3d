"""``vod conformance``: what a package makes of the rules of HLS, DASH and CMAF."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from lxml import etree

    from vod_assets.domain.conformance.judging import Judged, Validate
    from vod_assets.domain.package_view import PackageView

REMEDY = "Name a title that has a release, or a folder with playlists or an MPD"


def conformance(
    subject: Annotated[str, typer.Argument(help="A title id, or a folder that holds a package.")],
    schema: Annotated[Path | None, typer.Option(help="DASH-MPD.xsd, for whoever has it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Judge a package by the rules of docs/conformance.md. Example: [cyan]vod conformance my-film[/]."""
    from vod_assets.domain.conformance.judging import judge
    from vod_assets.domain.isobmff import MalformedError

    with _opened(subject) as view:
        try:
            found = judge(view, _validator(schema) if schema else None)
        except MalformedError as error:
            raise SourceError("external_refused", str(error), REMEDY, file=subject) from error
    if not found:
        raise ConfigError("bad_selection", f"{subject} holds neither playlists nor an MPD", REMEDY)
    print(_as_json(found) if as_json else "\n".join(_lines(found)))
    raise typer.Exit(1 if _faults(found) else 0)


@contextmanager
def _opened(subject: str) -> Iterator["PackageView"]:
    """View a folder, or the newest release of a title."""
    from vod_assets.adapters.package.view import FolderView

    if Path(subject).is_dir():
        yield FolderView(Path(subject), {Path(subject).resolve().name: "."})
        return
    with open_session() as session, TemporaryDirectory(dir=session.settings.scratch_path, prefix="judge-") as folder:
        yield _release(session, subject, Path(folder))


def _release(session: Session, title: str, folder: Path) -> "PackageView":
    from vod_assets.adapters.package.view import FolderView
    from vod_assets.releasing import load_release

    numbers = session.origin.releases(title)
    if not numbers:
        raise ConfigError("bad_selection", f"{title} is no folder, and no title that has a release", REMEDY)
    release = load_release(session.origin, title, numbers[-1])
    for path in release.files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        session.origin.fetch(title, path, target)
    return FolderView(folder, {name: f"{release.directory}/{name}" for name in release.variants})


def _validator(path: Path) -> "Validate":
    """Return what asks a schema.

    Raises:
        ConfigError: ``bad_selection``: it is none.
    """
    from lxml import etree

    class Beside(etree.Resolver):
        """Finds the schemas that another imports from the web in its own folder."""

        def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]
            beside = str(path.parent / system_url.rpartition("/")[2])
            return self.resolve_filename(beside, context)  # type: ignore[attr-defined]  # the stubs lack it

    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(Beside())
    try:
        schema = etree.XMLSchema(etree.parse(str(path), parser))
    except (OSError, etree.LxmlError) as error:
        remedy = "Name DASH-MPD.xsd, with the schemas that it imports beside it"
        raise ConfigError("bad_selection", f"{path.name} is no schema that can be read: {error}", remedy) from error

    def faults(root: "etree._Element") -> Iterator[str]:
        if not schema.validate(root):
            yield from str(schema.error_log).splitlines()

    return faults


def _faults(found: Sequence["Judged"]) -> list[str]:
    """Return the rules that had to be met, are broken, and are not among those that we are known to break."""
    from vod_assets.domain.conformance.judging import every_rule

    known = {rule.name for rule in every_rule() if rule.gap}
    return [one.rule for each in found for one in each.broken if one.level == "must" and one.rule not in known]


def _lines(found: Sequence["Judged"]) -> Iterator[str]:
    for each in found:
        for one in each.broken:
            yield from (f"{each.variant}: {each.subject}: {one.rule} ({one.level}): {text}" for text in one.findings)
    for each in found:
        states = [one.state for one in each.verdicts]
        counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states)))
        yield f"{each.variant}: {each.subject}: {counts}"


def _as_json(found: Sequence["Judged"]) -> str:
    return json.dumps({"judged": [one.model_dump() for one in found], "faults": _faults(found)}, indent=1)
