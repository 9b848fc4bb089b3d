"""What an entry must point at before any CMS shows it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from vod_assets.adapters.transfers import side_by_side
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
    looked = side_by_side([partial(_is_there, origin, entry.title, address) for address in entry.release.addresses])
    for address, is_there in zip(entry.release.addresses, looked, strict=True):
        if not is_there.result():
            raise ConfigError("entry_points_nowhere", f"nothing is at {address}", remedy, entry.title)
    return entry


def _is_there(origin: Origin, title: str, address: str) -> bool:
    path = address.removeprefix(origin.url(title, "x")[:-1])
    return path != address and origin.read(title, path) is not None
