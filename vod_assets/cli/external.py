"""Folders and documents that were made elsewhere: released and published as they are."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from vod_assets.cli.outcome import Outcome, failure_of
from vod_assets.cli.progress import Display
from vod_assets.cli.run_workflow import materialise
from vod_assets.cli.session import Session
from vod_assets.domain.catalogue import Entry, pointed_at, read_entry
from vod_assets.domain.errors import ConfigError, SourceError, VodError
from vod_assets.domain.external import external_release
from vod_assets.domain.release import Release
from vod_assets.domain.selecting import Asked
from vod_assets.domain.title import TitleRecord, checked_title_id, title_id_for
from vod_assets.ports import RunGuard

if TYPE_CHECKING:
    from vod_assets.domain.report import Report

LARGEST_METADATA_BYTES = 4 << 20


def upload_folder(session: Session, folder: Path, title: str) -> Outcome:
    """Check a finished HLS or DASH folder as ours are checked, and release it, marked external.

    Args:
        session: Ports.
        folder: The folder; it is copied whole, and plays at the origin by its own relative addresses.
        title: Title to release it under; empty: the one that this folder has, or a slug of its name.
    """
    address = folder.resolve().as_uri()
    named = ""
    try:
        named = _title_of(session, address, title)
        with session.held(named, "task-upload") as held:
            release = _place(session, folder.resolve(), named, held)
            if session.store.record(named) is None:
                names = {"und": folder.resolve().name}
                session.store.register(TitleRecord(title_id=named, source=address, names=names))
            session.store.forgive(named)
    except VodError as error:
        _remember_refusal(session, error.about(named), address)
        return Outcome(title=named, error=failure_of(error.about(named)))
    return _outcome(session, release)


def publish_metadata(session: Session, file: Path, display: Display) -> Outcome:
    """Publish exactly what a ``metadata.json`` says.

    One that names a release publishes that release; one that names none publishes the title's newest, which is made
    first when there is none.
    """
    title = ""
    try:
        entry = _read(file)
        title = entry.title
        if entry.release is None and not session.origin.releases(title):
            _require_registered(session, title)
            made = materialise(session, title, Asked("+key:release"), display)
            if made.error is not None:
                return made
        with session.held(title, "task-publish"):
            release = _named_release(session, entry)
            if entry.release is None:
                entry = pointed_at(entry, release, session.origin.url)
            _require_checks(session, title, release.number)
            _hold_at(session, title, release.number)
            session.publisher.publish(entry)
    except VodError as error:
        return Outcome(title=title, error=failure_of(error.about(title)))
    return _outcome(session, release)


def _require_checks(session: Session, title: str, number: int) -> None:
    """Return when the gate lets a release pass that was made here; an older one by what it was judged by then.

    Raises:
        GateError: A required check is missing, unfinished or failed, or its waiver has ended.
    """
    from vod_assets.defs.gate import Gate, require_unfailed
    from vod_assets.defs.releasable import Judged, require_all_checks
    from vod_assets.known_releases import KnownReleases

    record, known = session.store.record(title), KnownReleases(session.store, session.origin, title)
    made, latest = known.made(number), session.store.latest(title, "release")
    profile = session.profiles.get(record.profile) if record is not None else None
    if record is None or made is None:
        return
    said = made.artifact.document
    published = said["packages"] | said.get("judges", {})
    if latest is None or made.artifact.digest != latest.digest:
        gate = Gate(title, published, waivers=record.waivers)
        require_unfailed(session.instance, gate, said.get("checks", {}))
    elif profile is not None:
        judged = Judged.kept(session.store, record, profile)
        require_all_checks(judged, session.instance, published, said.get("renditions", {}))


def _hold_at(session: Session, title: str, number: int) -> None:
    """Have a release stay the one that is shown though there are newer ones, as rolling back does."""
    from vod_assets.domain.orders import HeldBack

    newest = max(session.origin.releases(title))
    said = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "by": "vod task publish"}
    held = HeldBack(shown=number, newest=newest, **said) if number < newest else None
    session.store.order(title, {"held_back": held})


def _remember_refusal(session: Session, error: VodError, address: str) -> None:
    """Keep why a folder was refused; a title that has more than this folder is not refused because of it."""
    from vod_assets.defs.step import refusal

    if isinstance(error, SourceError) and error.title and session.store.record(error.title) is None:
        session.store.refuse(error.title, refusal(error) | {"source": address})


def _title_of(session: Session, address: str, title: str) -> str:
    if title:
        return checked_title_id(title)
    plain = title_id_for(address, taken_by=None)
    owner = session.store.record(plain)
    return session.store.title_of(address) or title_id_for(address, owner.source if owner else None)


def _place(session: Session, folder: Path, title: str, guard: RunGuard) -> Release:
    from vod_assets.adapters.origin.folder import files_of
    from vod_assets.adapters.package.external import FolderChecker
    from vod_assets.releasing import Offer, place

    files = files_of(folder)  # digests first: what is released is then what was checked
    checker = FolderChecker(session.tools, session.runner(folder))
    _require_passed(checker.check_folder(folder), folder)
    release = external_release(
        title, [file for file, _ in files.values()], lambda path: _text(folder / path), folder.name
    )
    with TemporaryDirectory(dir=session.settings.scratch_path, prefix="release-") as scratch:
        local = {release.tracks[0].digest: {path: file for path, (_, file) in files.items()}}
        return place(session.origin, Offer(release, local, {}), guard, Path(scratch))


def _require_passed(reports: "list[Report]", folder: Path) -> None:
    findings = [finding for report in reports for finding in report.findings]
    if findings:
        cause = f"the package has {len(findings)} faults: {'; '.join(findings[:5])}"
        raise SourceError("external_refused", cause, "Package it anew", file=str(folder))


def _text(path: Path) -> str:
    return path.read_text("utf-8-sig", errors="replace")


def _read(file: Path) -> Entry:
    try:
        with file.open("rb") as reader:
            text = reader.read(LARGEST_METADATA_BYTES + 1)
    except OSError as error:
        remedy = "`vod task metadata FILE` writes one"
        raise ConfigError("bad_metadata", f"it cannot be read: {error.strerror}", remedy, file=str(file)) from error
    if len(text) > LARGEST_METADATA_BYTES:
        cause = f"it has more than {LARGEST_METADATA_BYTES} bytes"
        raise ConfigError("bad_metadata", cause, "docs/metadata.md lists every field", file=str(file))
    return read_entry(text, str(file))


def _require_registered(session: Session, title: str) -> None:
    if session.store.record(title) is None:
        cause = "it has no release to publish, and is not registered"
        raise ConfigError("unknown_title", cause, "Run `vod run-workflow` or `vod task upload` first", title)


def _named_release(session: Session, entry: Entry) -> Release:
    from vod_assets.releasing import load_release

    number = entry.release.number if entry.release else max(session.origin.releases(entry.title))
    release = load_release(session.origin, entry.title, number)
    if entry.release and entry.release.digest != release.digest:
        cause = f"release {number} is {release.digest[:12]}, and the document names {entry.release.digest[:12]}"
        remedy = "Leave “release” out to publish the newest"
        raise ConfigError("entry_points_nowhere", cause, remedy, entry.title)
    return release


def _outcome(session: Session, release: Release) -> Outcome:
    def local(path: str) -> str | None:
        return session.origin.location(release.title, release.below_title(path)) if path else None

    variant = release.open_variant
    entry = session.cms.location(release.title) if session.cms.entry(release.title) is not None else None
    return Outcome(
        title=release.title,
        status="success",
        hls=local(variant.hls),
        dash=local(variant.dash),
        cms_entry=entry,
    )
