"""Looking at a watched place, a part of it at a time."""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from vod_assets.adapters.watch.ledger import Ledger
from vod_assets.domain.looks import Looked, Outcome, Stand
from vod_assets.ports.blobs import Blob, Files

PAGE = 1000
SAID = 20


def look(
    files: Files, ledger: Ledger, stand: Stand, is_over: Callable[[], bool], clock: Callable[[], float] = time.time
) -> Looked:
    """Go on looking at a place until all was seen or time is over; the ledger keeps what was found.

    Args:
        files: The place.
        ledger: What was known.
        stand: Where to go on.
        is_over: Asked after every page; at least one page is looked at, and a folder that came slowly.
        clock: What time it is.
    """
    if not stand.after:
        stand = replace(stand, began_at=clock(), files=0)
    gone: list[Outcome] = []
    pages = _Pages(files, stand.after)
    page = pages.next()
    while page:
        following = pages.next()
        gone += ledger.compare(page, stand.after, clock(), is_last=not following, unread=pages.unread).gone
        stand = replace(stand, after=page[-1].name, files=stand.files + len(page))
        if following and is_over() and pages.has_paid:
            return Looked(stand, tuple(gone), is_complete=False, said=pages.said)
        page = following
    if not stand.files and ledger.outcomes():
        return Looked(replace(stand, after=""), (), is_complete=True, is_empty=True, said=pages.said)
    if not stand.files:
        ledger.compare([], "", clock(), is_last=True, unread=pages.unread)
    seen = replace(stand, after="", looked_at=stand.began_at)
    return Looked(seen, tuple(gone), is_complete=True, said=pages.said)


class _Pages:
    """A listing, page by page.

    A share lists a folder at once, however long that takes. So that a large one is not listed anew for each of its
    pages, a look goes on for as long as the slowest page took to come.
    """

    def __init__(self, files: Files, after: str) -> None:
        self.unread: dict[str, str] = {}
        self._walk = files.survey(after, self.unread.__setitem__)
        self._slowest = self._since = 0.0

    def next(self) -> list[Blob]:
        """Return the next page; empty at the end."""
        asked_at = time.monotonic()
        page = list(islice(self._walk, PAGE))
        now = time.monotonic()
        if now - asked_at > self._slowest:
            self._slowest, self._since = now - asked_at, now
        return page

    @property
    def said(self) -> tuple[str, ...]:
        """What was passed over, and why; of very many, the first."""
        lines = [f"{name!r} is passed over: {why}" for name, why in islice(self.unread.items(), SAID)]
        more = len(self.unread) - len(lines)
        return (*lines, *([f"and {more} more are passed over"] if more else []))

    @property
    def has_paid(self) -> bool:
        """Whether as much time was spent since the slowest page as it took to come."""
        return time.monotonic() - self._since >= self._slowest
