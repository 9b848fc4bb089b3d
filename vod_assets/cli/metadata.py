"""The file that ``vod task metadata`` writes: never over what somebody else has written."""

import secrets
from pathlib import Path

from vod_assets.cli.external import LARGEST_METADATA_BYTES
from vod_assets.cli.session import Session
from vod_assets.defs.markers import read_markers
from vod_assets.domain.catalogue import describe, read_entry
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.metadata import Metadata
from vod_assets.domain.title import Fingerprint, TitleRecord
from vod_assets.places import storage_scheme

METADATA_FILE = "metadata.json"


def write_metadata(session: Session, title: str, output: Path | None, *, force: bool = False) -> Path:
    """Write what is known of a title, and return where.

    Args:
        session: Ports.
        title: A title that was inspected.
        output: Where to; None: ``metadata.json`` beside the source.
        force: Replace what is there, whatever it says.

    Raises:
        ConfigError: ``output_taken``: there is a file that says something else; ``output_not_writable``.
    """
    record, info = session.store.record(title), session.store.latest(title, "media_info")
    mezzanine, said = session.store.latest(title, "mezzanine"), session.store.latest(title, "metadata")
    if record is None or info is None or mezzanine is None or said is None:
        raise ConfigError("unknown_title", "it was removed while it was inspected", "Run the command again", title)
    marked = session.store.latest(title, "markers")
    chapters = read_markers(marked).chapters if marked is not None else ()
    source = Fingerprint.model_validate(mezzanine.document)
    entry = describe(said.read(Metadata), info.read(MediaInfo), source, chapters)
    target = (output or _beside(session, record)).absolute()
    try:
        if not _holds(target, entry.as_json()):
            if not force:
                _require_free(target, title)
            _replace(target, entry.as_json())
    except OSError as error:
        cause = f"{target} cannot be written: {error.strerror}"
        raise ConfigError("output_not_writable", cause, "Name another file with --output", title) from error
    return target


def _beside(session: Session, record: TitleRecord) -> Path:
    """Return where the document goes when nobody says where: beside a source on a disk."""
    if storage_scheme(record.source):
        cause = "its source lies in a bucket or on a share, where nothing is written"
        raise ConfigError("output_missing", cause, "Name a file with --output", record.title_id)
    return session.sources.local_path(record.source).parent / METADATA_FILE


def _holds(target: Path, data: bytes) -> bool:
    return target.is_file() and target.stat().st_size == len(data) and target.read_bytes() == data


def _require_free(target: Path, title: str) -> None:
    """Return when nothing is there; say whose it is otherwise."""
    if not target.exists():
        return
    owner = _title_of(target)
    said = "says something else: it was edited, or the title has changed" if owner == title else "is not ours"
    cause = f"{target} exists and {f'is of the title {owner}' if owner not in ('', title) else said}"
    raise ConfigError("output_taken", cause, "Name another file with --output, or replace it with --force", title)


def _title_of(target: Path) -> str:
    """Return the title that a document describes; empty when it is none of ours."""
    if not target.is_file() or target.stat().st_size > LARGEST_METADATA_BYTES:
        return ""
    try:
        return read_entry(target.read_bytes()).title
    except ConfigError:
        return ""


def _replace(target: Path, data: bytes) -> None:
    """Write a file that nobody sees half written."""
    draft = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
