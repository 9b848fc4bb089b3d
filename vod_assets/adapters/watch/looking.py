"""Looking at a watched place, a part of it at a time."""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from vod_assets.adapters.watch.ledger import Ledger
from vod_assets.domain.looks import Looked, Outcome, Stand
from vod_assets.ports.blobs import Files

PAGE = 1000


def look(
    files: Files, ledger: Ledger, stand: Stand, is_over: Callable[[], bool], clock: Callable[[], float] = time.time
) -> Looked:
    """Go on looking at a place until all was seen or time is over; the ledger keeps what was found.

    Args:
        files: The place.
        ledger: What was known.
        stand: Where to go on.
        is_over: Asked after every page; at least one page is looked at.
        clock: What time it is.
    """
    if not stand.after:
        stand = replace(stand, began_at=clock(), files=0)
    gone: list[Outcome] = []
    walk = files.walk(start_after=stand.after)
    page = list(islice(walk, PAGE))
    while page:
        following = list(islice(walk, PAGE))
        gone += ledger.compare(page, stand.after, clock(), is_last=not following).gone
        stand = replace(stand, after=page[-1].name, files=stand.files + len(page))
        if following and is_over():
            return Looked(stand, tuple(gone), is_complete=False)
        page = following
    if not stand.files and ledger.outcomes():
        return Looked(replace(stand, after=""), (), is_complete=True, is_empty=True)
    if not stand.files:
        ledger.compare([], "", clock(), is_last=True)
    return Looked(replace(stand, after="", looked_at=stand.began_at), tuple(gone), is_complete=True)
