"""The repackagers of a deployment, from its settings."""

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.delivery.edgeware import EdgewareTarget
from vod_assets.deliveries import Deliveries
from vod_assets.ports import ArtifactStore, Origin
from vod_assets.settings import Settings
from vod_assets.targets_file import TargetPlace, target_places


def open_deliveries(settings: Settings, access: Access, store: ArtifactStore, origin: Origin) -> Deliveries:
    """Return what delivers to the targets that the settings list; a storage is opened when it is needed.

    Raises:
        ConfigError: ``bad_setting``.
    """

    def opened(place: TargetPlace) -> EdgewareTarget:
        return EdgewareTarget(open_blobs(place.address, access), settings.scratch_path)

    return Deliveries(store, origin, target_places(settings), opened)
