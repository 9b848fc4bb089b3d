"""The schedules of a deployment, from its settings."""

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.schedules.blobs import BlobSchedules
from vod_assets.settings import Settings


def open_schedules(settings: Settings, access: Access) -> BlobSchedules:
    """Return the schedules beside the artifacts, in the default store."""
    return BlobSchedules(open_blobs(settings.store_address, access))
