"""``vod inspect-arrivals`` and ``vod ingest push``."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.arrivals import IGNORED, WAITING, Delivery, Sighting, family, judge
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.looks import Outcome
from vod_assets.domain.named_files import Naming, is_title_file, naming_of
from vod_assets.domain.watching import WatchedPlace
from vod_assets.ports.blobs import Told

if TYPE_CHECKING:
    from vod_assets.adapters.watch.opening import PlaceWatcher

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
NEW, CHANGED, PART = "new", "new version", "part"

app = typer.Typer(help="Bring sources to where they are taken from.", no_args_is_help=True)


@dataclass(frozen=True)
class Line:
    """What would become of a file, and why."""

    place: str
    name: str
    state: str
    reason: str = ""
    title: str = ""


def inspect_arrivals(
    place: Annotated[str, typer.Option("--place", help="Only this watched place.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show every file of the watched places, what becomes of it and why. Example: [cyan]vod inspect-arrivals[/]."""
    with open_session() as session:
        lines = [line for watched in _places(session, place) for line in _inspected(session, watched)]
    if as_json:
        print(json.dumps([asdict(line) for line in lines], ensure_ascii=False))
        return
    width = min(60, max((len(line.name) for line in lines), default=0))
    for line in lines:
        told = " ".join(part for part in (line.title, line.reason) if part)
        print(f"{line.place:<10} {printable(line.name):<{width}} {line.state:<12} {printable(told)}".rstrip())


@app.command("push")
def push(
    files: Annotated[list[Path], typer.Argument(help="Local files: mezzanines and their sidecars.")],
    to: Annotated[str, typer.Option("--to", help="Address of the folder, bucket or share that they go to.")],
    register: Annotated[bool, typer.Option(help="Register the mezzanines as titles.")] = True,
    profile: Annotated[str, typer.Option("--profile", help="Of the titles.")] = "",
) -> None:
    """Copy files to where sources lie, under temporary names until they are whole, and register them.

    Example: [cyan]vod ingest push film.mov film.en.srt --to s3://bucket/in[/]
    """
    from vod_assets.adapters.watch.pushing import push_files
    from vod_assets.cli.progress import open_display
    from vod_assets.defs.registration import register as register_source

    with open_session() as session, open_display():
        for address in push_files(session.access, files, to):
            print(address)
            if register and _is_mezzanine(address):
                if said := _part_of(session, address):
                    print(said)
                    continue
                title = register_source(session.registrar(), address, profile=profile).record.title_id
                print(f"{title}: registered; `vod run-workflow '{address}'` makes everything of it")


def _part_of(session: Session, address: str) -> str:
    """Return what is to be said of a file that a title file beside it names; nothing of others."""
    from vod_assets.defs.named_files import PartsBeside
    from vod_assets.domain.named_files import is_title_file

    source = session.sources.canonical(address)
    siblings = session.sources.siblings(source)
    title_files = [one for one in siblings if is_title_file(session.sources.name(one))]
    try:
        PartsBeside(session.sources).require_title(source, siblings, title_files)
    except ConfigError as error:
        return str(error)
    return ""


def _is_mezzanine(address: str) -> bool:
    from vod_assets.domain.sidecars import is_video_name

    return is_video_name(address)


def _places(session: Session, wanted: str) -> list[WatchedPlace]:
    from vod_assets.adapters.watch.opening import load_watch

    places = list(load_watch(session.settings).places)
    if not places:
        cause, remedy = "no place is watched", "Name a file of places in VOD_WATCH; docs/arrivals.md shows one"
        raise ConfigError("bad_watch", cause, remedy)
    chosen = [place for place in places if wanted in ("", place.name)]
    if not chosen:
        known = ", ".join(place.name for place in places)
        raise ConfigError("bad_watch", f"there is no watched place “{wanted}”", f"Use one of: {known}")
    return chosen


def _inspected(session: Session, place: WatchedPlace) -> list[Line]:
    from vod_assets.adapters.watch.opening import OpenedPlaces, open_watcher

    with open_watcher(OpenedPlaces(session.settings, session.access), place) as watcher:
        outcomes = {outcome.name: outcome for outcome in watcher.outcomes()}
        unread: dict[str, str] = {}
        families = _families(watcher, unread.__setitem__)
        named = _named(session, watcher, {one.name: one for group in families.values() for one in group})
        lines = [line for group in families.values() for line in _lines(place, group, outcomes, named)]
        lines += [Line(place.name, name, IGNORED, why) for name, why in unread.items()]
        there = {line.name for line in lines}
        lines += [_line(place, gone) for gone in outcomes.values() if gone.name not in there]
    return sorted(lines, key=lambda line: line.name)


def _families(watcher: "PlaceWatcher", told: Told) -> dict[str, list[Sighting]]:
    """Return what is there now, family by family; the sensor's memory says for how long it has been so."""
    known, now = watcher.since(), time.time()
    found: dict[str, list[Sighting]] = defaultdict(list)
    for blob in watcher.files.survey("", told):
        size, version, since = known.get(blob.name, (0, "", now))
        unchanged = now - since if (size, version) == (blob.size_bytes, watcher.version_of(blob)) else 0.0
        found[family(blob.name)].append(
            Sighting(
                blob.name,
                blob.size_bytes,
                blob.modified_at,
                watcher.version_of(blob),
                unchanged,
                is_archived=blob.is_archived,
            )
        )
    return found


def _named(session: Session, watcher: "PlaceWatcher", there: Mapping[str, Sighting]) -> Naming[Sighting]:
    """Return what title files name: as the sensor has read them, and as they are where it has not yet."""
    from vod_assets.defs.named_files import files_named_in

    known, said, unread = watcher.since(), watcher.named(), set(watcher.unread_title_files())
    for name in filter(is_title_file, there):
        if name in unread or known.get(name, ("", ""))[1] != there[name].version:
            with suppress(ConfigError):
                said[name] = files_named_in(session.sources, watcher.address(name), name)
    return naming_of({name: files for name, files in said.items() if name in there}, there)


def _lines(
    place: WatchedPlace, group: list[Sighting], outcomes: dict[str, Outcome], named: Naming[Sighting]
) -> Iterator[Line]:
    judged = judge(group, place, named)
    for delivery in judged.deliveries:
        line = _delivered(place, delivery, outcomes.get(delivery.mezzanine.name))
        yield line
        own = {sighting.name for sighting in group}
        for sidecar in (one for one in delivery.sidecars if one.name in own):
            yield Line(place.name, sidecar.name, PART, f"of {delivery.mezzanine.name}", line.title)
    for left in judged.left:
        before = outcomes.get(left.name)
        yield Line(place.name, left.name, left.state, left.reason, before.title if before else "")


def _delivered(place: WatchedPlace, delivery: Delivery, outcome: Outcome | None) -> Line:
    name = delivery.mezzanine.name
    if outcome is not None and outcome.token == delivery.token:
        return _line(place, outcome)
    if delivery.waits_for:
        return Line(place.name, name, WAITING, delivery.waits_for, outcome.title if outcome else "")
    reason = (outcome.reason if outcome else "") or "it is taken at the next tick"
    if outcome is not None and outcome.version:
        return Line(place.name, name, CHANGED, reason, outcome.title)
    return Line(place.name, name, NEW, reason)


def _line(place: WatchedPlace, outcome: Outcome) -> Line:
    return Line(place.name, outcome.name, outcome.state, outcome.reason, outcome.title)
