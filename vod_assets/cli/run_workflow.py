"""``vod run-workflow`` and ``vod cancel``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vod_assets import logs
from vod_assets.cli.edge import print_object
from vod_assets.cli.outcome import SOURCE_REFUSED, Failure, Outcome, failure_of
from vod_assets.cli.progress import Display, open_display
from vod_assets.cli.session import Session, open_session
from vod_assets.cli.telling import require_callback, tell
from vod_assets.domain.errors import Cancelled, ConfigError, VodError
from vod_assets.domain.selecting import EVERYTHING, Asked
from vod_assets.places import SOURCE_ADDRESSES

if TYPE_CHECKING:
    import dagster as dg

Title = Annotated[str, typer.Option("--title", help="Title id; default: a slug of the file's name.")]
ProfileName = Annotated[str, typer.Option("--profile", help="What to make; default: the title file's, or VOD_PROFILE.")]
Force = Annotated[
    list[str] | None,
    typer.Option("--force", help="Assets to make again though nothing they depend on has changed; * and ? work."),
]
Callback = Annotated[
    str,
    typer.Option("--callback", help="Address (https://…) that is told when the run has ended; docs/notifications.md."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else, on standard output.")]


@dataclass(frozen=True)
class Wished:
    """What a person says of a source.

    Attributes:
        title: Title id; empty: a slug of the file's name.
        profile: Empty: the title file's, or the default.
        callback: Address that is told when the run has ended; it may hold a secret.
    """

    title: str = ""
    profile: str = ""
    callback: str = field(default="", repr=False)


NOTHING = Wished()


def run_workflow(
    source: Annotated[str, typer.Argument(help=f"The mezzanine: a path, or an address: {SOURCE_ADDRESSES}.")],
    title: Title = "",
    profile: ProfileName = "",
    select: Annotated[str, typer.Option("--select", help="Assets to materialise; default: all.")] = "*",
    force: Force = None,
    callback: Callback = "",
    as_json: AsJson = False,
) -> None:
    """Register a source as a title and make everything of it, up to the release and the CMS entry.

    Example: [cyan]vod run-workflow film.mov --profile seed[/]
    """
    with open_session() as session, open_display(quiet=as_json) as display:
        wished = Wished(title, profile, callback)
        outcome = workflow(session, source, wished, asked=Asked(select, tuple(force or ())), display=display)
    finish(outcome, as_json)


def cancel(
    title: Annotated[str, typer.Argument(help="The title whose runs are no longer wanted.")],
    force: Annotated[bool, typer.Option("--force", help="For runs of a machine or container that is gone.")] = False,
) -> None:
    """Cancel the runs of a title, whoever started them. Example: [cyan]vod cancel film[/]."""
    from vod_assets.defs.runs import cancel_runs

    with open_session() as session:
        cancelled = cancel_runs(session.instance, title, session.leases, force=force)
    if cancelled.asked:
        print(f"{title}: {len(cancelled.asked)} run(s) asked to stop")
    if cancelled.ended:
        print(f"{title}: {len(cancelled.ended)} run(s) ended, which nobody executes")
    if not cancelled.asked and not cancelled.ended:
        print(f"{title}: no run is active")


def workflow(
    session: Session, source: str, wished: Wished = NOTHING, *, asked: Asked = EVERYTHING, display: Display
) -> Outcome:
    """Return what became of a source: registered, materialised, published, or why not."""
    from vod_assets.defs.registration import register
    from vod_assets.defs.runs import withdraw

    callback = wished.callback
    if callback:
        require_callback(session, callback)
    try:
        registered = register(session.registrar(callback), source, title=wished.title, profile=wished.profile)
        if callback:
            asked = replace(asked, wish=session.outbox.wish(callback))
        outcome = materialise(session, registered.record.title_id, asked, display)
    except VodError as error:
        outcome = Outcome(title=error.title or wished.title, error=failure_of(error))
        tell(session, outcome, callback)
        return outcome
    tell(session, outcome, callback)
    if registered.is_new and outcome.exit_code == SOURCE_REFUSED:
        withdraw(session.instance, outcome.title)
    return outcome


def materialise(session: Session, title: str, asked: Asked, display: Display) -> Outcome:
    """Return what became of a registered title's assets."""
    from vod_assets.definitions import build_definitions
    from vod_assets.defs.runs import Tally, run_title

    tally = Tally(display)
    definitions = build_definitions(session.settings, tally)
    asked = replace(asked, without=_left_out(session, definitions, title))
    result = run_title(definitions, session.instance, title, asked, tally)
    outcome = Outcome(
        title=title,
        run_id=result.run_id,
        elapsed_seconds=result.elapsed_seconds,
        executed=list(result.executed),
        reused=list(result.reused),
        empty=list(result.empty),
    )
    if result.is_cancelled:
        outcome.error = failure_of(Cancelled(title=title))
    elif result.failure is not None:
        failed = result.failure
        outcome.error = Failure(failed.code, failed.type, failed.message, failed.asset)
    else:
        outcome.status = "success"
        _add_addresses(session, outcome)
    return outcome


def _left_out(session: Session, definitions: "dg.Definitions", title: str) -> frozenset[str]:
    """Return what a run of a title leaves out; nothing where its profile is gone, as the run will say."""
    from vod_assets.defs.artifact_io import ArtifactIOManager

    artifacts = ArtifactIOManager(session.store, session.profiles)
    try:
        profile = artifacts.profile_of(title)
    except ConfigError:
        return frozenset()
    keys = definitions.resolve_asset_graph().materializable_asset_keys
    return frozenset(one for one in (key.to_user_string() for key in keys) if artifacts.leaves_out(title, profile, one))


def finish(outcome: Outcome, as_json: bool) -> None:
    """Print an outcome and end the command with its exit code."""
    if as_json:
        print_object(outcome)
    elif outcome.error is not None:
        logs.tell(outcome.error.message, title=outcome.title, run=outcome.run_id or "", code=outcome.error.code)
    else:
        for name, value in _shown(outcome).items():
            print(f"{name:<10} {value}")
    raise typer.Exit(outcome.exit_code)


def counted(outcome: Outcome) -> str:
    """Return how many assets there are now; those that do not apply to the title are counted apart."""
    made, reused = (len(set(some).difference(outcome.empty)) for some in (outcome.executed, outcome.reused))
    empty = f", {len(outcome.empty)} not needed" if outcome.empty else ""
    return f"{made} assets, {reused} reused{empty}, {outcome.elapsed_seconds:.1f} s"


def published(session: Session, title: str) -> Mapping[str, Any] | None:
    """Return the release document that a title's latest release artifact carries."""
    artifact = session.store.latest(title, "release")
    return artifact.document["release"] if artifact is not None else None


def _add_addresses(session: Session, outcome: Outcome) -> None:
    """Add where the release can be opened on this machine."""
    from vod_assets.domain.release import Release

    document = published(session, outcome.title)
    if document is None:
        return
    release = Release.model_validate(document)
    variant = release.open_variant
    if release.number in session.origin.releases(outcome.title):
        outcome.hls = session.origin.location(outcome.title, release.below_title(variant.hls))
        if variant.dash:
            outcome.dash = session.origin.location(outcome.title, release.below_title(variant.dash))
    if session.cms.entry(outcome.title) is not None:
        outcome.cms_entry = session.cms.location(outcome.title)


def _shown(outcome: Outcome) -> dict[str, str]:
    rows = {
        "title": outcome.title,
        "run": outcome.run_id or "",
        "made": counted(outcome),
        "HLS": outcome.hls or "",
        "DASH": outcome.dash or "",
        "CMS entry": outcome.cms_entry or "",
    }
    return {name: value for name, value in rows.items() if value}
