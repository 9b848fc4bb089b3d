"""``vod releases``: which releases of a title there are at which origin, and filling one that lacks something."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vod_assets.adapters.origin.several import NamedOrigin
    from vod_assets.domain.release import Release


def releases(
    title: Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")],
    repair: Annotated[
        bool, typer.Option("--repair", help="Bring what an origin lacks, or has in other bytes, from another one.")
    ] = False,
    origin: Annotated[str, typer.Option("--origin", help="With --repair: only this origin.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """List a title's releases, and at which origins they are whole. Example: [cyan]vod releases film[/]."""
    with open_session() as session:
        if origin and not repair:
            raise ConfigError("bad_usage", "--origin says what to repair", "Add --repair")
        repaired = _repair(session, title, origin) if repair else {}
        found = facts(session, title)
    if as_json:
        print(json.dumps(found | ({"repaired": repaired} if repair else {}), ensure_ascii=False))
        return
    for name, count in repaired.items():
        print(f"{name}: {count} files brought")
    if found["blocked"]:
        print(f"{title} is taken down: nobody can fetch its releases, which are kept at its origins as evidence")
    for one in found["releases"]:
        print(_line(one))
    if not (found["releases"] or found["blocked"]):
        print(f"{title} has no release")


def facts(session: Session, title: str) -> dict[str, Any]:
    """Return what is known of a title's releases.

    Raises:
        ConfigError: ``unknown_title``.
    """
    from vod_assets.adapters.origin.several import each_origin

    numbers = session.origin.releases(title)
    if not numbers and session.store.record(title) is None:
        from vod_assets.cli.titles import unknown

        raise unknown(session, title)
    shown = ((session.cms.entry(title) or {}).get("release") or {}).get("number")
    named = each_origin(session.origin)
    return {
        "title": title,
        "blocked": session.origin.is_blocked(title),
        "releases": [_facts_of(session, named, title, number) | {"shown": number == shown} for number in numbers],
    }


def _facts_of(session: Session, named: "dict[str, NamedOrigin]", title: str, number: int) -> dict[str, Any]:
    from vod_assets.domain.release import unique_tracks
    from vod_assets.releasing import load_release

    placed = session.origin.placed_at(title, number)
    lacking = session.origin.lacking(title, number)
    about: dict[str, Any] = {
        "number": number,
        "placed": datetime.fromtimestamp(placed, UTC).isoformat(timespec="seconds") if placed else "",
        "complete": not any(lacking.values()),
        "origins": {name: "lacks files, or cannot be asked" if name in lacking else "whole" for name in named},
        "groups": _groups(named, lacking),
    }
    try:
        release = load_release(session.origin, title, number)
    except StoreError as error:
        return about | {"complete": False, "fault": error.cause}
    tracks = unique_tracks(release.tracks)
    about |= {"digest": release.digest, "tracks": len(tracks), "size_bytes": sum(one.size_bytes for one in tracks)}
    if len(named) == 1 and not all(session.origin.has_track(title, one.digest) for one in tracks):
        about |= {"complete": False, "origins": dict.fromkeys(named, "lacks files, or cannot be asked")}
    return about


def _groups(named: "Mapping[str, NamedOrigin]", lacking: "Mapping[str, bool]") -> dict[str, bool]:
    """Return which groups of origins are complete: each of their required ones has all, and one at least has."""
    groups = {one.group: [name for name in named if named[name].group == one.group] for one in named.values()}
    return {
        group: not any(lacking.get(name) for name in members) and not set(members) <= set(lacking)
        for group, members in groups.items()
        if group
    }


def _repair(session: Session, title: str, only: str) -> dict[str, int]:
    """Fill the origins that lack something, each from the others, and return how many files each was brought."""
    from vod_assets.adapters.origin.several import each_origin
    from vod_assets.repairing import refill

    named = each_origin(session.origin)
    if only and only not in named:
        raise ConfigError("bad_usage", f"there is no origin “{only}”", f"Origins are {', '.join(named)}")
    if len(named) == 1:
        raise ConfigError("bad_usage", "there is one origin alone, and nothing to fill it from", "Publish it again")
    brought: dict[str, int] = {}
    with session.held(title, "releases --repair"):
        released = [_whole(named, title, number) for number in session.origin.releases(title)]
        for name, one in named.items():
            if only in ("", name):
                others = [other.origin for other in named.values() if other is not one]
                scratch = session.settings.scratch_path
                counts = {release.number: refill(release, one.origin, others, scratch) for release in released}
                _tell(session, title, name, [number for number, count in counts.items() if count])
                brought[name] = sum(counts.values())
    return brought


def _tell(session: Session, title: str, origin: str, numbers: list[int]) -> None:
    """Tell people which releases an origin has whole again."""
    from vod_assets.domain.events import delivery_repaired

    for number in numbers:
        session.outbox.put(delivery_repaired(title, number, origin, datetime.now(UTC)))


def _whole(named: "Mapping[str, NamedOrigin]", title: str, number: int) -> "Release":
    """Return a release by the ``release.json`` of the first origin where it can be read.

    Raises:
        StoreError: ``release_missing``, ``release_corrupt``: there is none.
    """
    from vod_assets.releasing import load_release

    faults: list[StoreError] = []
    for one in named.values():
        try:
            return load_release(one.origin, title, number)
        except StoreError as error:
            faults.append(error)
    raise faults[0]


def _line(one: dict[str, Any]) -> str:
    state = "; ".join(f"{name}: {word}" for name, word in one["origins"].items())
    if one["groups"]:
        said = (f"{name} {'complete' if is_whole else 'not complete'}" for name, is_whole in one["groups"].items())
        state += f"; groups: {', '.join(said)}"
    if "fault" in one:
        return f"{one['number']:>4}  {one['placed']:<25}  {one['fault']}"
    size = f"{one['size_bytes'] / 1_000_000:.1f} MB in {one['tracks']} tracks"
    return f"{one['number']:>4}  {one['placed']:<25}  {size:<28}  {state}{'  (shown)' if one['shown'] else ''}"
