"""The leases of a deployment, from its settings."""

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.settings import Settings


def open_leases(settings: Settings, access: Access) -> BlobLeases:
    """Return the leases beside the artifacts, in the default store."""
    return BlobLeases(open_blobs(settings.store_address, access))
