"""What an entry must point at before any CMS shows it."""

from collections.abc import Mapping
from typing import Any

from vod_assets.domain.catalogue import Entry
from vod_assets.domain.errors import ConfigError
from vod_assets.ports import Origin


def entry_of(document: Mapping[str, Any]) -> Entry:
    """Return what is shown of a published document."""
    return Entry.model_validate(document)


def checked_entry(document: Mapping[str, Any], origin: Origin | None) -> Entry:
    """Return an entry that names a manifest, and nothing that is not at the origin.

    Args:
        document: What is to be published.
        origin: Where its release is; None: nobody looks.

    Raises:
        ConfigError: ``entry_points_nowhere``.
    """
    entry = entry_of(document)
    remedy = "Release the title first"
    if entry.release is None or not any(m.hls or m.dash for m in entry.release.variants.values()):
        raise ConfigError("entry_points_nowhere", "the entry names no manifest", remedy, entry.title)
    if origin is None or entry.status == "taken_down":  # whose files are kept where nobody can fetch them
        return entry
    for address in entry.release.addresses:
        path = address.removeprefix(origin.url(entry.title, "x")[:-1])
        if path == address or origin.read(entry.title, path) is None:
            raise ConfigError("entry_points_nowhere", f"nothing is at {address}", remedy, entry.title)
    return entry
