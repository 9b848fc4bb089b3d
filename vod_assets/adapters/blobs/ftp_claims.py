"""Creating a name exactly once on a server that only renames, and renames over what is there.

A writer puts its file into a folder of its own and renames that folder to the name's claim: no server renames a folder
over one that is not empty. Who holds the claim and finds the name free renames the file out of it. A claim whose writer
died is renamed away after a while; should that writer only have slept, its file is not there any more to be renamed.

::

    .<name>.draft-<8 digits>/<draft>     the writer's own folder
    .<name>.draft-00000000/<draft>       the claim; a draft like the others to whoever lists the folder
    <name>
"""

import ftplib
import io
import posixpath
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Protocol, TypeVar

from vod_assets.adapters.blobs.ftp_listing import listed
from vod_assets.adapters.blobs.ftp_session import Ftp, is_missing, size_of, store, wire

CLAIM_SECONDS = 120.0
LONGEST_WAIT_SECONDS = 1.0
Result = TypeVar("Result")


class Tried(Protocol):
    """Does something on the server, again while it is only away."""

    def __call__(self, work: Callable[[Ftp], Result], /) -> Result:
        """Return what the work returns."""
        ...


class Outcome(Enum):
    """How it went."""

    OURS = "ours"
    TAKEN = "taken"
    CLAIMED = "claimed by another"
    LOST = "the claim was taken away"


class Claim:
    """One writer's way to a name.

    Args:
        path: The name's path on the server; its folder is there.
        data: What the file holds.
    """

    def __init__(self, path: str, data: bytes) -> None:
        folder, last = posixpath.split(path)
        self.path, self.data = path, data
        self.own = posixpath.join(folder, f".{last}.draft-{secrets.token_hex(4)}")
        self.claim = posixpath.join(folder, f".{last}.draft-{'0' * 8}")
        self.file = f".{last}.draft-{secrets.token_hex(4)}"
        self.outcome = Outcome.LOST
        self._tries = 0

    def prepare(self, ftp: Ftp) -> None:
        """Write the file into a folder of its own."""
        self._tries = 0
        with suppress(ftplib.error_perm):  # made by an earlier try
            ftp.mkd(self.own)
        store(ftp, f"{self.own}/{self.file}", io.BytesIO(self.data))

    def settle(self, ftp: Ftp) -> Outcome:
        """Claim the name and rename the file; what an earlier try has done already is found out."""
        self._tries += 1
        self.outcome = self._settled(ftp)
        return self.outcome

    def clear(self, ftp: Ftp) -> None:
        """Remove what this writer has made besides the name."""
        with suppress(ftplib.error_perm):  # empty after the rename, or another's
            ftp.rmd(self.claim)
        if self._tries == 1 and self.outcome is Outcome.OURS:
            return
        for folder in (self.own, self.claim):
            with suppress(ftplib.error_perm):
                ftp.delete(f"{folder}/{self.file}")
            with suppress(ftplib.error_perm):
                ftp.rmd(folder)

    def holders(self, ftp: Ftp) -> tuple[str, ...]:
        """Return whose files lie in the claim."""
        try:
            return tuple(entry.name for entry in listed(ftp, self.claim))
        except ftplib.error_perm:
            return ()

    def take_away(self, ftp: Ftp) -> None:
        """Rename a dead writer's claim away, and remove it."""
        away = f"{posixpath.dirname(self.own)}/.{posixpath.basename(self.path)}.draft-{secrets.token_hex(4)}"
        with suppress(ftplib.error_perm):
            ftp.rename(self.claim, away)
            for entry in listed(ftp, away):
                ftp.delete(f"{away}/{wire(entry.name)}")
            ftp.rmd(away)

    def _settled(self, ftp: Ftp) -> Outcome:
        if not self._is_held(ftp):
            if self._tries > 1 and size_of(ftp, f"{self.own}/{self.file}") is None:
                return Outcome.OURS if self._is_there(ftp) else Outcome.LOST
            if size_of(ftp, self.path) is not None:
                return Outcome.TAKEN
            try:
                ftp.rename(self.own, self.claim)
            except ftplib.error_perm:
                return Outcome.CLAIMED
        if size_of(ftp, self.path) is not None:
            return Outcome.TAKEN
        try:
            ftp.rename(f"{self.claim}/{self.file}", self.path)
        except ftplib.error_perm as error:
            if not is_missing(error):
                raise
            return Outcome.LOST
        return Outcome.OURS

    def _is_held(self, ftp: Ftp) -> bool:
        return self._tries > 1 and size_of(ftp, f"{self.claim}/{self.file}") is not None

    def _is_there(self, ftp: Ftp) -> bool:
        """Whether the name holds what this writer wrote: asked when an answer was lost."""
        kept = io.BytesIO()
        if size_of(ftp, self.path) != len(self.data):
            return False
        ftp.retrbinary(f"RETR {self.path}", kept.write)
        return kept.getvalue() == self.data


def created(claim: Claim, tried: Tried) -> bool:
    """Create a name, or return False because it is taken; waits for whoever is about to take it."""
    try:
        tried(claim.prepare)
        wait, rival = 0.02, _Rival()
        while (outcome := tried(claim.settle)) not in (Outcome.OURS, Outcome.TAKEN):
            if outcome is Outcome.LOST:
                tried(claim.prepare)
            elif rival.is_dead(tried(claim.holders)):
                tried(claim.take_away)
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
        return outcome is Outcome.OURS
    finally:
        tried(claim.clear)


class _Rival:
    """Whoever holds a claim, as seen by one who waits for it."""

    def __init__(self) -> None:
        self._files: tuple[str, ...] = ()
        self._seen_since = time.monotonic()

    def is_dead(self, files: tuple[str, ...]) -> bool:
        """Whether the same files have been in the claim for too long."""
        if files != self._files:
            self._files, self._seen_since = files, time.monotonic()
        return time.monotonic() - self._seen_since > CLAIM_SECONDS
