"""Which registered titles a filter means, and which of them are left to themselves."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from vod_assets.cli.session import Session
from vod_assets.cli.standing import Catalogue, standing
from vod_assets.domain.filtering import Filter, values_of
from vod_assets.domain.title import TitleRecord


@dataclass
class Choice:
    """Titles that a filter means.

    Attributes:
        session: The deployment.
        meant: The filter.
    """

    session: Session
    meant: Filter

    def titles(self) -> Iterator[str]:
        """Yield them, sorted; without a filter, no record is read."""
        for title in self.session.store.titles():
            if not self.meant.terms or self._is_meant(title):
                yield title

    def apart(self) -> dict[str, str]:
        """Return the titles that nothing is launched for, and why: in quarantine, refused, or with a run already."""
        from vod_assets.defs.backfills import busy_titles

        apart = {title: f"{why} does it already" for title, why in busy_titles(self.session.instance).items()}
        if not self.meant.names("state", "refused"):
            refusals = self.session.store.refusals().items()
            apart |= {title: f"refused: {why.get('cause') or why.get('code')}" for title, why in refusals}
        quarantines = self.session.leases.quarantines()
        return apart | {one.title: f"in quarantine: {one.cause}; vod titles retry {one.title}" for one in quarantines}

    def _is_meant(self, title: str) -> bool:
        record = self.session.store.record(title)
        return record is not None and self.meant.fits(lambda key: self._values(record, key))

    def _values(self, record: TitleRecord, key: str) -> Collection[str]:
        if key == "state":
            return (next(standing(self.session, self._catalogue, [record.title_id])).state,)
        if key == "series":
            said = self.session.store.latest(record.title_id, "metadata")
            return tuple((said.document.get("series") or {}).values()) if said else ()
        return values_of(record, key)

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue.whole(self.session)
