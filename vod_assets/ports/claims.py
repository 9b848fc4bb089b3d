"""Which worker makes which piece of a title."""

from typing import Protocol

from vod_assets.domain.piece_orders import Spent
from vod_assets.ports.leases import Leases


class Claims(Protocol):
    """Kept where leases are kept, so that all workers of a run ask the same place.

    What cannot be read or written is a `StoreError`.
    """

    def of(self, title: str, run: str) -> Leases:
        """Return the claims of a run's workers, and their signs of life: what is claimed takes the place of a title."""
        ...

    def note(self, title: str, run: str, piece: str, spent: Spent) -> None:
        """Write down what it took to make a claimed piece, for the run that asked for it."""
        ...

    def noted(self, title: str, run: str, piece: str) -> Spent | None:
        """Return what was noted of a piece, once."""
        ...

    def clear(self, title: str, but: str = "") -> None:
        """Remove all that runs of a title have left, but what one run has."""
        ...

    def leftovers(self) -> dict[str, list[str]]:
        """Return the addresses of all that is there, by title."""
        ...
