"""The ledger of a deployment, from its settings."""

from vod_assets.adapters.blobs.opening import Access, open_blobs
from vod_assets.adapters.ledger.blobs import BlobLedger
from vod_assets.settings import Settings


def open_ledger(settings: Settings, access: Access) -> BlobLedger:
    """Return the notes of jobs beside the artifacts, in the default store."""
    return BlobLedger(open_blobs(settings.store_address, access))
