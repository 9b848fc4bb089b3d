"""Names below a store's address, and the order that they are listed in."""

import re

from vod_assets.domain.errors import StoreError

DRAFT = re.compile(r"\..*\.draft-[0-9a-f]{8}")


def checked_name(name: str) -> str:
    """Return a name unchanged if it stays below the store.

    Raises:
        StoreError: ``bad_name``.
    """
    parts = name.removesuffix("/").split("/")
    if any(part in ("", ".", "..") or "\x00" in part for part in parts):
        raise StoreError("bad_name", f"“{name}” cannot name a file of a store", "Use plain names with forward slashes")
    return name


def is_draft(name: str) -> bool:
    """Whether a file's name is that of a draft: it is renamed when it is complete."""
    return DRAFT.fullmatch(name) is not None


def is_pruned(folder: str, start_after: str) -> bool:
    """Whether every name below a folder (with its slash) sorts before a name or is it."""
    return bool(start_after) and folder < start_after and not start_after.startswith(folder)
