"""Revisions of what a CMS shows: every publication of a title has a number, and none overwrites a later one."""

from collections.abc import Mapping
from typing import Any

from vod_assets.domain.errors import RemoteError

Document = Mapping[str, Any]


def revision_of(entry: Document | None) -> int:
    """Return the number of a publication, from 1 on; 0 for an entry that has none, and for no entry."""
    publication = (entry or {}).get("publication") or {}
    return int(publication.get("revision") or 0)


def require_current(entry: Document, shown: Document | None, kept: Document | None, replaces: int | None) -> None:
    """Return when an entry may be shown in place of the one that is.

    The very same entry always may: whoever was cut off after writing it writes it again.

    Args:
        entry: What is to be shown.
        shown: What the CMS shows of the title.
        kept: What the CMS keeps as the version of the same number.
        replaces: The revision that the publisher saw; 0 for none, None where it did not look.

    Raises:
        RemoteError: ``cms_conflict``, naming both revisions.
    """
    ours, theirs, title = revision_of(entry), revision_of(shown), str(entry["title"])
    if shown == entry and kept in (None, entry):
        return
    if kept is not None and kept != entry:
        raise taken(title, ours)
    if theirs > ours > 0 or (theirs == ours > 0 and shown != entry):
        raise _conflict(title, f"the CMS shows revision {theirs}, and this is revision {ours}")
    if replaces is not None and theirs > replaces:
        raise _conflict(title, f"the CMS shows revision {theirs}, and this one was made to replace revision {replaces}")


def taken(title: str, revision: int) -> RemoteError:
    """Return the error of a publisher whose number another publisher took first."""
    return _conflict(title, f"revision {revision} of the title is another publisher's, with other content")


def _conflict(title: str, cause: str) -> RemoteError:
    return RemoteError(
        "cms_conflict", cause, "Look at what is published, then publish again under the next number", title
    )
