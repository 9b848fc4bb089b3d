"""Removing a release from several origins, so that whoever wants it has it at all of them or at none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vod_assets.domain.errors import StoreError
from vod_assets.ports.publishing import IsWanted

Remove = Callable[[IsWanted], None]


def remove_from_each(removing: Sequence[Remove], is_wanted: IsWanted) -> None:
    """Have each origin hide a release, then ask once whether it is wanted; with the answer all remove it, or none.

    Args:
        removing: Each removes the release from an origin, unless what it asks says that it is wanted.
        is_wanted: Where it fails, the release is wanted.

    Raises:
        StoreError: Of the first origin that failed, or of the question; the others have done as the answer says.
    """
    removal = _Removal(removing, is_wanted)
    removal.is_kept_from(0)
    if removal.failed:
        raise removal.failed[0]


@dataclass
class _Removal:
    removing: Sequence[Remove]
    is_wanted: IsWanted
    failed: list[StoreError] = field(default_factory=list)

    def is_kept_from(self, place: int) -> bool:
        """Return the answer, asked within the removal at the origin of this place and at all that follow it."""
        if place == len(self.removing):
            return self._is_wanted()
        answers: list[bool] = []

        def when_hidden() -> bool:
            answers.append(self.is_kept_from(place + 1))
            return answers[0]

        try:
            self.removing[place](when_hidden)
        except StoreError as error:
            self.failed.append(error)
        return answers[0] if answers else self.is_kept_from(place + 1)

    def _is_wanted(self) -> bool:
        try:
            return self.is_wanted()
        except StoreError as error:
            self.failed.append(error)
            return True
