"""Claims to pieces of titles, in a storage that creates a name exactly once.

::

    claims/<title>/<run>/leases/<piece>/<number>.json    who makes the piece; the highest number holds
    claims/<title>/<run>/beats/<worker>.json             sign of life of a worker, which alone writes it
    claims/<title>/<run>/spent/<piece>.json              what it took

They are leases, and their rules are the same; those of a run that lost its title hinder nobody.
"""

from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.domain.errors import StoreError
from vod_assets.domain.piece_orders import Spent
from vod_assets.domain.title import checked_title_id
from vod_assets.ports.blobs import Blobs

CLAIMS = "claims/"


class BlobClaims:
    """Keeps claims."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    def of(self, title: str, run: str) -> BlobLeases:
        """Return the claims of one run's workers."""
        return BlobLeases(self.blobs, _folder(title, run))

    def note(self, title: str, run: str, piece: str, spent: Spent) -> None:
        """Write what it took to make a piece."""
        self.blobs.replace(_spent_name(title, run, piece), spent.model_dump_json().encode() + b"\n")

    def noted(self, title: str, run: str, piece: str) -> Spent | None:
        """Return what was noted of a piece, and remove it."""
        name = _spent_name(title, run, piece)
        data = self.blobs.read(name)
        if data is None:
            return None
        self.blobs.delete([name])
        try:
            return Spent.model_validate_json(data)
        except ValueError as error:
            cause = f"{name} of {self.blobs.address} could not be read"
            raise StoreError("store_damaged", cause, "It was removed; run again", title) from error

    def clear(self, title: str, but: str = "") -> None:
        """Remove what runs have left; a walk of the title's claims."""
        kept = _folder(title, but) if but else None
        names = [blob.name for blob in self.blobs.walk(f"{CLAIMS}{checked_title_id(title)}/", with_drafts=True)]
        self.blobs.delete([name for name in names if kept is None or not name.startswith(kept)])

    def leftovers(self) -> dict[str, list[str]]:
        """Return the addresses of all that is there, by title."""
        found: dict[str, list[str]] = {}
        for blob in self.blobs.walk(CLAIMS, with_drafts=True):
            title = blob.name.removeprefix(CLAIMS).partition("/")[0]
            found.setdefault(title, []).append(f"{self.blobs.address}/{blob.name}")
        return found


def _folder(title: str, run: str) -> str:
    return f"{CLAIMS}{checked_title_id(title)}/{run}/"


def _spent_name(title: str, run: str, piece: str) -> str:
    return f"{_folder(title, run)}spent/{checked_title_id(piece)}.json"
