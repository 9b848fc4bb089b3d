"""Brings released titles to the repackagers of a deployment, and takes them away again."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from vod_assets.delivering import MAKER, Delivery
from vod_assets.domain.delivery import ASSET
from vod_assets.domain.errors import ConfigError, VodError
from vod_assets.domain.release import Release
from vod_assets.ports import ArtifactStore, Origin, RunGuard
from vod_assets.ports.delivery import Consignment, Progressive, Target
from vod_assets.targets_file import TargetPlace


@dataclass(frozen=True)
class Delivered:
    """What came of bringing a release to one target.

    Attributes:
        address: Where it lies.
        sent: Paths that were sent now; none: all of it was there.
    """

    consignment: Consignment
    address: str
    sent: list[str]

    def as_document(self) -> dict[str, Any]:
        """Return what is written down of it; the same for the same delivery, whatever was sent now."""
        files, left_out = sorted(part.path for part in self.consignment.parts), list(self.consignment.left_out)
        return {"address": self.address, "files": files, "left_out": left_out}


@dataclass(frozen=True)
class Deliveries:
    """The repackagers of a deployment.

    Attributes:
        store: It holds what releases were made of, and the records of titles.
        places: Every target by its name.
        opened: Returns a target whose storage is open.
    """

    store: ArtifactStore
    origin: Origin
    places: Mapping[str, TargetPlace]
    opened: Callable[[TargetPlace], Target]

    @property
    def automatic(self) -> Mapping[str, TargetPlace]:
        """The targets that get every publication."""
        return {name: place for name, place in self.places.items() if place.automatic}

    def words(self) -> dict[str, Any]:
        """Return what deliveries with every publication follow from, besides the release."""
        return {name: place.model_dump(mode="json") | {"maker": MAKER} for name, place in self.automatic.items()}

    def bring(self, name: str, release: Release, progressive: Progressive, guard: RunGuard) -> Delivered:
        """Send what a target lacks of a release.

        Raises:
            ConfigError: ``delivery_refused``; ``title_taken_down``: meanwhile, and it is withdrawn again.
            StoreError: ``artifact_missing``, and those of the target's storage.
        """
        place = self.places[name]
        target = self.opened(place)
        consignment = Delivery(release, place, self.store, self.origin, progressive).consignment()
        sent = target.bring(consignment, guard)
        record = self.store.record(release.title)
        if record is not None and record.taken_down is not None:
            self.withdraw(release.title)
            raise ConfigError("title_taken_down", "it was taken down while it was delivered", title=release.title)
        return Delivered(consignment, f"{target.address}/{consignment.folder.rstrip('/')}", sent)

    def bring_all(self, release: Release, progressive: Progressive, guard: RunGuard) -> dict[str, Delivered]:
        """Send a release to every target that gets every publication; one that fails keeps no other waiting.

        Raises:
            VodError: Of the first target that failed, which it names.
        """
        done: dict[str, Delivered] = {}
        failed: list[VodError] = []
        for name in self.automatic:
            guard.check()
            try:
                done[name] = self.bring(name, release, progressive, guard)
            except VodError as error:
                failed.append(error.about(file=f"target {name}") if not error.file else error)
        if failed:
            raise failed[0]
        return done

    def withdraw(self, title: str) -> None:
        """Remove what was delivered of a title wherever the target allows it, and forget that it was.

        Raises:
            VodError: Of the first target that failed; the others are done.
        """
        if not self.places:
            return
        failed: list[VodError] = []
        for place in self.places.values():
            try:
                if place.withdraw:
                    self.opened(place).withdraw(title)
            except VodError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        self._forget(title, self.store.view(title).recipes(ASSET))

    def _forget(self, title: str, recipes: Collection[str]) -> None:
        """Have the next run deliver it again."""
        for recipe_id in recipes:
            if (made := self.store.provenance(title, ASSET, recipe_id)) is not None:
                self.store.discard(made.artifact)
