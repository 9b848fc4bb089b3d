"""A CMS that is asked over a network: one row a title, and one row a version."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from vod_assets.adapters.cms import faults
from vod_assets.adapters.cms.fields import differing, entry_in, row_of
from vod_assets.adapters.cms.filling import filled_path
from vod_assets.adapters.cms.pointing import checked_entry
from vod_assets.adapters.cms.rows import Found, Table
from vod_assets.domain.revisions import require_current, revision_of, taken
from vod_assets.domain.title import TITLE_ID, checked_title_id
from vod_assets.ports import Origin

Entry = Mapping[str, Any]
UNNUMBERED = 2**31 - 1  # an entry without a number is shown whatever is there


@dataclass
class RemoteCms:
    """Entries as rows; a version's row is made first, and its unique key is the claim to the number.

    Attributes:
        titles: Rows of titles, each under the title's id.
        kept: Rows of versions, each under ``<title>.<revision>``.
        page: Where a person sees the entry of ``{title}``; empty: below the server's address.
        origin: When given, an entry whose manifests are not there is refused.
    """

    titles: Table
    kept: Table
    page: str = ""
    origin: Origin | None = None

    def __post_init__(self) -> None:
        self.address = self.titles.server.url

    def publish(self, entry: Entry, replaces: int | None = None) -> str:
        """Create or change a title's row, and return where it is seen.

        Raises:
            ConfigError: ``entry_points_nowhere``, ``cms_denied``, ``cms_refused``.
            RemoteError: ``cms_conflict``, ``cms_unavailable``, ``cms_answer_bad``.
        """
        title, revision = checked_entry(entry, self.origin).title, revision_of(entry)
        found = self.titles.one(title)
        kept = self.version(title, revision) if revision else None
        require_current(entry, self._entry_in(found), kept, replaces)
        if revision and kept is None:
            self._claim(title, entry)
        if found is None or self._entry_in(found) != entry or differing(self.titles.rows, entry, found.row, title):
            self._show(title, entry, found, replaces)
        return self.location(title)

    def entry(self, title: str) -> Entry | None:
        """Return the published entry of a title, or None."""
        return self._entry_in(self.titles.one(checked_title_id(title)))

    def versions(self, title: str) -> list[int]:
        """Return the revisions of a title that are kept, ascending."""
        words = (key.rpartition(".") for key in self.kept.keys(title=checked_title_id(title)))
        return sorted({int(last) for first, _, last in words if first == title and last.isdecimal()})

    def version(self, title: str, revision: int) -> Entry | None:
        """Return the entry that was published under a number, or None."""
        found = self.kept.one(_key(title, revision))
        return entry_in(self.kept.rows, found.row) if found else None

    def location(self, title: str) -> str:
        """Return where a person sees a title's entry."""
        if self.page:
            return filled_path(self.page, {"title": title})
        return self.address.rstrip("/") + (filled_path(self.titles.rows.one.path, {"key": title}) or f"#{title}")

    def remove(self, title: str) -> None:
        """Remove a title's row, then those of its versions."""
        self.titles.remove([checked_title_id(title)])
        self.kept.remove([_key(title, revision) for revision in self.versions(title)])

    def entries(self) -> list[str]:
        """Return the title ids of all entries, sorted."""
        return sorted({key for key in self.titles.keys() if TITLE_ID.fullmatch(key)})  # noqa: SIM118 - no mapping

    def entries_of(self, titles: Collection[str]) -> dict[str, Entry]:
        """Return the entries of titles by their ids, fifty a question where the CMS can be asked so."""
        found = (entry_in(self.titles.rows, row) for row in self.titles.many(titles))
        return {str(entry["title"]): entry for entry in found if entry is not None}

    def faults(self, title: str) -> list[str]:
        """Return which fields of a title's row say something else than the entry in it."""
        found = self.titles.one(title)
        entry = self._entry_in(found)
        if found is None or entry is None:
            return []
        odd = differing(self.titles.rows, entry, found.row, title)
        return [f"{', '.join(odd)} in the CMS no longer say what was published"] if odd else []

    def leftovers(self, older_than_seconds: int) -> list[str]:
        """Return nothing: a row is there or it is not."""
        return []

    def _claim(self, title: str, entry: Entry) -> None:
        """Make a version's row; another publisher's of the same number wins when it was first."""
        revision = revision_of(entry)
        key = _key(title, revision)
        values = {"title": title, "revision": revision}
        if not self.kept.create(key, row_of(self.kept.rows, entry, key), values):
            kept = self.version(title, revision)
            if kept is not None and kept != entry:
                raise taken(title, revision)
        elif self.version(title, revision) != entry:
            raise self._odd(f"version {revision} of {title}")

    def _show(self, title: str, entry: Entry, found: Found | None, replaces: int | None) -> None:
        """Make or change a title's row, unless a later entry has come meanwhile; look whether it is there."""
        revision = revision_of(entry)
        values = {"title": title, "revision": revision, "latest": revision or UNNUMBERED}
        row = row_of(self.titles.rows, entry, title)
        if found is None and not self.titles.create(title, row, values):
            found = self.titles.one(title)
            require_current(entry, self._entry_in(found), None, replaces)
        if found is not None:
            self.titles.update(title, row, values, found.etag)
        now = self.titles.one(title)
        if self._entry_in(now) == entry:
            return
        require_current(entry, self._entry_in(now), None, None)
        raise self._odd(f"the entry of {title}")

    def _entry_in(self, found: Found | None) -> Entry | None:
        return entry_in(self.titles.rows, found.row) if found else None

    def _odd(self, what: str) -> Exception:
        return faults.answer_bad(self.titles.server.host, f"{what} does not come back as it was sent")


def _key(title: str, revision: int) -> str:
    return f"{title}.{revision}"
