"""``vod status``: where each title stands."""

import json
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from vod_assets.cli.session import Session, open_session

STAGES: dict[str, tuple[str, ...]] = {
    "source": ("mezzanine", "media_info", "encoding_ladder"),
    "renditions": (),  # the profile's own
    "sound": ("audio_aac",),
    "text": ("captions",),
    "pictures": ("poster", "thumbnails"),
    "tracks": ("video_tracks", "audio_tracks", "text_tracks", "image_tracks"),
    "packages": ("hls_package", "dash_package"),
    "release": ("release",),
    "cms": ("cms_entry",),
}


@dataclass(frozen=True)
class TitleStatus:
    """Where one title stands.

    Attributes:
        state: ``running``, ``published``, ``refused``, ``released``, ``incomplete`` or ``registered``.
        stages: ``made``, ``partly`` or ``missing`` for each stage.
    """

    title: str
    state: str
    profile: str
    stages: dict[str, str]
    releases: list[int]
    refused: str = ""


def status(
    title: Annotated[str, typer.Argument(help="A title id; all titles when omitted.")] = "",
    refused: Annotated[bool, typer.Option("--refused", help="List refused sources, and why.")] = False,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="List titles whose runs died, and why.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")] = False,
) -> None:
    """Show where titles stand, stage by stage. Example: [cyan]vod status --refused[/]."""
    with open_session() as session:
        if refused:
            _print_refusals(session, title, as_json)
            return
        if quarantined:
            _print_quarantines(session, title, as_json)
            return
        found = [status_of(session, name) for name in ([title] if title else session.store.titles())]
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        _print_table(found)


def status_of(session: Session, title: str) -> TitleStatus:
    """Return where a title stands.

    Raises:
        ConfigError: ``unknown_title``.
    """
    from vod_assets.cli.titles import unknown
    from vod_assets.defs.runs import active_runs

    record = session.store.record(title)
    refusal = session.store.refusals().get(title)
    if record is None and refusal is None:
        raise unknown(session, title)
    profile = session.profiles.get(record.profile) if record else None
    renditions = tuple(profile.rendition_keys()) if profile else ()
    stages = {stage: _stage(session, title, assets or renditions) for stage, assets in STAGES.items()}
    state = "incomplete" if any(made != "missing" for made in stages.values()) else "registered"
    if active_runs(session.instance, title, session.leases):
        state = "running"
    elif session.cms.entry(title) is not None:  # a new file that is refused does not take the published one away
        state, stages["cms"] = "published", "made"
    elif refusal is not None:
        state = "refused"
    elif session.origin.releases(title):
        state, stages["release"] = "released", "made"
    return TitleStatus(
        title=title,
        state=state,
        profile=record.profile if record else "",
        stages=stages,
        releases=session.origin.releases(title),
        refused=str(refusal["message"]) if refusal else "",
    )


def _stage(session: Session, title: str, assets: tuple[str, ...]) -> str:
    made = [session.store.latest(title, asset) is not None for asset in assets]
    return "made" if made and all(made) else "partly" if any(made) else "missing"


def _print_table(found: list[TitleStatus]) -> None:
    from rich.console import Console
    from rich.table import Table

    marks = {"made": "[green]●[/]", "partly": "[yellow]◐[/]", "missing": "[dim]○[/]"}
    table = Table(box=None, pad_edge=False)
    for heading in ("title", "state"):
        table.add_column(heading, overflow="fold")
    for stage in STAGES:
        table.add_column(stage[:3], justify="center", no_wrap=True)
    table.add_column("releases", no_wrap=True)
    for one in found:
        releases = ", ".join(map(str, one.releases)) or "–"
        table.add_row(one.title, one.state, *(marks[made] for made in one.stages.values()), releases)
    Console().print(table if found else "No title is registered; begin with `vod run-workflow SOURCE`.")
    for one in found:
        if one.refused:
            Console(stderr=True).print(one.refused, markup=False)


def _print_refusals(session: Session, title: str, as_json: bool) -> None:
    refusals = {name: why for name, why in session.store.refusals().items() if title in ("", name)}
    if as_json:
        print(json.dumps([{"title": name, **why} for name, why in refusals.items()], ensure_ascii=False))
        return
    for why in refusals.values():
        print(why["message"])
    if not refusals:
        print("No source is refused.")


def _print_quarantines(session: Session, title: str, as_json: bool) -> None:
    quarantines = [one for one in session.leases.quarantines() if title in ("", one.title)]
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in quarantines], ensure_ascii=False))
        return
    for one in quarantines:
        print(f"{one.title}: {one.cause}. Remove the cause, then: vod titles retry {one.title}")
    if not quarantines:
        print("No title is in quarantine.")
