"""Which artifacts of a title are superseded, and since when."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vod_assets.domain.artifact import Artifact
from vod_assets.domain.pieces import PIECE

Place = tuple[str, str]  # asset and recipe
REPORT = "."  # in the asset of a report: the asset that was judged, a dot, the check


@dataclass(frozen=True)
class Holdings:
    """What a store has of a title.

    Attributes:
        committed_at: When each was committed, by asset and recipe.
        pointed: The recipe that each asset's pointer names.
        pointed_at: When each asset's pointer was moved there; its artifact may be much older.
        released: Digests of the tracks of every release at an origin.
    """

    artifacts: Sequence[Artifact]
    committed_at: Mapping[Place, float]
    pointed: Mapping[str, str]
    pointed_at: Mapping[str, float]
    released: Collection[str] = ()

    def superseded(self, older_than_seconds: float, now: float) -> list[Artifact]:
        """Return what nothing uses and nothing has used for a time.

        Used is what a pointer names, what such an artifact lists, plays or was joined of, what a release carries, and
        the reports on what is current. What is not used counts from its own commit or from when the pointer moved on,
        the later one.
        """
        used = self._used()
        return [
            artifact
            for artifact in self.artifacts
            if (artifact.asset, artifact.recipe) not in used
            and now - self._superseded_at(artifact) > older_than_seconds
        ]

    def _used(self) -> set[Place]:
        by_place = {(artifact.asset, artifact.recipe): artifact for artifact in self.artifacts}
        current = {(asset, recipe) for asset, recipe in self.pointed.items()}
        released = {place for place, artifact in by_place.items() if self._is_released(artifact)}
        reports = {place for place in by_place if self._is_current_report(place)}
        used: set[Place] = set()
        waiting = [*current, *released, *reports]
        while waiting:
            place = waiting.pop()
            if place in by_place and place not in used:
                used.add(place)
                waiting += _named(by_place[place])
        return used

    def _is_released(self, artifact: Artifact) -> bool:
        """Whether a release at an origin carries it, or it says how such a release was made."""
        tracks = artifact.document.get("release", {}).get("tracks", ()) if artifact.asset == "release" else ()
        return artifact.digest in self.released or bool(
            tracks and {one["digest"] for one in tracks} <= {*self.released}
        )

    def _is_current_report(self, place: Place) -> bool:
        judged, dot, _ = place[0].partition(REPORT)
        if not dot or place[0].endswith(PIECE):
            return False
        since = self.committed_at.get((judged, self.pointed.get(judged, "")), 0.0)
        return self.committed_at.get(place, 0.0) >= since

    def _superseded_at(self, artifact: Artifact) -> float:
        own = self.committed_at.get((artifact.asset, artifact.recipe), 0.0)
        return max(own, self.pointed_at.get(artifact.asset, 0.0))


def outdated(
    placed_at: Mapping[int, float], shown: Collection[int], keep: int, older_than_seconds: float, now: float
) -> list[int]:
    """Return the numbers of releases that are kept no longer, ascending.

    The newest ones stay, whatever is shown stays, and so does what was placed a short while ago.

    Args:
        placed_at: When each release of a title was placed, by its number.
        shown: Releases that a CMS entry names, or an operator has ordered to be shown.
        keep: How many of the newest stay; 0: all.
        older_than_seconds: Grace time.
        now: Seconds since the epoch.
    """
    older = sorted(placed_at)[:-keep] if keep else []
    return [number for number in older if number not in shown and now - placed_at[number] > older_than_seconds]


def _named(artifact: Artifact) -> list[Place]:
    """Return what an artifact lists, plays or was joined of: packages name tracks in their document, and so on."""
    return [(entry.asset, entry.recipe) for entry in artifact.entries] + list(_named_in(artifact.document))


def _named_in(value: Any) -> Iterator[Place]:
    if isinstance(value, Mapping):
        if isinstance(asset := value.get("asset"), str) and isinstance(recipe := value.get("recipe"), str):
            yield asset, recipe
        for inner in value.values():
            yield from _named_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named_in(inner)
