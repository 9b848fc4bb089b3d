"""``vod gc``: removes what nothing uses any more."""

import json
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vod_assets.cli.session import Session, open_session
from vod_assets.domain.errors import ConfigError

if TYPE_CHECKING:
    from vod_assets.defs.collecting import Collected, Collector

UNITS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


def gc(
    older_than: Annotated[str, typer.Option("--older-than", help="Grace time: 12h, 7d, 4w.")] = "7d",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Remove superseded artifacts, tracks of no release and what killed writers left, after a grace time.

    What a release or a running run uses stays. VOD_KEEP_RELEASES says how many releases of a title stay besides the
    one that is shown. Only so long after it was superseded is anything removed.
    Example: [cyan]vod gc --dry-run[/].
    """
    age = seconds_of(older_than)
    with open_session() as session:
        collected = collect(session, age, dry_run=dry_run)
    if as_json:
        print(json.dumps(vars(collected), ensure_ascii=False))
        return
    for address in (*collected.artifacts, *collected.releases, *collected.tracks, *collected.leftovers):
        print(address)
    for title in collected.busy:
        print(f"{title}: a run works on it; left alone")
    done = "would be removed" if dry_run else "removed"
    megabytes = collected.artifact_bytes / 1_000_000
    artifacts = f"{len(collected.artifacts)} artifacts ({megabytes:.1f} MB)"
    releases = f"{len(collected.releases)} releases, " if collected.releases else ""
    print(f"{artifacts}, {releases}{len(collected.tracks)} tracks, {len(collected.leftovers)} leftovers {done}")


def seconds_of(text: str) -> int:
    """Return a grace time in seconds.

    Raises:
        ConfigError: ``bad_usage``.
    """
    found = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if found is None:
        raise ConfigError("bad_usage", f"“{text}” is no grace time", "Write it as 12h, 7d or 4w")
    return int(found[1]) * UNITS[found[2]]


def collect(session: Session, older_than_seconds: int, *, dry_run: bool = False) -> "Collected":
    """Remove what nothing uses and return it, in stores, at the origin and on this machine."""
    from vod_assets.defs import collecting

    stray_age = max(older_than_seconds, collecting.LEAST_STRAY_SECONDS)
    ports = session.store, session.origin, session.leases
    retention = collecting.Retention(session.cms, session.settings.keep_releases)
    collector = collecting.Collector(
        session.instance, *ports, older_than_seconds, stray_age, retention=retention if retention.keep else None
    )
    collected = collector.named() if dry_run else collector.collect()
    collected.leftovers += _claims_left(session, collector, dry_run=dry_run)
    for path in _scratch_leftovers(session, collector.stray_age):
        collected.leftovers.append(str(path))
        if not dry_run:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return collected


def _claims_left(session: Session, collector: "Collector", *, dry_run: bool) -> list[str]:
    """Return the claims to pieces of titles that no run works on, which are removed."""
    from vod_assets.defs.runs import active_runs

    found: list[str] = []
    for title, addresses in session.claims.leftovers().items():
        if dry_run:
            found += [] if active_runs(session.instance, title, session.leases) else addresses
            continue
        with collector.hold(title) as is_held:
            if is_held():
                session.claims.clear(title)
                found += addresses
    return found


def _scratch_leftovers(session: Session, age: int) -> list[Path]:
    from vod_assets.adapters.store.opening import open_scratch
    from vod_assets.adapters.store.scratch import last_touched

    settings = session.settings
    oldest = time.time() - age
    begun = [path for path in settings.scratch_path.glob("*") if path != settings.cache_path]
    return [*open_scratch(settings).leftovers(age), *(path for path in begun if last_touched(path) < oldest)]
