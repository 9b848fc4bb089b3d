"""The leases and claims of a deployment, from its settings."""

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.adapters.leases.claims import BlobClaims
from vod_assets.settings import Settings


def open_leases(settings: Settings, access: Access) -> BlobLeases:
    """Return the leases beside the artifacts, in the default store."""
    return BlobLeases(open_blobs(settings.store_address, access))


def open_claims(settings: Settings, access: Access) -> BlobClaims:
    """Return the claims beside the leases."""
    return BlobClaims(open_blobs(settings.store_address, access))
