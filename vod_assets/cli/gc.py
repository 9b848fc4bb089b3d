"""``vod gc``: removes what nothing uses any more."""

import json
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.artifact import Artifact
from vod_assets.domain.collecting import Holdings
from vod_assets.domain.errors import ConfigError, StoreError

UNITS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
LEAST_STRAY_SECONDS = 24 * 3600  # who writes may stand still for hours: a share that is away, a paused machine


@dataclass
class Collected:
    """What was removed, or would be."""

    artifacts: list[str] = field(default_factory=list)
    artifact_bytes: int = 0
    leftovers: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)


def gc(
    older_than: Annotated[str, typer.Option("--older-than", help="Grace time: 12h, 7d, 4w.")] = "7d",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Remove superseded artifacts and what killed writers left, after a grace time. Example: [cyan]vod gc --dry-run[/].

    What a release or a running run uses stays. Only so long after it was superseded is anything removed.
    """
    age = seconds_of(older_than)
    with open_session() as session:
        collected = collect(session, age, dry_run=dry_run)
    if as_json:
        print(json.dumps(vars(collected), ensure_ascii=False))
        return
    for address in (*collected.artifacts, *collected.leftovers):
        print(address)
    for title in collected.busy:
        print(f"{title}: a run works on it; left alone")
    done = "would be removed" if dry_run else "removed"
    megabytes = collected.artifact_bytes / 1_000_000
    count = f"{len(collected.artifacts)} artifacts ({megabytes:.1f} MB), {len(collected.leftovers)} leftovers"
    print(f"{count} {done}")


def seconds_of(text: str) -> int:
    """Return a grace time in seconds.

    Raises:
        ConfigError: ``bad_usage``.
    """
    found = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if found is None:
        raise ConfigError("bad_usage", f"“{text}” is no grace time", "Write it as 12h, 7d or 4w")
    return int(found[1]) * UNITS[found[2]]


def collect(session: Session, older_than_seconds: int, *, dry_run: bool = False) -> Collected:
    """Remove what nothing uses and return it; titles that a run works on are left alone."""
    from vod_assets.defs.runs import active_runs

    collected = Collected()
    for title in session.store.titles():
        if active_runs(session.instance, title, session.leases):
            collected.busy.append(title)
        else:
            _collect_title(session, title, older_than_seconds, collected, dry_run=dry_run)
    age = max(older_than_seconds, LEAST_STRAY_SECONDS)
    if dry_run:
        collected.leftovers += session.store.unreferenced(age)
    else:
        collected.leftovers += session.store.sweep(age, collected.busy)
    for path in _scratch_leftovers(session, age):
        collected.leftovers.append(str(path))
        if not dry_run:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return collected


def _collect_title(session: Session, title: str, age: int, collected: Collected, *, dry_run: bool) -> None:
    doomed = _superseded(session, title, age)
    if doomed and not dry_run:
        with _held(session, title) as is_held:
            if not is_held:
                collected.busy.append(title)
                return
            doomed = _superseded(session, title, age)  # as it is now that nobody else works on it
            for artifact in doomed:
                session.store.discard(artifact)
    collected.artifacts += [session.store.file_address(artifact) for artifact in doomed]
    collected.artifact_bytes += sum(artifact.size_bytes for artifact in doomed)


def _superseded(session: Session, title: str, age: int) -> list[Artifact]:
    from vod_assets.releasing import load_release

    store = session.store
    artifacts = list(store.artifacts(title))
    pointed = {asset: store.pointed(title, asset) for asset in {artifact.asset for artifact in artifacts}}
    try:
        releases = [load_release(session.origin, title, number) for number in session.origin.releases(title)]
    except StoreError:
        return []  # it cannot be read which tracks it uses
    holdings = Holdings(
        artifacts=artifacts,
        committed_at={(artifact.asset, artifact.recipe): store.committed_at(artifact) for artifact in artifacts},
        pointed={asset: recipe for asset, recipe in pointed.items() if recipe is not None},
        released={track.digest for release in releases for track in release.tracks},
    )
    return holdings.superseded(age, time.time())


@contextmanager
def _held(session: Session, title: str) -> Iterator[bool]:
    """Hold a title as a run does, so that none begins meanwhile; give False when one has it."""
    from vod_assets.defs.guard import is_over
    from vod_assets.defs.leases import Pulse

    pulse = Pulse(
        session.leases, f"gc-{uuid.uuid4()}", title, lambda run: is_over(session.instance, session.leases, run)
    )
    pulse.start()
    try:
        pulse.require(lambda: None)
    except ConfigError:
        yield False
    else:
        yield True
    finally:
        pulse.let_go()


def _scratch_leftovers(session: Session, age: int) -> list[Path]:
    from vod_assets.adapters.store.opening import open_scratch

    settings = session.settings
    oldest = time.time() - age
    begun = [path for path in settings.scratch_path.glob("*") if path != settings.cache_path]
    return [*open_scratch(settings).leftovers(age), *(path for path in begun if path.lstat().st_mtime < oldest)]
